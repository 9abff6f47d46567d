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
    appendOutputs(of: result, now: now)
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

  private func appendOutputs(of result: PluginResult, now: ClockReading) {
    guard !result.emitted.records.isEmpty else { return }
    let account = account(of: result.plugin)
    let before = account.refusals.count
    for record in result.emitted.records {
      // The configuration was checked: what a plugin may write is a stream of this journal.
      guard let stream = journal.streamNumber(result.writes[record.write]) else { continue }
      append(
        record, of: result.emitted, to: stream, isDerived: result.isDerived, replyConnection: result.replyConnection,
        by: account, now: now)
    }
    settle(account, now: now)
    var refused = account.refusals
    refused.count -= before
    if refused.count > 0 { noteRefused(refused, of: result.plugin) }
  }

  private func addPosition(_ result: PluginResult, _ arrival: Int64?) {
    add(
      JournalTransaction.Checkpoint(
        model: IsolatedPlugin.positionName(result.plugin), version: result.version, state: [], arrival: arrival))
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
