// The in-line models: each batch goes through them in the order of the configuration, before its commit. What a model emits
// is appended to the batch, so that records, derived records and replies become durable together, and later models see it.
//
// Checkpoints are written every so often, not with each batch: after a restart the records since the last one are handed to
// the model again and what it emits then is thrown away, because the journal has it already. Models are deterministic. One that has
// taken something into its state that does not follow from the records asks for a checkpoint, and gets it with that batch.
//
// A model sees what those before it in the configuration have made of a batch, and never what those behind it make: not live, and so
// not in a replay either.
internal import Configuration
internal import Journal
internal import Logging
internal import Platform
internal import PluginRuntime
internal import Records

final class ModelStage {
  struct Counters: Sendable {
    var batches: UInt64 = 0
    var records: UInt64 = 0
    var emitted: UInt64 = 0
    var failed: UInt64 = 0
    /// Outputs that were not taken, and why the last one was not.
    var refused: UInt64 = 0
    var lastRefusal: String?
    var lastBatchUs: Int64 = 0
    var maxBatchUs: Int64 = 0
  }

  final class Slot {
    let model: InProcessModel
    private(set) var reads: [UInt16]
    private(set) var isRead: [Bool]
    let writes: [UInt16]
    let replyConnection: String?
    var counters = Counters()
    var isCheckpointWanted = false
    var recordsSinceCheckpoint = 0
    var bytesSinceCheckpoint = 0
    var checkpointBytes = 0
    /// Nil: not since the start.
    var checkpointMs: Int64?
    private var loggedRefusals: Set<OutputRefusals.Kind> = []

    init(_ model: InProcessModel, reads: [UInt16], writes: [UInt16], streamCount: Int, replyConnection: String?) {
      self.model = model
      self.reads = reads
      self.writes = writes
      self.replyConnection = replyConnection
      isRead = (0..<streamCount).map { reads.contains(UInt16($0)) }
    }

    /// True the first time.
    func shouldLog(_ kind: OutputRefusals.Kind) -> Bool { loggedRefusals.insert(kind).inserted }

    func leaveOut(_ streams: [UInt16]) {
      reads.removeAll(where: streams.contains)
      for stream in streams { isRead[Int(stream)] = false }
    }
  }

  let slots: [Slot]
  private let journal: Journal
  private let names = SourceNames()
  private var selection: [UInt32] = []
  private let log: Logger
  /// To be written with the next commit.
  private var roster: ModelRoster?

  init(_ slots: [Slot], journal: Journal, log: Logger) {
    self.slots = slots
    self.journal = journal
    self.log = log
  }

  /// Runs every model over the pipeline's sealed batch.
  func run(_ pipeline: IngestPipeline, now: ClockReading) {
    for slot in slots {
      select(pipeline.batch, for: slot)
      guard !selection.isEmpty else { continue }
      takeNewSources()
      let started = SystemClock.monotonicNs()
      let isDone = slot.model.process(
        pipeline.batch, selection: selection, sources: names, deadlineMs: EngineLimits.modelDeadlineMs)
      slot.counters.lastBatchUs = (SystemClock.monotonicNs() - started) / 1000
      slot.counters.maxBatchUs = max(slot.counters.maxBatchUs, slot.counters.lastBatchUs)
      if slot.model.isCheckpointWanted { slot.isCheckpointWanted = true }
      slot.counters.batches += 1
      slot.counters.records += UInt64(selection.count)
      slot.recordsSinceCheckpoint += selection.count
      slot.bytesSinceCheckpoint += pipeline.batch.bodyBytes
      if isDone {
        append(slot, to: pipeline, now: now)
      } else {
        slot.counters.failed += 1
        log.error(
          "a model failed on a batch; the batch is stored without its results",
          metadata: ["model": "\(slot.model.name)"])
      }
    }
  }

  private func select(_ batch: RecordBatch, for slot: Slot) {
    selection.removeAll(keepingCapacity: true)
    let streams = batch.streams
    for index in streams.indices where slot.isRead[Int(streams[index])] { selection.append(UInt32(index)) }
  }

