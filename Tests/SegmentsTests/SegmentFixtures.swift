import Records

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
