internal import Records

/// The raw payload of a block; format: BlockCodec.swift.
enum BlockPayload {
  private static let columnCount = 9

  static func write(_ columns: borrowing BlockColumns, to out: inout [UInt8]) {
    // The lengths come first and are known last: written into a scratch tail, then moved in front.
    var ends = (0, 0, 0, 0, 0, 0, 0, 0, 0)
    let start = out.count
    for value in columns.sources { out.appendVarint(UInt64(value)) }
    ends.0 = out.count
    for value in columns.feeds { out.appendVarint(UInt64(value)) }
    ends.1 = out.count
    var before: Int64 = -1
    for value in columns.arrivals {
      out.appendVarint(UInt64(bitPattern: value &- before &- 1))
      before = value
    }
    ends.2 = out.count
    writeEvents(columns.eventTimesNs, to: &out)
    ends.3 = out.count
    before = 0
    for value in columns.ingestTimesNs {
      out.appendSigned(value &- before)
      before = value
    }
    ends.4 = out.count
    writeMonotonic(columns, to: &out)
    ends.5 = out.count
    for value in columns.boots { out.appendVarint(UInt64(value)) }
    ends.6 = out.count
    for value in columns.flags { out.appendVarint(UInt64(value)) }
    ends.7 = out.count
    for value in columns.bodyLengths { out.appendVarint(UInt64(value)) }
    ends.8 = out.count
    out.append(contentsOf: columns.bodies)
    insertLengths(ends, at: start, in: &out)
  }

  private static func insertLengths(
    _ ends: (Int, Int, Int, Int, Int, Int, Int, Int, Int), at start: Int, in out: inout [UInt8]
  ) {
    let end = out.count
    var last = start
    withUnsafeBytes(of: ends) { bytes in
      for column in 0..<columnCount {
        let columnEnd = bytes.load(fromByteOffset: column * MemoryLayout<Int>.stride, as: Int.self)
        out.appendVarint(UInt64(columnEnd - last))
        last = columnEnd
      }
    }
    // Rotates the lengths, which are a dozen bytes, to the front.
    let count = out.count - end
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { lengths in
      out.withUnsafeMutableBufferPointer { out in
        lengths.baseAddress!.update(from: out.baseAddress! + end, count: count)
        (out.baseAddress! + start + count).update(from: out.baseAddress! + start, count: end - start)
        (out.baseAddress! + start).update(from: lengths.baseAddress!, count: count)
      }
    }
  }

  private static func writeEvents(_ times: [Int64], to out: inout [UInt8]) {
    var (unit, power): (Int64, UInt8) = (1_000_000, 6)
    for time in times {
      while time % unit != 0 {
        unit /= 1000
        power -= 3
      }
      if unit == 1 { break }
    }
    out.append(power)
    var before: Int64 = 0
    for time in times {
      let value = time / unit
      out.appendSigned(value &- before)
      before = value
    }
  }

  private static func writeMonotonic(_ columns: borrowing BlockColumns, to out: inout [UInt8]) {
    var (before, ingestBefore): (Int64, Int64) = (0, 0)
    for index in columns.monotonicTimesNs.indices {
      let (value, ingest) = (columns.monotonicTimesNs[index], columns.ingestTimesNs[index])
      out.appendSigned(value &- before &- (ingest &- ingestBefore))
      (before, ingestBefore) = (value, ingest)
    }
  }

  /// Walks the columns side by side. False when they are not what they should be.
  static func read(
    _ raw: UnsafeRawBufferPointer, first: UInt64, last: UInt64, after: UInt64,
    _ visit: (BlockRecord) throws(CrossdockError) -> Bool
  ) throws(CrossdockError) -> Bool {
    guard var walk = BlockWalk(raw, first: first) else { return false }
    var sequence = first
    while sequence <= last {
      guard let record = walk.next() else { return false }
      if sequence > after, try !visit(record) { return true }
      sequence += 1
    }
    return walk.isAtEnd
  }

