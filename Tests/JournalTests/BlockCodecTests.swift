import Platform
import Records
import Seeded
import Testing

@testable import Journal

/// Blocks: what goes in comes out, and no bit changes in silence.
@Suite struct BlockCodecTests {
  private struct Row: Equatable {
    var source: UInt32
    var feed: Int64
    var arrival: Int64
    var event: Int64
    var ingest: Int64
    var monotonic: Int64
    var boot: UInt32
    var flags: UInt32
    var body: [UInt8]
  }

  private static let extremes: [Int64] = [
    .min, .min + 1, -1_000_000_001, -1, 0, 1, 999, 1_000_000, 1_900_000_000_000_000_000, .max - 1, .max,
  ]

  private func time(_ random: inout SeededNumbers) -> Int64 {
    switch random.below(4) {
    case 0: Self.extremes[random.below(Self.extremes.count)]
    case 1: Int64(bitPattern: random.next())
    case 2: 1_900_000_000_000_000_000 + Int64(random.below(1_000_000)) * 1_000_000
    default: 1_900_000_000_000_000_000 + Int64(random.below(1 << 40))
    }
  }

  private func row(_ random: inout SeededNumbers, arrival: Int64) -> Row {
    let length = random.below(5) == 0 ? 0 : random.below(300)
    return Row(
      source: UInt32(truncatingIfNeeded: random.next()), feed: Int64(random.below(1 << 20)), arrival: arrival,
      event: time(&random), ingest: time(&random), monotonic: time(&random),
      boot: UInt32(truncatingIfNeeded: random.next()),
      flags: UInt32(truncatingIfNeeded: random.next()),
      body: (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) })
  }

  private func columns(_ rows: [Row], first: UInt64) -> BlockColumns {
    var columns = BlockColumns()
    for (index, row) in rows.enumerated() {
      row.body.withUnsafeBytes {
        columns.append(
          BlockRecord(
            sequence: first + UInt64(index), source: row.source, feed: row.feed, arrival: row.arrival,
            eventTimeNs: row.event,
            ingestTimeNs: row.ingest, monotonicNs: row.monotonic, boot: row.boot, flags: row.flags, body: $0))
      }
    }
    return columns
  }

  private func encode(_ rows: [Row], stream: Int64, first: UInt64, level: Int32 = BlockCodec.coldLevel) throws
    -> [UInt8]
  {
    try BlockCodec().encode(columns(rows, first: first), stream: stream, level: level) { Array($0) }
  }

  private func decode(_ block: [UInt8], stream: Int64, first: UInt64, last: UInt64) throws -> [Row]? {
    var rows: [Row] = []
    let isValid = try block.withUnsafeBytes {
      try BlockCodec().decode($0, stream: stream, first: first, last: last) { record throws(CrossdockError) in
        rows.append(
          Row(
            source: record.source, feed: record.feed, arrival: record.arrival, event: record.eventTimeNs,
            ingest: record.ingestTimeNs, monotonic: record.monotonicNs, boot: record.boot, flags: record.flags,
            body: Array(record.body)))
        return true
      }
    }
    return isValid ? rows : nil
  }

  @Test func whatIsDecodedIsWhatWasEncoded() throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    for _ in 0..<300 {
      var arrival = Int64(random.below(1 << 30))
      var rows: [Row] = []
      for _ in 0..<(1 + random.below(60)) {
        rows.append(row(&random, arrival: arrival))
        arrival += 1 + Int64(random.below(1000))
      }
      let first = UInt64(1 + random.below(1 << 40))
      let stream = Int64(1 + random.below(256))
      let block = try encode(
        rows, stream: stream, first: first, level: random.below(2) == 0 ? BlockCodec.hotLevel : BlockCodec.coldLevel)
      #expect(
        try decode(block, stream: stream, first: first, last: first + UInt64(rows.count) - 1) == rows, "seed \(seed)")
    }
  }

  @Test func emptyBodiesAndABodyOfAMebibyte() throws {
    var random = SeededNumbers(1)
    var rows = (1...3).map { row(&random, arrival: Int64($0)) }
    for index in rows.indices { rows[index].body = [] }
    #expect(try decode(try encode(rows, stream: 1, first: 1), stream: 1, first: 1, last: 3) == rows)
    rows[1].body = (0..<(1 << 20)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    #expect(try decode(try encode(rows, stream: 1, first: 1), stream: 1, first: 1, last: 3) == rows)
    rows[1].body = [UInt8](repeating: 0x41, count: 1 << 20)
    let block = try encode(rows, stream: 1, first: 1)
    #expect(block.count < 1000)
    #expect(try decode(block, stream: 1, first: 1, last: 3) == rows)
  }

  @Test(arguments: [3, 40])
  func everyFlippedBitIsFoundByTheChecksum(count: Int) throws {
    var random = SeededNumbers(2)
    let rows = (1...count).map { row(&random, arrival: Int64($0)) }
    let last = UInt64(count)
    var block = try encode(rows, stream: 3, first: 1)
    for bit in 0..<(block.count * 8) {
      block[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(try decode(block, stream: 3, first: 1, last: last) == nil, "bit \(bit)")
      block[bit / 8] ^= 1 << UInt8(bit % 8)
    }
    #expect(try decode(block, stream: 3, first: 1, last: last) == rows)
    // Under another key, or cut off, it is as invalid.
    #expect(try decode(block, stream: 4, first: 1, last: last) == nil)
    #expect(try decode(block, stream: 3, first: 2, last: last + 1) == nil)
    for length in 0..<block.count {
      #expect(try decode(Array(block[..<length]), stream: 3, first: 1, last: last) == nil)
    }
  }
}
