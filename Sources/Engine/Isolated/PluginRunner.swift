// A plugin beside the agent: a thread that reads committed records in their order of arrival, hands them to the plugin's process,
// and posts what comes to the writer. Whatever the plugin does, nothing else waits for it.
package import Configuration
internal import Journal
package import Logging
package import Platform
internal import PluginRuntime
internal import Records
internal import Synchronization

package final class PluginRunner: Sendable {
  /// What a runner needs of the agent around it.
  package struct Surroundings: Sendable {
    package var journalPath: String
    package var configuration: AgentConfiguration
    package var handle: EngineHandle
    package var log: Logger
    /// The plugin went back to its previous version, all its instances did: plugin, the version that failed, why.
    package var rolledBack: @Sendable (_ plugin: String, _ version: String, _ reason: String) -> Void
    /// The plugin was given up, and why; nil: it runs.
    package var parked: @Sendable (_ plugin: String, _ reason: String?) -> Void
    /// How a version is not what was installed; nil: it is.
    package var damage: @Sendable (_ plugin: String, _ version: IsolatedPlugin.Version) -> String? = { _, _ in nil }

    /// Asks the process of a plugin that is `unasked`; `stop` ends the wait.
    package var ask:
      @Sendable (_ plugin: IsolatedPlugin, _ model: ModelConfiguration, _ stop: WakeDescriptor) -> IsolatedPlugin.Answer =
        {
          _, _, _ in .refused("its options are not known")
        }

    package init(
      journalPath: String, configuration: AgentConfiguration, handle: EngineHandle, log: Logger,
      rolledBack: @escaping @Sendable (_ plugin: String, _ version: String, _ reason: String) -> Void,
      parked: @escaping @Sendable (_ plugin: String, _ reason: String?) -> Void
    ) {
      self.journalPath = journalPath
      self.configuration = configuration
      self.handle = handle
      self.log = log
      self.rolledBack = rolledBack
      self.parked = parked
    }
  }

  package let plugin: IsolatedPlugin
  let surroundings: Surroundings
  let log: Logger
  let stop = WakeDescriptor()
  /// Ends every wait of the thread.
  private let stopSignal = CommitSignal()
  private let wayBack = Mutex(PluginReturn())
  private let onReturn: @Sendable (PluginRunner, PluginReturn.Wish) -> Void
  private let stopRequested = Atomic<Bool>(false)
  private let ended = Atomic<Bool>(false)
  private let current: Mutex<PluginStatus>
  private let thread = Mutex<OwnedThread?>(nil)
  private static let retryJournalMs = 500

  /// - Parameter onReturn: it is back at its version before, and that is durable: why.
  init(
    _ plugin: IsolatedPlugin, _ surroundings: Surroundings,
    onReturn: @escaping @Sendable (PluginRunner, PluginReturn.Wish) -> Void
  ) {
    self.plugin = plugin
    self.surroundings = surroundings
    self.onReturn = onReturn
    current = Mutex(PluginStatus(plugin))
    var log = surroundings.log
    log[metadataKey: "plugin"] = "\(plugin.name)"
    self.log = log
  }

  package var status: PluginStatus { current.withLock { $0 } }
  var isStopping: Bool { stopRequested.load(ordering: .acquiring) }

  func update(_ change: (inout PluginStatus) -> Void) {
    current.withLock { change(&$0) }
  }

  /// At the version before its plugin's, which has failed.
  var isBack: Bool { wayBack.withLock { $0.isBack } }
  /// Why it is to go back; nil: it is not, or it has.
  var wish: PluginReturn.Wish? { wayBack.withLock { $0.wish } }

  /// It goes back between two batches.
  func askBack(_ wish: PluginReturn.Wish) {
    wayBack.withLock { if !$0.isBack { $0.wish = wish } }
    stopSignal.wakeAll()
    surroundings.handle.commits.wakeAll()
  }

  func wentBack(_ reason: PluginReturn.Wish) {
    wayBack.withLock { $0 = PluginReturn(isBack: true) }
    onReturn(self, reason)
  }

  /// Ends early when it is to stop or to go back.
  func rest(ms: Int64) {
    let generation = stopSignal.generation
    guard !isStopping, wish == nil else { return }
    _ = stopSignal.wait(past: generation, timeoutMs: Int(ms))
  }

  /// - Parameter before: runners of the same plugin that were asked to stop: it begins when they have ended.
  func start(after before: [PluginRunner] = []) {
    guard plugin.isEnabled else { return }
    thread.withLock {
      $0 = OwnedThread(name: "plugin") { [self] in
        for runner in before { runner.join() }
        run()
        ended.store(true, ordering: .releasing)
      }
    }
  }

  /// Whether waiting for it takes no time.
  var hasEnded: Bool { !plugin.isEnabled || ended.load(ordering: .acquiring) }

  package func requestStop() {
    stopRequested.store(true, ordering: .releasing)
    stop.wake()
    stopSignal.wakeAll()
    surroundings.handle.commits.wakeAll()
    surroundings.handle.plugins.committed.wakeAll()
  }

  /// Waits for the thread's end: the plugin's process is gone then.
  package func join() {
    thread.withLock { thread in
      guard let running = thread else { return }
      running.join()
      thread = nil
      surroundings.handle.plugins.forget(plugin.name)
    }
  }

  /// The journal cannot be read for a moment now and then; the plugin begins again from what is durable.
  private func run() {
    while !isStopping {
      do throws(CrossdockError) {
        let work = try PluginWork(self)
        try work.run()
      } catch {
        update {
          $0.state = .waiting
          $0.reason = "\(error.place): \(error.reason)"
        }
        log.error("the plugin waits for the journal", metadata: ["reason": "\(error.reason)"])
        let generation = stopSignal.generation
        if !isStopping { _ = stopSignal.wait(past: generation, timeoutMs: Self.retryJournalMs) }
      }
    }
    update { $0.state = .stopped }
  }
}
