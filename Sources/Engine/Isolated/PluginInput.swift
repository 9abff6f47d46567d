// What a plugin reads: records of its streams in their order of arrival, as batches with the plugin's own numbers for streams and
// sources.
internal import Configuration
internal import Journal
internal import PluginRuntime
internal import Records

final class PluginInput {
  /// Records in one batch, and bytes of their bodies beyond the first.
  private static let maxRecords = 500
  private static let maxBytes = 1 << 20

  let reader: JournalReader
  private let streams: [String]
  private let replay: RecordReplay
  /// By stream: everything up to there was read.
  private var after: [UInt64]
  /// How far the above is right.
  private var readThrough: Int64 = -1
  private(set) var missed: UInt64 = 0
  /// The journal's number of a source, to the session's.
  private var sourceNumbers: [UInt32: UInt32] = [:]
  let batch = RecordBatch()
  private(set) var newSources: [[UInt8]] = []

  init(_ plugin: IsolatedPlugin, _ surroundings: PluginRunner.Surroundings) throws(CrossdockError) {
    reader = try JournalReader(path: surroundings.journalPath)
    streams = plugin.reads
    after = Array(repeating: 0, count: streams.count)
    let configuration = surroundings.configuration
    var feeds: [FeedRuntime] = []
    for feed in configuration.feeds where plugin.reads.contains(feed.stream) {
      let columns = configuration.streams.first { $0.name == feed.stream }?.columns.count ?? 0
      feeds.append(
        try FeedRuntime(feed, connection: 0, stream: 0, columnCount: columns, isUrgent: false, maxPayloadBytes: .max))
    }
    replay = RecordReplay(feeds)
  }

  /// A new process knows no sources yet.
  func sessionStarted() { sourceNumbers.removeAll(keepingCapacity: true) }

  /// What comes after an arrival, up to another.
  func next(after arrival: Int64, through end: Int64 = .max, limit: Int = PluginInput.maxRecords) throws(CrossdockError)
    -> [JournalReader.ArrivedRecord]
  {
    if arrival != readThrough { after = Array(repeating: 0, count: streams.count) }
    let found = try reader.arrivals(
      of: streams, arrivedAfter: arrival, after: after, limit: min(limit, Self.maxRecords), maxBytes: Self.maxBytes)
    for (number, first) in found.first.enumerated() where after[number] > 0 && first > after[number] + 1 {
      missed += first - after[number] - 1
      after[number] = first - 1
    }
    let records = found.records.filter { $0.arrival <= end }
    for record in records { after[record.stream] = record.record.sequence }
    readThrough = records.last?.arrival ?? arrival
    return records
  }

  /// Makes the batch of these records; `newSources` are the names that the session has to be told.
  func fill(_ records: some Sequence<JournalReader.ArrivedRecord>) {
    batch.removeAll()
    newSources.removeAll(keepingCapacity: true)
    for arrived in records {
      let source: UInt32
      if let known = sourceNumbers[arrived.source] {
        source = known
      } else {
        source = UInt32(sourceNumbers.count)
        sourceNumbers[arrived.source] = source
        newSources.append(Array(arrived.record.source.utf8))
      }
      replay.append(arrived.record, feed: arrived.feed, stream: UInt16(arrived.stream), source: source, to: batch)
    }
  }
}