  private func takeNewSources() {
    while names.count < journal.sources.count {
      journal.sources.withName(UInt32(names.count)) { names.append($0) }
    }
  }

  private func append(_ slot: Slot, to pipeline: IngestPipeline, now: ClockReading) {
    let batch = pipeline.batch
    let start = batch.count
    for reject in slot.model.rejects where reject.record < start { setAside(reject, of: slot, in: pipeline, now: now) }
    let isDerived = slot.model.descriptor.role == .model
    let account = pipeline.account(of: slot.model.name)
    let refusedBefore = account.refusals.count
    for record in slot.model.emitted.records {
      let isTaken = pipeline.append(
        record, of: slot.model.emitted, to: slot.writes[record.write], isDerived: isDerived,
        replyConnection: slot.replyConnection, by: account, now: now)
      if isTaken { slot.counters.emitted += 1 }
    }
    pipeline.settle(account, now: now)
    if account.refusals.count > refusedBefore { note(account.refusals, since: refusedBefore, of: slot) }
    for (write, count) in slot.model.dropped.enumerated() where count > 0 {
      let stream = slot.model.writes[write]
      pipeline.noteDropped(count, of: "plugin:\(slot.model.name):\(stream)", reason: "too_many_outputs", now: now)
      log.error(
        "a model emitted more than a batch may hold; what is beyond is dropped",
        metadata: ["model": "\(slot.model.name)", "stream": "\(stream)", "records": "\(count)"])
    }
    journal.assignSequences(batch, from: start)
  }

  private func note(_ refusals: OutputRefusals, since before: UInt64, of slot: Slot) {
    slot.counters.refused += refusals.count - before
    slot.counters.lastRefusal = refusals.reason
    guard slot.shouldLog(refusals.kind) else { return }
    log.error(
      "an output of a model is refused; others like it are counted",
      metadata: ["model": "\(slot.model.name)", "reason": "\(refusals.reason)"])
  }

  /// A record that a decoder cannot decode goes to the quarantine, in the same transaction.
  private func setAside(_ reject: PluginReject, of slot: Slot, in pipeline: IngestPipeline, now: ClockReading) {
    let batch = pipeline.batch
    let index = reject.record
    let record = StoredRecord(
      sequence: batch.sequences[index],
      source: journal.sources.withName(batch.sources[index]) { String(decoding: $0, as: UTF8.self) },
      eventTimeNs: batch.eventTimesNs[index], ingestTimeNs: batch.ingestTimesNs[index],
      monotonicNs: batch.monotonicTimesNs[index], boot: 0, flags: [], body: batch.withBody(of: index) { Array($0) })
    let stream = journal.streamStates[Int(batch.streams[index])].definition.name
    pipeline.setAside(
      PluginResult.SetAside(stream: stream, record: record, reason: reject.reason), by: slot.model.name, now: now)
  }

  /// Adds checkpoints that are due to the transaction of the batch that the models have just seen.
  func addCheckpoints(to pipeline: IngestPipeline, nowMs: Int64, isLast: Bool = false) {
    if let roster {
      pipeline.add(roster.checkpoint)
      self.roster = nil
    }
    for slot in slots where slot.recordsSinceCheckpoint > 0 {
      let isTime =
        slot.recordsSinceCheckpoint >= EngineLimits.checkpointRecords
        || slot.checkpointMs.map { nowMs - $0 >= EngineLimits.checkpointIntervalMs } ?? true
      let isWorthIt =
        slot.bytesSinceCheckpoint >= slot.checkpointBytes * EngineLimits.checkpointBytesFactor
        || slot.recordsSinceCheckpoint >= EngineLimits.maxRecordsBetweenCheckpoints
      guard isLast || slot.isCheckpointWanted || (isTime && isWorthIt) else { continue }
      slot.isCheckpointWanted = false
      slot.recordsSinceCheckpoint = 0
      slot.bytesSinceCheckpoint = 0
      slot.checkpointMs = nowMs
      if let checkpoint = checkpoint(of: slot) { pipeline.add(checkpoint) }
    }
  }

