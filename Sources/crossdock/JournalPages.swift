import CommandSyntax
import ControlAPI
import Journal
import Platform
import Records

/// A stream of the journal's file, read in pages: with the agent running or not.
struct JournalPages {
  static let pageRecords = 1000
  static let pageBytes = 1 << 20

  let stream: StreamState
  let line: ChangeLine
  private let reader: JournalReader

  /// - Throws: with exit code 69 when there is no journal yet, 65 when it has no such stream.
  init(_ file: ConfigurationFile, stream name: String) throws(CrossdockError) {
    guard Files.exists(file.journalPath) else {
      throw CrossdockError(
        "read the journal", at: file.journalPath, reason: "there is none",
        hint: "it is made by the first `crossdock run` with this configuration", exitCode: .unavailable)
    }
    reader = try JournalReader(path: file.journalPath)
    let streams = try reader.streams()
    guard let stream = streams.first(where: { $0.definition.name == name }) else {
      let names = streams.map(\.definition.name)
      let list = "the streams are: \(names.joined(separator: ", "))"
      throw CrossdockError(
        "read the stream \"\(name)\"", at: file.journalPath, reason: "there is no such stream",
        hint: Suggestion.nearest(to: name, of: names).map { "did you mean \($0)? \(list)" } ?? list,
        exitCode: .badInput)
    }
    self.stream = stream
    line = ChangeLine(agent: reader.agent, epoch: reader.epoch, stream: stream.definition)
  }

  /// Every record after a sequence, to the present end; gives the last sequence that was there.
  func forEachPage(
    after start: UInt64, _ body: ([StoredRecord]) -> Void
  ) throws(CrossdockError) -> UInt64 {
    var after = start
    while true {
      let page = try reader.read(
        stream: stream.definition.name, after: after, maxRecords: Self.pageRecords, maxBytes: Self.pageBytes)
      guard let last = page.last else { return after }
      body(page)
      after = last.sequence
    }
  }

  /// The records of a range that are there, in order.
  func forEach(
    from first: UInt64, through last: UInt64, _ body: (StoredRecord) -> Void
  ) throws(CrossdockError) {
    var after = first - 1
    while after < last {
      let page = try reader.read(
        stream: stream.definition.name, after: after, maxRecords: Self.pageRecords, maxBytes: Self.pageBytes)
      guard let end = page.last else { return }
      for record in page where record.sequence <= last { body(record) }
      after = end.sequence
    }
  }

  /// Writes them as NDJSON, a page at a time.
  func writeLines(after start: UInt64) throws(CrossdockError) -> UInt64 {
    var out: [UInt8] = []
    return try forEachPage(after: start) { page in
      out.removeAll(keepingCapacity: true)
      for record in page { line.append(record, to: &out) }
      Terminal.write(bytes: out)
    }
  }

  /// The sequence after which `--since` begins: a sequence, or the first record that came in at a time or later.
  func start(since text: String?) throws(CrossdockError) -> UInt64 {
    guard let text else { return stream.first - 1 }
    if let sequence = UInt64(text), sequence < UInt64(Int64.max) { return sequence > 0 ? sequence - 1 : 0 }
    guard let time = Timestamp.parse(text) else {
      throw CrossdockError(
        "read the command line", at: "--since", reason: "\"\(text)\" is neither a sequence nor a time",
        hint: "as in --since 4711 or --since 2026-11-23T08:00:00Z", exitCode: .wrongUsage)
    }
    return try reader.firstSequence(of: stream.definition.name, ingestedAtOrAfter: time) - 1
  }
}
