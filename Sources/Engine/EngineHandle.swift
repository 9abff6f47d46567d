package import Journal
internal import Platform
internal import Synchronization

/// What other threads may do with a running engine: look at it, move cursors, wait for commits, stop it.
package final class EngineHandle: Sendable {
  /// A new generation with each commit that added records.
  package let commits: CommitSignal
  package let cursors: CursorMailbox
  let plugins: PluginMailbox
  let wake: WakeDescriptor
  private let stopRequested = Atomic<Bool>(false)
  private let current = Mutex<EngineSnapshot?>(nil)

  package init() {
    let wake = WakeDescriptor()
    self.wake = wake
    commits = CommitSignal()
    cursors = CursorMailbox(onPost: { wake.wake() })
    plugins = PluginMailbox(onPost: { wake.wake() })
  }

  /// Asks the engine to commit what it has and to end.
  package func stop() {
    stopRequested.store(true, ordering: .releasing)
    wake.wake()
  }

  var isStopRequested: Bool { stopRequested.load(ordering: .acquiring) }

  /// Nil until the engine has started.
  package var snapshot: EngineSnapshot? { current.withLock { $0 } }

  func publish(_ snapshot: EngineSnapshot) {
    current.withLock { $0 = snapshot }
  }
}