  /// Every model's state now.
  func states() -> [JournalTransaction.Checkpoint] { slots.compactMap { checkpoint(of: $0) } }

  private func checkpoint(of slot: Slot) -> JournalTransaction.Checkpoint? {
    slot.model.checkpoint().map {
      slot.checkpointBytes = $0.count
      return JournalTransaction.Checkpoint(model: slot.model.name, version: slot.model.descriptor.version, state: $0)
    }
  }

  // MARK: restart

  /// Brings every model to where it was: its checkpoint, then the records since.
  func recover(feeds: [FeedRuntime]) throws(CrossdockError) {
    let known = try ModelRoster(journal)
    let now = known.with(slots.map(\.model.name), after: journal.lastArrival)
    if now != known { roster = now }
    for slot in slots {
      var arrival: Int64 = 0
      if let saved = try journal.checkpoint(of: slot.model.name) {
        if slot.model.descriptor.isInstalled, !saved.state.isEmpty,
          SemanticVersion.isOlder(slot.model.descriptor.version, than: saved.version)
        {
          // It cannot know it, and might take it for its own. What is built in judges by itself.
          log.warning(
            "the state here is a newer version's: the plugin starts without one",
            metadata: [
              "model": "\(slot.model.name)", "version": "\(slot.model.descriptor.version)",
              "newer": "\(saved.version)",
            ])
          continue
        }
        // Empty where it has not been written since the model began: in a process of its own, say.
        if saved.state.isEmpty || slot.model.restore(saved.state) {
          arrival = saved.arrival
        } else {
          log.warning("a model cannot use its checkpoint and starts anew", metadata: ["model": "\(slot.model.name)"])
          try slot.model.reopen()
          continue
        }
      } else {
        // Never seen: it starts with what comes, not with the past.
        continue
      }
      try replay(slot, after: arrival, lastSeen: try lastSeen(slot.model.name, known), feeds: feeds)
    }
  }

  /// What a model has said something to, where it has been absent; nil: it has not been. It may have run in a process of its own meanwhile.
  private func lastSeen(_ model: String, _ roster: ModelRoster) throws(CrossdockError) -> Int64? {
    guard let seen = roster.lastSeen(by: model) else { return nil }
    return max(seen, try journal.checkpoint(of: IsolatedPlugin.positionName(model))?.arrival ?? 0)
  }

  private func replay(
    _ slot: Slot, after arrival: Int64, lastSeen: Int64?, feeds: [FeedRuntime]
  ) throws(CrossdockError) {
    var arrival = arrival
    var (count, missing) = (0, 0)
    let batch = RecordBatch()
    let replay = RecordReplay(feeds)
    while true {
      let records = try journal.records(of: slot.reads, arrivedAfter: arrival, limit: EngineLimits.replayBatchRecords)
      guard let last = records.last else { break }
      arrival = last.arrival
      batch.removeAll()
      for replayed in records {
        let feed = replayed.feed > 0 && Int(replayed.feed) <= feeds.count ? feeds[Int(replayed.feed) - 1].name : ""
        replay.append(replayed.record, feed: feed, stream: replayed.stream, source: replayed.source, to: batch)
      }
      takeNewSources()
      selection = Array(UInt32(0)..<UInt32(batch.count))
      _ = slot.model.process(
        batch, selection: selection, sources: names, deadlineMs: EngineLimits.modelDeadlineMs, isReplay: true)
      if slot.model.isCheckpointWanted { slot.isCheckpointWanted = true }
      count += records.count
      if let lastSeen { missing += records.count { $0.arrival > lastSeen } }
    }
    slot.recordsSinceCheckpoint = count
    if count > 0 { log.info("model caught up", metadata: ["model": "\(slot.model.name)", "records": "\(count)"]) }
    guard missing > 0 else { return }
    log.warning(
      "the model did not run while these records came: it has learned from them, and its results for them are missing",
      metadata: ["model": "\(slot.model.name)", "records": "\(missing)"])
  }
}
