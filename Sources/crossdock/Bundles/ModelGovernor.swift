// Takes what plugins decide about their trained models into the store of models.
//
// A plugin has no files: it tells of a decision by a record of its events stream, and keeps it in its checkpoint. This thread reads those
// streams behind a cursor and writes each decision into the model's state.json; the cursor moves when that is durable. A decision that
// is read twice is known by its number. Until it is in the store, the plugin's checkpoint has it: a restart in between loses nothing.
//
// The thread owns a read-only connection to the journal; it shares the `CommitSignal` and the `CursorMailbox` with the writer.
import Configuration
import Glibc
import Journal
import Logging
import Platform
import PluginBundles
import Records
import Synchronization

final class ModelGovernor: Sendable {
  /// The cursor's name.
  static let name = "model-governor"
  private static let maxRecords = 1000
  private static let maxBytes = 1 << 20
  /// Another command is changing the store, or the journal is not there yet.
  private static let retryMs = 200
  /// So many times in a row are no command that is done in a moment: somebody has to look.
  private static let failuresUntilTold = 25

  private struct Watch: Sendable {
    var instance: String
    var stream: String
  }

  private let watches: [Watch]
  /// By model: how many instances run it.
  private let users: [String: Int]
  private let folder: String
  private let journalPath: String
  private let commits: CommitSignal
  private let cursors: CursorMailbox
  private let log: Logger
  private let stopSignal = CommitSignal()
  private let thread = Mutex<OwnedThread?>(nil)

  /// Nil when no section of agent.conf runs a trained model and says where it tells of it.
  init?(
    _ configuration: AgentConfiguration, journalPath: String, commits: CommitSignal, cursors: CursorMailbox, log: Logger
  ) {
    var watches: [Watch] = []
    var users: [String: Int] = [:]
    for model in configuration.models {
      let trained = ModelUsers.trainedModels(of: model)
      for name in trained { users[name, default: 0] += 1 }
      guard !trained.isEmpty, let stream = ModelUsers.eventsStream(of: model) else { continue }
      watches.append(Watch(instance: model.name, stream: stream))
    }
    guard !watches.isEmpty else { return nil }
    self.watches = watches
    self.users = users
    folder = InstalledModels.storeFolder(configuration.modelStore)
    self.journalPath = journalPath
    self.commits = commits
    self.cursors = cursors
    self.log = log
  }

  func start() {
    thread.withLock { $0 = OwnedThread(name: "model-governor") { [self] in run() } }
  }

  func stop() {
    stopSignal.wakeAll()
    commits.wakeAll()
    thread.withLock { thread in
      thread?.join()
      thread = nil
    }
  }

  private var isStopping: Bool { stopSignal.generation > 0 }

  private func run() {
    var failures = 0
    while !isStopping {
      do throws(CrossdockError) {
        try follow(try JournalReader(path: journalPath)) { failures = 0 }
      } catch {
        failures += 1
        if failures == Self.failuresUntilTold {
          log.warning(
            "the decisions of plugins about their models do not get into the store; the plugins keep to them",
            metadata: ["folder": "\(folder)", "reason": "\(error)"])
        } else {
          log.debug("the events of models cannot be taken now", metadata: ["reason": "\(error.reason)"])
        }
        _ = stopSignal.wait(past: 0, timeoutMs: Self.retryMs)
      }
    }
  }

  private func follow(_ reader: JournalReader, _ hasTaken: () -> Void) throws(CrossdockError) {
    let streams = Set(watches.map(\.stream)).sorted()
    var positions: [String: UInt64] = [:]
    for stream in streams { positions[stream] = try reader.cursor(named: Self.name, stream: stream) }
    var generation = commits.generation
    var isAtStart = true
    while !isStopping {
      var hasRead = false
      for stream in streams {
        let page = try reader.read(
          stream: stream, after: positions[stream] ?? 0, maxRecords: Self.maxRecords, maxBytes: Self.maxBytes)
        guard let last = page.last else { continue }
        for record in page { try take(record, of: stream, isAtStart: isAtStart) }
        if isStopping { return }
        positions[stream] = last.sequence
        cursors.post(CursorUpdate(name: Self.name, stream: stream, sequence: last.sequence))
        hasRead = true
      }
      hasTaken()
      isAtStart = isAtStart && hasRead
      if !hasRead { generation = commits.wait(past: generation, timeoutMs: 1000) }
    }
  }

  private func take(_ record: StoredRecord, of stream: String, isAtStart: Bool) throws(CrossdockError) {
    guard ModelEventBody.mayBe(record.body) else { return }
    for watch in watches where watch.stream == stream {
      guard let (model, decision) = ModelEventBody.decision(record.body, instance: watch.instance) else { continue }
      try write(decision, about: model, isAtStart: isAtStart)
    }
  }

  /// - Parameter isAtStart: it was told before the agent began: the instance may not know of it, where a clock decided it after its last checkpoint.
  private func write(_ decision: ModelDecision, about model: String, isAtStart: Bool) throws(CrossdockError) {
    do throws(CrossdockError) {
      guard try ModelStore.model(model, in: folder) != nil else {
        return log.warning("a decision about a model that is not installed", metadata: ["model": "\(model)"])
      }
    } catch {
      // Not to keep those about others back: the instance tells it again after its next start.
      return log.error(
        "a decision about a model whose state cannot be read",
        metadata: ["model": "\(model)", "reason": "\(error.place): \(error.reason)"])
    }
    // Not waited for here, where nobody could stop it: the decision is not lost, the cursor has not moved, and this is tried again.
    let isNew = try ModelStore(folder: folder, lockTimeoutMs: 0).take(
      decision, about: model, nowNs: SystemClock().now().wallNs)
    guard isNew else { return }
    log.notice(
      "a model's version in use has changed",
      metadata: [
        "model": "\(model)", "what": "\(decision.kind.rawValue)", "version": "\(decision.to)",
        "from": "\(decision.from?.text ?? "none")", "by": "\(decision.by)", "reason": "\(decision.reason)",
      ])
    // The instance that decided goes on with it already; others learn of it by a reload.
    if isAtStart || users[model, default: 0] > 1 { kill(getpid(), SIGHUP) }
  }
}
