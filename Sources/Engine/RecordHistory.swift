// Stored records as a model would get them again: in the order of their arrival, decoded as their feed decodes them, with numbers
// for streams and sources. For commands that look back; it only reads.
package import Configuration
package import Journal
package import PluginRuntime
package import Records

package final class RecordHistory {
  private static let mostRecords = 500
  private static let mostBytes = 1 << 20

  package let reader: JournalReader
  /// Every stream of the journal; a stream's place is its number in `batch`.
  package let streams: [StreamDefinition]
  /// Of the journal's sources that have come so far; a source's place is its number in `batch`.
  package let sources = SourceNames()
  /// What `next` has read, decoded and as it was stored.
  package let batch = RecordBatch()
  package private(set) var records: [JournalReader.ArrivedRecord] = []
  /// Records that are gone from the journal, of those that were to be read.
  package private(set) var missed: UInt64 = 0

  private let reads: [String]
  private let numbers: [UInt16]
  private let replay: RecordReplay
  private var sourceNumbers: [UInt32: UInt32] = [:]
  private var arrival: Int64 = -1
  private var after: [UInt64]

  /// - Parameters:
  ///   - reads: the streams, each of them in the journal.
  ///   - after: by stream: where to begin; nil: with the oldest record.
  package init(
    _ configuration: AgentConfiguration, journalPath: String, reads: [String], after: [UInt64]? = nil
  ) throws(CrossdockError) {
    reader = try JournalReader(path: journalPath)
    streams = try reader.streams().map { state in
      configuration.streams.first { $0.name == state.definition.name } ?? state.definition
    }
    var numbers: [UInt16] = []
    for name in reads {
      guard let number = streams.firstIndex(where: { $0.name == name }) else {
        throw CrossdockError(
          "read the stream \"\(name)\"", at: journalPath, reason: "the journal has no such stream",
          hint: "the streams are: \(streams.map(\.name).joined(separator: ", "))", exitCode: .badInput)
      }
      numbers.append(UInt16(number))
    }
    self.reads = reads
    self.numbers = numbers
    self.after = after ?? Array(repeating: 0, count: reads.count)
    var feeds: [FeedRuntime] = []
    for feed in configuration.feeds where reads.contains(feed.stream) {
      let columns = configuration.streams.first { $0.name == feed.stream }?.columns.count ?? 0
      feeds.append(
        try FeedRuntime(feed, connection: 0, stream: 0, columnCount: columns, isUrgent: false, maxPayloadBytes: .max))
    }
    replay = RecordReplay(feeds)
  }

  /// Reads on.
  /// - Returns: false when there is no more.
  package func next() throws(CrossdockError) -> Bool {
    let found = try reader.arrivals(
      of: reads, arrivedAfter: arrival, after: after, limit: Self.mostRecords, maxBytes: Self.mostBytes)
    missed += found.missed
    after = found.after
    records = found.records
    batch.removeAll()
    guard let last = records.last else { return false }
    arrival = last.arrival
    for record in records {
      after[record.stream] = record.record.sequence
      replay.append(
        record.record, feed: record.feed, stream: numbers[record.stream], source: number(of: record), to: batch)
    }
    return true
  }

  private func number(of record: JournalReader.ArrivedRecord) -> UInt32 {
    if let known = sourceNumbers[record.source] { return known }
    let number = UInt32(sources.count)
    Array(record.record.source.utf8).withUnsafeBytes { sources.append($0) }
    sourceNumbers[record.source] = number
    return number
  }

  /// Of a record of the batch; as many as its stream has columns, or none.
  package func columns(of index: Int) -> ArraySlice<Double> {
    batch.columns[Int(batch.columnOffsets[index])..<Int(batch.columnOffsets[index + 1])]
  }

  package func samples(of index: Int) -> ArraySlice<Float> {
    batch.samples[Int(batch.sampleOffsets[index])..<Int(batch.sampleOffsets[index + 1])]
  }
}
