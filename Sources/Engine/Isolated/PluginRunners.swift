internal import Configuration
internal import Synchronization

/// The plugins that run beside the agent. They change while it runs: what is new starts, what is gone stops, what changed
/// is started again from its checkpoint.
package final class PluginRunners: Sendable {
  private struct State {
    var runners: [PluginRunner] = []
    /// Those whose plugin has left, and whose process may take a moment to end.
    var leaving: [PluginRunner] = []
    /// By plugin: what fails in one instance, until every instance is back at the version before and the store says so. Runners that
    /// begin with it meanwhile go back at once.
    var failing: [String: PluginReturn.Wish] = [:]
  }
  private let state = Mutex(State())

  package init() {}

  package var statuses: [PluginStatus] { state.withLock { $0.runners.map(\.status) } }

  /// Brings what runs to what should run. Those that stay as they are are not disturbed; those that are parked, or have gone back from
  /// the version that is wanted, are tried again. Waits
  /// for nobody, because it is called on the writer's thread: what changed starts when its process of before has ended.
  package func apply(_ plugins: [IsolatedPlugin], _ surroundings: PluginRunner.Surroundings) {
    let (old, leaving) = state.withLock { ($0.runners, $0.leaving) }
    let gone = leaving.filter(\.hasEnded)
    for runner in gone { runner.join() }
    let stays = { (runner: PluginRunner) in
      plugins.contains(runner.plugin) && runner.status.state != .parked && !runner.isBack
        && runner.surroundings.journalPath == surroundings.journalPath
        && runner.surroundings.handle === surroundings.handle
        && runner.surroundings.configuration.streams == surroundings.configuration.streams
        && runner.surroundings.configuration.feeds == surroundings.configuration.feeds
    }
    let kept = old.filter(stays)
    let ending = old.filter { runner in !kept.contains { $0 === runner } }
    for runner in ending { runner.requestStop() }
    let new = plugins.map { plugin in kept.first { $0.plugin == plugin } ?? runner(plugin, surroundings) }
    let stillLeaving = leaving.filter { runner in !gone.contains { $0 === runner } } + ending
    let failing = state.withLock { state in
      (state.runners, state.leaving) = (new, stillLeaving)
      state.failing = state.failing.filter { name, wish in
        plugins.contains { $0.plugin == name && $0.version.text == wish.version }
      }
      return state.failing
    }
    for runner in new {
      if let wish = failing[runner.plugin.plugin] { runner.askBack(wish) }
    }
    for runner in new where !kept.contains(where: { $0 === runner }) {
      runner.start(after: stillLeaving.filter { $0.plugin.name == runner.plugin.name })
    }
  }

  private func runner(_ plugin: IsolatedPlugin, _ surroundings: PluginRunner.Surroundings) -> PluginRunner {
    PluginRunner(plugin, surroundings) { [weak self] in self?.wentBack($0, $1) }
  }

  /// Called on the plugin's thread. The store is told last: whatever is interrupted before begins with the new version again, and with
  /// the instance that it fails in on probation.
  private func wentBack(_ runner: PluginRunner, _ wish: PluginReturn.Wish) {
    let plugin = runner.plugin.plugin
    let others: [PluginRunner]? = state.withLock { state in
      guard state.runners.contains(where: { $0 === runner }) else { return nil }
      if state.failing[plugin] == nil { state.failing[plugin] = wish }
      return state.runners.filter { $0.plugin.plugin == plugin && !$0.isBack }
    }
    guard let others else { return }
    for other in others { other.askBack(wish) }
    guard others.isEmpty else { return }
    runner.surroundings.rolledBack(plugin, wish.version, wish.reason)
    state.withLock { $0.failing[plugin] = nil }
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