  static func varint(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while at < bytes.count, shift < 64 {
      let byte = bytes[at]
      at += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}

/// Nine columns, read side by side. Every read is bounded by its column's end.
struct BlockWalk {
  private let raw: UnsafeRawBufferPointer
  private var sources: Column
  private var feeds: Column
  private var arrivals: Column
  private var events: Column
  private var ingests: Column
  private var monotonics: Column
  private var boots: Column
  private var flags: Column
  private var lengths: Column
  private var body: Int
  private let eventUnit: Int64
  private var sequence: UInt64
  private var (arrival, event, ingest, monotonic): (Int64, Int64, Int64, Int64) = (-1, 0, 0, 0)

  struct Column {
    var at: Int
    var end: Int

    mutating func next(_ raw: UnsafeRawBufferPointer) -> UInt64? {
      guard at < end else { return nil }
      // Most values are one byte.
      let byte = raw[at]
      if byte < 0x80 {
        at += 1
        return UInt64(byte)
      }
      guard let value = BlockPayload.varint(raw, &at), at <= end else { return nil }
      return value
    }

    mutating func nextSigned(_ raw: UnsafeRawBufferPointer) -> Int64? {
      next(raw).map { Int64(bitPattern: $0 >> 1) ^ -Int64(bitPattern: $0 & 1) }
    }
  }

  init?(_ raw: UnsafeRawBufferPointer, first: UInt64) {
    self.raw = raw
    sequence = first
    var at = 0
    var sizes = InlineArray<9, Int>(repeating: 0)
    for column in 0..<9 {
      guard let length = BlockPayload.varint(raw, &at), length <= UInt64(raw.count) else { return nil }
      sizes[column] = Int(length)
    }
    var columns = InlineArray<9, Column>(repeating: Column(at: 0, end: 0))
    for column in 0..<9 {
      guard sizes[column] <= raw.count - at else { return nil }
      columns[column] = Column(at: at, end: at + sizes[column])
      at += sizes[column]
    }
    (sources, feeds, arrivals, events, ingests) = (columns[0], columns[1], columns[2], columns[3], columns[4])
    (monotonics, boots, flags, lengths) = (columns[5], columns[6], columns[7], columns[8])
    body = at
    guard events.at < events.end else { return nil }
    switch raw[events.at] {
    case 0: eventUnit = 1
    case 3: eventUnit = 1000
    case 6: eventUnit = 1_000_000
    default: return nil
    }
    events.at += 1
  }

  mutating func next() -> BlockRecord? {
    guard let source = sources.next(raw), let feed = feeds.next(raw), let arrivalStep = arrivals.next(raw),
      let eventStep = events.nextSigned(raw), let ingestStep = ingests.nextSigned(raw),
      let monotonicStep = monotonics.nextSigned(raw), let boot = boots.next(raw), let flag = flags.next(raw),
      let length = lengths.next(raw), length <= UInt64(raw.count - body)
    else { return nil }
    arrival = arrival &+ Int64(bitPattern: arrivalStep) &+ 1
    event = event &+ eventStep
    ingest = ingest &+ ingestStep
    monotonic = monotonic &+ ingestStep &+ monotonicStep
    let record = BlockRecord(
      sequence: sequence, source: UInt32(truncatingIfNeeded: source), feed: Int64(truncatingIfNeeded: feed),
      arrival: arrival, eventTimeNs: event &* eventUnit, ingestTimeNs: ingest, monotonicNs: monotonic,
      boot: UInt32(truncatingIfNeeded: boot), flags: UInt32(truncatingIfNeeded: flag),
      body: UnsafeRawBufferPointer(rebasing: raw[body..<(body + Int(length))]))
    sequence += 1
    body += Int(length)
    return record
  }

  /// Values in the column of lengths.
  var count: UInt64 {
    var column = lengths
    var count: UInt64 = 0
    while column.next(raw) != nil { count += 1 }
    return count
  }

  var isAtEnd: Bool {
    body == raw.count && lengths.at == lengths.end && sources.at == sources.end && events.at == events.end
  }
}

extension [UInt8] {
  @inline(__always)
  mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }

  @inline(__always)
  mutating func appendSigned(_ value: Int64) {
    appendVarint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
  }
}
