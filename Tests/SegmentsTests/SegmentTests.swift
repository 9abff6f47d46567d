import Records
import Seeded
import Testing

@testable import Segments

private func encode(
  _ records: [StoredRecord], follows: UInt64, first: UInt64? = nil, compress: Bool = true
) throws -> [UInt8] {
  try SegmentEncoder.encode(
    records, agent: "dock-7", epoch: SegmentFixtures.epoch, stream: "vibration", streamClass: .telemetry,
    bodyFormat: .json, follows: follows, first: first, compress: compress)
}

@Test(arguments: [true, false]) func whatIsEncodedIsDecoded(compress: Bool) throws {
  var generator = SeededNumbers()
  for count in [1, 2, 100, 5000] as [UInt64] {
    let records = SegmentFixtures.records(7...(6 + count), using: &generator)
    let (header, decoded) = try SegmentDecoder.decode(try encode(records, follows: 6, compress: compress))
    #expect(decoded == records)
    #expect(header.agent == "dock-7" && header.epoch == SegmentFixtures.epoch && header.stream == "vibration")
    #expect(header.first == 7 && header.last == 6 + count && header.follows == 6 && header.declaredGap == nil)
    #expect(header.streamClass == .telemetry && header.bodyFormat == .json)
    if !compress { #expect(header.codec == .stored) }
  }
}

@Test func extremeTimesSurvive() throws {
  let times: [Int64] = [.min, .max, 0, -1, .max, .min]
  let records = times.enumerated().map { index, time in
    StoredRecord(
      sequence: UInt64(index + 1), source: "", eventTimeNs: time, ingestTimeNs: -1 - time, monotonicNs: time,
      boot: .max, flags: RecordFlags(rawValue: .max), body: [])
  }
  #expect(try SegmentDecoder.decode(try encode(records, follows: 0)).records == records)
}

@Test func textCompressesWell() throws {
  var generator = SeededNumbers()
  let records = SegmentFixtures.records(1...1000, using: &generator)
  #expect(try encode(records, follows: 0).count < encode(records, follows: 0, compress: false).count / 2)
}

@Test func aGapIsDeclaredWithAndWithoutRecords() throws {
  var generator = SeededNumbers()
  let later = try SegmentDecoder.decode(
    try encode(SegmentFixtures.records(11...12, using: &generator), follows: 4)
  ).header
  #expect(later.declaredGap == 5...10)
  let alone = try SegmentDecoder.decode(try encode([], follows: 4, first: 11))
  #expect(alone.header.declaredGap == 5...10 && alone.header.last == 10 && alone.records.isEmpty)
}

@Test func theEncoderRefusesWhatIsNotASegment() throws {
  var generator = SeededNumbers()
  var records = SegmentFixtures.records(1...3, using: &generator)
  #expect(throws: CrossdockError.self) { try encode(records, follows: 1) }
  records.remove(at: 1)
  #expect(throws: CrossdockError.self) { try encode(records, follows: 0) }
  records = SegmentFixtures.records(1...1, using: &generator)
  records[0].body = [UInt8](repeating: 0x20, count: SegmentLimits.maxRawBytes)
  #expect(throws: CrossdockError.self) { try encode(records, follows: 0) }
}

@Test func errorsNameTheByte() throws {
  var generator = SeededNumbers()
  let segment = try encode(SegmentFixtures.records(1...9, using: &generator), follows: 0)
  func place(_ change: (inout [UInt8]) -> Void) -> String? {
    var bytes = segment
    change(&bytes)
    do {
      _ = try SegmentDecoder.decode(bytes)
      return nil
    } catch {
      return error.place
    }
  }
  let changes: [(String, (inout [UInt8]) -> Void)] = [
    ("byte 0", { $0[0] = 0 }), ("byte 8", { $0[8] = 9 }), ("byte 40", { $0 = Array($0.prefix(40)) }),
    ("byte 93", { $0[50] ^= 1 }), ("byte 68", { $0.append(0) }), ("byte 68", { $0.removeLast() }),
  ]
  for (expected, change) in changes {
    let found = place(change)
    #expect(found == expected)
  }
}

/// A header that promises much must be refused before anything of that size is allocated.
@Test func declaredSizesAreBounded() throws {
  let segment = try encode([], follows: 0, first: 2)
  for (offset, value) in [(60, UInt32.max), (64, UInt32.max), (68, UInt32.max), (64, 1 << 23), (60, 65_536)] {
    var bytes = segment
    for i in 0..<4 { bytes[offset + i] = UInt8(truncatingIfNeeded: value >> (8 * i)) }
    SegmentMutation.fixHeader(&bytes)
    #expect(throws: CrossdockError.self) { try SegmentDecoder.decode(bytes) }
  }
}

@Test func noBytesTrapTheDecoder() throws {
  var generator = SeededNumbers()
  let segments = try [true, false].map {
    try encode(SegmentFixtures.records(1...20, using: &generator), follows: 0, compress: $0)
  }
  var decoded = 0
  for _ in 0..<20_000 {
    var bytes = segments[Int.random(in: 0...1, using: &generator)]
    SegmentMutation.mutate(&bytes, using: &generator)
    // Most mutants get right checksums, so that the code behind them is reached.
    if Int.random(in: 0..<4, using: &generator) > 0 {
      SegmentMutation.fixPayload(&bytes)
      SegmentMutation.fixHeader(&bytes)
    }
    guard let (header, records) = try? SegmentDecoder.decode(bytes) else { continue }
    decoded += 1
    #expect(records.count == header.count)
    #expect(records.map(\.sequence).elementsEqual(header.first..<(header.last + 1)))
  }
  #expect(decoded > 0, "no mutant was valid: the checksums are not put right")
}

enum SegmentMutation {
  static func mutate(_ bytes: inout [UInt8], using generator: inout some RandomNumberGenerator) {
    for _ in 0...Int.random(in: 0...3, using: &generator) {
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &generator)
      case 1: bytes[place] = .random(in: .min ... .max, using: &generator)
      case 2: bytes[place] = 0xFF
      case 3: bytes.insert(.random(in: .min ... .max, using: &generator), at: place)
      default: if bytes.count > 1 { bytes.remove(at: place) }
      }
    }
  }

  /// Makes sizes and the checksum of a stored payload right.
  static func fixPayload(_ bytes: inout [UInt8]) {
    guard let length = headerLength(bytes), bytes[12] == 0 else { return }
    put(UInt32(bytes.count - length), at: 64, in: &bytes)
    put(UInt32(bytes.count - length), at: 68, in: &bytes)
    put(crc32c(bytes[length...]), at: 72, in: &bytes)
  }

  static func fixHeader(_ bytes: inout [UInt8]) {
    guard let length = headerLength(bytes) else { return }
    put(crc32c(bytes[..<(length - 4)]), at: length - 4, in: &bytes)
  }

  private static func headerLength(_ bytes: [UInt8]) -> Int? {
    guard bytes.count > 82 else { return nil }
    let length = Int(bytes[10]) | Int(bytes[11]) << 8
    return (82...bytes.count).contains(length) ? length : nil
  }

  private static func put(_ value: UInt32, at offset: Int, in bytes: inout [UInt8]) {
    for i in 0..<4 { bytes[offset + i] = UInt8(truncatingIfNeeded: value >> (8 * i)) }
  }
}
