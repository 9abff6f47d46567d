import Records

/// A reading position in a segment's bytes. Reads never go past the end.
struct SegmentBytes {
  let bytes: [UInt8]
  /// Named in errors: offsets in the raw payload are not offsets in the segment.
  let part: String
  var at = 0

  init(_ bytes: [UInt8], part: String) {
    self.bytes = bytes
    self.part = part
  }

  func fail(_ reason: String) -> CrossdockError {
    SegmentDecoder.refusal(reason, at: at, part: part)
  }

  /// A little-endian number of the header, whose length the caller has checked.
  mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer {
    let end = at + Integer.bitWidth / 8
    precondition(end <= bytes.count, "SegmentBytes: the header's length was not checked")
    var value: Integer = 0
    for byte in bytes[at..<end].reversed() {
      value = Integer.bitWidth == 8 ? Integer(truncatingIfNeeded: byte) : value << 8 | Integer(truncatingIfNeeded: byte)
    }
    at = end
    return value
  }

  /// A name of the header; nil when it is not a valid one.
  mutating func name(_ length: Int) -> String? {
    precondition(at + length <= bytes.count, "SegmentBytes: the header's length was not checked")
    defer { at += length }
    guard let name = String(validating: bytes[at..<(at + length)], as: UTF8.self), StreamDefinition.isValidName(name)
    else { return nil }
    return name
  }

  mutating func varint(before end: Int) throws(CrossdockError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    let start = at
    var i = at
    while i < end {
      let byte = bytes[i]
      i += 1
      if shift == 63, byte > 1 { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 {
        at = i
        return value
      }
      shift += 7
      if shift > 63 { break }
    }
    at = start
    throw fail("a number is cut off or longer than 64 bits")
  }

  mutating func signed(before end: Int) throws(CrossdockError) -> Int64 {
    let value = try varint(before: end)
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }
}

/// Reads the raw payload: sources, then records.
struct RecordReader {
  private var reader: SegmentBytes
  private let header: SegmentHeader
  private var (event, ingest, monotonic): (Int64, Int64, Int64) = (0, 0, 0)
  /// Length, sequence delta, source, three times, boot, flags: a byte each at least.
  private static let minRecordBytes = 8

  init(_ reader: SegmentBytes, _ header: SegmentHeader) {
    self.reader = reader
    self.header = header
  }

  mutating func records() throws(CrossdockError) -> [StoredRecord] {
    let sources = try sources()
    guard header.count <= (reader.bytes.count - reader.at) / Self.minRecordBytes else {
      throw reader.fail("\(header.count) records do not fit into the bytes there are")
    }
    var records: [StoredRecord] = []
    records.reserveCapacity(header.count)
    for index in 0..<header.count {
      records.append(try record(header.first + UInt64(index), sources))
    }
    guard reader.at == reader.bytes.count else { throw reader.fail("bytes follow the last record") }
    return records
  }

  private mutating func sources() throws(CrossdockError) -> [String] {
    let end = reader.bytes.count
    let count = try reader.varint(before: end)
    guard count <= header.count else { throw reader.fail("\(count) sources for \(header.count) records") }
    var sources: [String] = []
    for _ in 0..<count {
      let length = try reader.varint(before: end)
      guard length <= end - reader.at else { throw reader.fail("a source is cut off") }
      let text = reader.bytes[reader.at..<(reader.at + Int(length))]
      guard let source = String(validating: text, as: UTF8.self) else {
        throw reader.fail("a source is not UTF-8")
      }
      sources.append(source)
      reader.at += Int(length)
    }
    return sources
  }

  private mutating func record(_ sequence: UInt64, _ sources: [String]) throws(CrossdockError) -> StoredRecord {
    let length = try reader.varint(before: reader.bytes.count)
    guard length <= reader.bytes.count - reader.at else { throw reader.fail("a record is cut off") }
    let end = reader.at + Int(length)
    guard try reader.varint(before: end) == (sequence == header.first ? 0 : 1) else {
      throw reader.fail("a sequence is not the one before plus 1")
    }
    let source = try reader.varint(before: end)
    guard source < sources.count else { throw reader.fail("no source \(source)") }
    event &+= try reader.signed(before: end)
    ingest &+= try reader.signed(before: end)
    monotonic &+= try reader.signed(before: end)
    guard let boot = UInt32(exactly: try reader.varint(before: end)),
      let flags = UInt32(exactly: try reader.varint(before: end))
    else { throw reader.fail("boot or flags are longer than 32 bits") }
    let body = Array(reader.bytes[reader.at..<end])
    reader.at = end
    return StoredRecord(
      sequence: sequence, source: sources[Int(source)], eventTimeNs: event, ingestTimeNs: ingest,
      monotonicNs: monotonic, boot: boot, flags: RecordFlags(rawValue: flags), body: body)
  }
}
