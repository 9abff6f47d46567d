internal import Decoding
internal import Records

/// Stored records on their way back into a plugin: their columns and samples are decoded again from the stored body.
struct RecordReplay {
  private struct Feed {
    var decoder: FeedDecoder?
    var columnCount: Int
  }
  private let feeds: [String: Feed]

  init(_ feeds: [FeedRuntime]) {
    self.feeds = Dictionary(
      feeds.map { ($0.name, Feed(decoder: $0.replayDecoder, columnCount: $0.columnCount)) }, uniquingKeysWith: { $1 })
  }

  /// - Parameters:
  ///   - feed: by which it came; empty for records of plugins and of the agent itself, and where the feed is not known.
  ///   - stream: and `source`: the numbers that the plugin knows them by.
  func append(_ record: StoredRecord, feed: String, stream: UInt16, source: UInt32, to batch: RecordBatch) {
    let feed = feeds[feed]
    let clock = ClockReading(wallNs: record.ingestTimeNs, monotonicNs: record.monotonicNs, isSynchronised: true)
    let start = batch.count
    let mark = batch.mark()
    let outcome = record.body.withUnsafeBytes { body in
      feed?.decoder?.decode(
        payload: body, arrival: Arrival(clock: clock), stream: stream, source: source, into: batch)
    }
    if outcome != .records(1) {
      batch.rollBack(to: mark)
      batch.appendBody(record.body)
      for _ in 0..<(feed?.columnCount ?? 0) { batch.appendColumn(.nan) }
      batch.finishRecord(stream: stream, source: source, eventTimeNs: 0, ingestTimeNs: 0, monotonicNs: 0, flags: [])
    }
    batch.restate(
      start, sequence: record.sequence, eventTimeNs: record.eventTimeNs, ingestTimeNs: record.ingestTimeNs,
      monotonicNs: record.monotonicNs, flags: record.flags)
  }
}
