// What plugins emit, on its way into the batch, whether they run in the agent or beside it: only what those who read a stream can
// rely on is taken.
//
// Refused is an output whose body is not one JSON document although its stream's bodies are JSON (given out as it is it would forge or
// break lines, and no central would take it), and one whose source is beyond the plugin's share of names. What is refused is counted;
// some of it is kept in the quarantine, with its bytes and the reason (`PluginAccount`).
internal import Decoding
internal import Journal
internal import PluginRuntime
internal import Records

extension IngestPipeline {
  /// Adds what a plugin emitted, with the reply that it asks for.
  /// - Returns: false when it was refused.
  @discardableResult
  func append(
    _ record: EmittedRecords.Record, of emitted: EmittedRecords, to stream: UInt16, isDerived: Bool,
    replyConnection: String?, by account: PluginAccount, now: ClockReading
  ) -> Bool {
    if journal.bodyFormat(ofStream: stream) == .json, let fault = emitted.withBody(of: record, { bodies.fault($0) }) {
      refuse(record, of: emitted, to: stream, .notJSON, fault, by: account, now: now)
      return false
    }
    let source: UInt32
    switch emitted.withSource(of: record, { journal.internForPlugin($0, share: &account.sources) }) {
    case .number(let number): source = number
    case let answer:
      refuse(record, of: emitted, to: stream, .sources, Self.reason(answer), by: account, now: now)
      return false
    }
    emitted.withBody(of: record) { batch.appendBody($0) }
    var flags: RecordFlags = isDerived ? .derived : []
    if !now.isSynchronised { flags.insert(.clockUnsynchronised) }
    batch.finishRecord(
      stream: stream, source: source, eventTimeNs: record.eventTimeNs, ingestTimeNs: now.wallNs,
      monotonicNs: now.monotonicNs, flags: flags)
    if record.hasReply, let connection = replyConnection {
      add(
        JournalTransaction.Reply(
          connection: connection, topic: emitted.replyTopic(of: record), recordIndex: batch.count - 1))
    }
    return true
  }

  private static func reason(_ answer: SourceShare.Answer) -> String {
    switch answer {
    case .number, .tooLong: "its source's name is longer than \(JournalLimits.maxPluginSourceBytes) bytes"
    case .isUsed: "its source is new, and the plugin has used its share of new names"
    case .noRoom: "its source is new, and half of the journal's room for names is used"
    }
  }

  private func refuse(
    _ record: EmittedRecords.Record, of emitted: EmittedRecords, to stream: UInt16, _ kind: OutputRefusals.Kind,
    _ reason: String, by account: PluginAccount, now: ClockReading
  ) {
    account.refuse(kind, reason)
    let name = journal.streamName(stream)
    let bytes = emitted.withBody(of: record) { $0.count }
    // What comes of it must not make the transaction larger than the journal takes.
    guard batch.bodyBytes + bytes * 4 / 3 + 4096 <= maxBytes, account.mayKeep(nowNs: now.monotonicNs) else {
      return account.drop(from: name, kind)
    }
    setAside(
      PluginResult.SetAside(
        stream: name,
        record: StoredRecord(
          sequence: 0, source: emitted.withSource(of: record) { String(decoding: $0.prefix(1024), as: UTF8.self) },
          eventTimeNs: record.eventTimeNs, ingestTimeNs: now.wallNs, monotonicNs: now.monotonicNs, boot: 0, flags: [],
          body: emitted.withBody(of: record) { Array($0) }),
        reason: reason), by: account.plugin, now: now)
  }

  /// What is to be said of a plugin's outputs when all of a batch have come.
  func settle(_ account: PluginAccount, now: ClockReading) {
    for (stream, kind, count) in account.takeDropped() {
      noteDropped(count, of: "plugin:\(account.plugin):\(stream)", reason: kind.rawValue, now: now)
    }
    if let checkpoint = account.takeChangedSources() { add(checkpoint) }
  }
}
