// What a plugin reads: records of its streams in their order of arrival, as batches with the plugin's own numbers for streams and
// sources.
internal import Configuration
internal import Journal
internal import PluginRuntime
internal import Records

final class PluginInput {
  /// Records in one batch, and bytes of their bodies beyond the first: less where the journal is small, so that what comes of them fits
  /// into one of its transactions.
  private static let mostRecords = 500
  private static let mostBytes = 1 << 20
  private let maxRecords: Int
  private let maxBytes: Int
  /// What the outputs of one batch may take.
  let maxOutputBytes: Int

  let reader: JournalReader
  private let streams: [String]
  private let replay: RecordReplay
  /// By stream: everything up to there was read.
  private var after: [UInt64] = []
  /// How far the above is right.
  private var readThrough: Int64 = -1
  /// Where it stood when everything up to an arrival was dealt with: a batch that comes again begins there.
  private var settled: (arrival: Int64, after: [UInt64])?
  private(set) var missed: UInt64 = 0
  /// The journal's number of a source, to the session's.
  private var sourceNumbers: [UInt32: UInt32] = [:]
  let batch = RecordBatch()
  private(set) var newSources: [[UInt8]] = []

  init(_ plugin: IsolatedPlugin, _ surroundings: PluginRunner.Surroundings) throws(CrossdockError) {
    reader = try JournalReader(path: surroundings.journalPath)
    streams = plugin.reads
    let configuration = surroundings.configuration
    maxOutputBytes = JournalLimits(maxBytes: Int64(configuration.journal.maxBytes)).maxTransactionBytes
    maxRecords = min(Self.mostRecords, max(1, maxOutputBytes / 1024))
    maxBytes = min(Self.mostBytes, maxOutputBytes / 4)
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
  func next(after arrival: Int64, through end: Int64 = .max, limit: Int = .max) throws(CrossdockError)
    -> [JournalReader.ArrivedRecord]
  {
    if arrival != readThrough {
      if let settled, settled.arrival == arrival {
        after = settled.after
      } else {
        after = try reader.sequences(of: streams, arrivedUpTo: arrival)
      }
      readThrough = arrival
    }
    let found = try reader.arrivals(
      of: streams, arrivedAfter: arrival, after: after, limit: min(limit, maxRecords), maxBytes: maxBytes)
    missed += found.missed
    after = found.after
    // What is read to bring a process to where it was has an end.
    if end == .max { settled = (arrival, after) }
    let records = found.records.filter { $0.arrival <= end }
    for record in records { after[record.stream] = record.record.sequence }
    readThrough = records.last?.arrival ?? arrival
    return records
  }

  /// Says where it stands: what comes there is damaged.
  func reportDamage(to cursors: CursorMailbox) {
    for (number, stream) in streams.enumerated() { cursors.reportDamage(stream: stream, after: after[number]) }
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
