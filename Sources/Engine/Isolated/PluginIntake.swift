internal import JSONText
internal import Journal
internal import PluginRuntime
internal import Records

// The writer's side of plugins that run beside the agent: their results become part of the next transaction.
extension IngestPipeline {
  /// False when it does not fit into this transaction any more.
  func append(_ result: PluginResult, now: ClockReading) -> Bool {
    guard batch.isEmpty || batch.bodyBytes + result.bytes <= maxBytes else {
      // The next transaction begins with it, however much else comes.
      markUrgent()
      return false
    }
    for record in result.emitted.records { append(record, of: result, now: now) }
    for record in result.setAside { setAside(record, by: result.plugin, now: now) }
    switch result.position {
    case .at(let arrival): addPosition(result, arrival)
    case .end: addPosition(result, nil)
    case .none: break
    }
    for checkpoint in result.checkpoints { add(checkpoint) }
    if result.hasRecords || result.position == .end { markUrgent() }
    return true
  }

  private func addPosition(_ result: PluginResult, _ arrival: Int64?) {
    add(
      JournalTransaction.Checkpoint(
        model: IsolatedPlugin.positionName(result.plugin), version: result.version, state: [], arrival: arrival))
  }

  private func append(_ record: EmittedRecords.Record, of result: PluginResult, now: ClockReading) {
    // The configuration was checked: what a plugin may write is a stream of this journal.
    guard let stream = journal.streamNumber(result.writes[record.write]) else { return }
    append(
      record, of: result.emitted, to: stream, isDerived: result.isDerived, replyConnection: result.replyConnection,
      by: result.plugin, now: now)
  }

  /// Adds what a plugin emitted, beside the agent or in it, with the reply that it asks for.
  /// - Returns: false when its source is one too many: it is in the quarantine then.
  @discardableResult
  func append(
    _ record: EmittedRecords.Record, of emitted: EmittedRecords, to stream: UInt16, isDerived: Bool,
    replyConnection: String?, by plugin: String, now: ClockReading
  ) -> Bool {
    guard let source = emitted.withSource(of: record, { journal.internForPlugin($0) }) else {
      setAside(
        PluginResult.SetAside(
          stream: journal.streamStates[Int(stream)].definition.name,
          record: StoredRecord(
            sequence: 0, source: emitted.withSource(of: record) { String(decoding: $0, as: UTF8.self) },
            eventTimeNs: record.eventTimeNs, ingestTimeNs: now.wallNs, monotonicNs: now.monotonicNs, boot: 0, flags: [],
            body: emitted.withBody(of: record) { Array($0) }),
          reason: "more sources than plugins may name, or too long a name"), by: plugin, now: now)
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

  /// Keeps a record that a plugin could not deal with: where it is, its bytes, and why.
  func setAside(_ record: PluginResult.SetAside, by plugin: String, now: ClockReading) {
    var json = JSONWriter(reserving: 256 + record.record.body.count * 4 / 3)
    json.object {
      $0.member("plugin", plugin)
      $0.member("stream", record.stream)
      $0.member("sequence", record.record.sequence)
      $0.member("source", record.record.source)
      $0.member("reason", record.reason)
      $0.member("bytes", record.record.body.count)
      let kept = record.record.body.prefix(maxBytes / 2)
      $0.member("payload_base64", kept.withUnsafeBytes { String(decoding: Base64.encode($0), as: UTF8.self) })
    }
    appendOwn(json.bytes, stream: quarantine, now: now)
  }
}
