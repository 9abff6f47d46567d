import Foundation
import Records

/// Xorshift; the seed is printed, and `SEED` in the environment repeats a run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(named name: String) {
    let seed =
      ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1..<UInt64(Int64.max))
    print("\(name): SEED=\(seed)")
    state = seed | 1
  }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }
}

enum SegmentFixtures {
  static let epoch = Epoch(counter: 3, high: 0x0123_4567_89AB_CDEF, low: 42)

  static func records(_ range: ClosedRange<UInt64>, using generator: inout some RandomNumberGenerator) -> [StoredRecord]
  {
    range.map { sequence in
      StoredRecord(
        sequence: sequence, source: "hall/\(UInt8.random(in: 0...5, using: &generator))/ü",
        eventTimeNs: .random(in: .min ... .max, using: &generator), ingestTimeNs: 1_700_000_000_000_000_000,
        monotonicNs: .random(in: 0...1 << 40, using: &generator), boot: .random(in: 0...9, using: &generator),
        flags: RecordFlags(rawValue: .random(in: 0...31, using: &generator)),
        body: Array("{\"n\":\(sequence),\"text\":\"\(String(repeating: "a", count: Int(sequence % 40)))\"}".utf8))
    }
  }
}
