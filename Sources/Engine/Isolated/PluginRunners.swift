internal import Configuration
internal import Synchronization

/// The plugins that run beside the agent. They change while it runs: what is new starts, what is gone stops, what changed
/// is started again from its checkpoint.
package final class PluginRunners: Sendable {
  private struct State {
    var runners: [PluginRunner] = []
    /// Those whose plugin has left, and whose process may take a moment to end.
    var leaving: [PluginRunner] = []
  }
  private let state = Mutex(State())

  package init() {}

  package var statuses: [PluginStatus] { state.withLock { $0.runners.map(\.status) } }

  /// Brings what runs to what should run. Those that stay as they are are not disturbed; those that are parked are tried again. Waits
  /// for nobody, because it is called on the writer's thread: what changed starts when its process of before has ended.
  package func apply(_ plugins: [IsolatedPlugin], _ surroundings: PluginRunner.Surroundings) {
    let (old, leaving) = state.withLock { ($0.runners, $0.leaving) }
    let gone = leaving.filter(\.hasEnded)
    for runner in gone { runner.join() }
    let stays = { (runner: PluginRunner) in
      plugins.contains(runner.plugin) && runner.status.state != .parked
        && runner.surroundings.journalPath == surroundings.journalPath
        && runner.surroundings.handle === surroundings.handle
        && runner.surroundings.configuration.streams == surroundings.configuration.streams
        && runner.surroundings.configuration.feeds == surroundings.configuration.feeds
    }
    let kept = old.filter(stays)
    let ending = old.filter { runner in !kept.contains { $0 === runner } }
    for runner in ending { runner.requestStop() }
    let new = plugins.map { plugin in kept.first { $0.plugin == plugin } ?? PluginRunner(plugin, surroundings) }
    let stillLeaving = leaving.filter { runner in !gone.contains { $0 === runner } } + ending
    state.withLock { $0 = State(runners: new, leaving: stillLeaving) }
    for runner in new where !kept.contains(where: { $0 === runner }) {
      runner.start(after: stillLeaving.filter { $0.plugin.name == runner.plugin.name })
    }
  }

  /// Returns when every process has ended. What is applied next starts anew.
  package func stop() {
    let all = state.withLock { state in
      let all = state.leaving + state.runners
      state = State()
      return all
    }
    for runner in all { runner.requestStop() }
    for runner in all { runner.join() }
  }
}
