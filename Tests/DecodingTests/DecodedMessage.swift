import Decoding
import Records

/// One message through a decoder into a batch that already holds a record, and what came of it.
struct DecodedMessage {
  let outcome: DecodeOutcome
  let batch: RecordBatch
  let dedupeKeys: [UInt64?]

  /// 2026-11-23T08:00:00Z
  static let nowNs: Int64 = 1_795_420_800_000_000_000
  static let now = ClockReading(wallNs: nowNs, monotonicNs: 77, isSynchronised: true)

  init(
    _ payload: [UInt8], _ options: DecoderOptions, at clock: ClockReading = now, isRetained: Bool = false,
    source: UInt32 = 5
  ) throws {
    let decoder = try FeedDecoder(options)
    self.init(payload, by: decoder, at: clock, isRetained: isRetained, source: source)
  }

  init(
    _ payload: [UInt8], by decoder: FeedDecoder, at clock: ClockReading = now, isRetained: Bool = false,
    source: UInt32 = 5
  ) {
    let batch = RecordBatch()
    batch.appendBody(Array("before".utf8))
    batch.finishRecord(stream: 0, source: 0, eventTimeNs: 0, ingestTimeNs: 0, monotonicNs: 0, flags: [])
    outcome = payload.withUnsafeBytes {
      decoder.decode(
        payload: $0, arrival: Arrival(clock: clock, isRetained: isRetained), stream: 3, source: source, into: batch)
    }
    self.batch = batch
    dedupeKeys = decoder.dedupeKeys
  }

  init(_ text: String, _ options: DecoderOptions, at clock: ClockReading = now, isRetained: Bool = false) throws {
    try self.init(Array(text.utf8), options, at: clock, isRetained: isRetained)
  }

  var reason: DecodeFault.Reason? {
    if case .undecodable(let fault) = outcome { fault.reason } else { nil }
  }
  var offset: Int? {
    if case .undecodable(let fault) = outcome { fault.offset } else { nil }
  }
  /// Of the record with this number, from 0, not counting the one that was there before.
  func body(_ record: Int = 0) -> String {
    batch.withBody(of: record + 1) { String(decoding: $0, as: UTF8.self) }
  }
  func columns(_ record: Int = 0) -> [Double] {
    Array(batch.columns[Int(batch.columnOffsets[record + 1])..<Int(batch.columnOffsets[record + 2])])
  }
  func eventTimeNs(_ record: Int = 0) -> Int64 { batch.eventTimesNs[record + 1] }
  func flags(_ record: Int = 0) -> RecordFlags { RecordFlags(rawValue: batch.flags[record + 1]) }
  var isBatchAsBefore: Bool {
    batch.count == 1 && batch.bodies == Array("before".utf8) && batch.columns.isEmpty && batch.samples.isEmpty
  }
}
