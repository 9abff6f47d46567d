internal import Configuration
internal import Synchronization

/// The plugins that run beside the agent. They change while it runs: what is new starts, what is gone stops, what changed
/// is started again from its checkpoint.
package final class PluginRunners: Sendable {
  private let runners = Mutex<[PluginRunner]>([])

  package init() {}

  package var statuses: [PluginStatus] { runners.withLock { $0.map(\.status) } }

  /// Brings what runs to what should run. Those that stay as they are are not disturbed; those that are parked are tried again. Returns when those that had to end have ended.
  package func apply(_ plugins: [IsolatedPlugin], _ surroundings: PluginRunner.Surroundings) {
    let old = runners.withLock { $0 }
    let stays = { (runner: PluginRunner) in
      plugins.contains(runner.plugin) && runner.status.state != .parked
        && runner.surroundings.journalPath == surroundings.journalPath
        && runner.surroundings.handle === surroundings.handle
        && runner.surroundings.configuration.streams == surroundings.configuration.streams
        && runner.surroundings.configuration.feeds == surroundings.configuration.feeds
    }
    let ending = old.filter { !stays($0) }
    for runner in ending { runner.requestStop() }
    for runner in ending { runner.join() }
    let kept = old.filter(stays)
    let new = plugins.map { plugin in
      kept.first { $0.plugin == plugin } ?? PluginRunner(plugin, surroundings)
    }
    runners.withLock { $0 = new }
    for runner in new where !kept.contains(where: { $0 === runner }) { runner.start() }
  }

  package func stop() {
    let all = runners.withLock { $0 }
    for runner in all { runner.requestStop() }
    for runner in all { runner.join() }
  }
}
