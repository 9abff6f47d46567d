internal import PluginRuntime
package import Records

/// A plugin beside the agent, as others may see it.
package struct PluginStatus: Sendable {
  package enum State: String, Sendable {
    case starting
    case running
    /// It failed and is started again after a pause.
    case waiting
    /// It failed too often: an operator has to look.
    case parked
    case disabled
    case stopped
  }

  package struct Batch: Sendable {
    package var number: UInt64
    package var startedNs: Int64
    package var records: Int
    package var firstArrival: Int64
    package var outputs: Int
    package var rejects: Int
    package var tookUs: Int64
    /// "ok", "retry", "replay", or how it failed.
    package var outcome: String
  }

  package var name: String
  package var plugin: String
  package var version: String
  package var role: PluginManifest.Role
  package var isConfined: Bool
  package var isUnsigned = false
  /// Of agent.conf, each with the reason.
  package var ignoredOptions: [String]
  package var state = State.starting
  package var reason: String?
  package var batches: UInt64 = 0
  package var records: UInt64 = 0
  package var emitted: UInt64 = 0
  /// Outputs that were not taken, and why the last one was not.
  package var refused: UInt64 = 0
  package var lastRefusal: String?
  package var rejected: UInt64 = 0
  package var setAside: UInt64 = 0
  /// Records that were gone from the journal before the plugin came to them.
  package var missed: UInt64 = 0
  package var restarts: UInt64 = 0
  package var failures: UInt64 = 0
  package var lastFailure: String?
  package var rollbacks: UInt64 = 0
  /// The version that failed, and why.
  package var lastRollback: String?
  package var deniedCalls: UInt64 = 0
  package var lastDenied: String?
  package var residentMb = 0
  package var cpuMs: Int64 = 0
  /// Of all its processes.
  package var cpuTotalMs: Int64 = 0
  package var lastBatchUs: Int64 = 0
  package var maxBatchUs: Int64 = 0
  package var position: Int64 = 0
  /// Batches by how long they took: up to each bound of `histogramUs`, then beyond.
  package var histogram = [UInt64](repeating: 0, count: PluginStatus.histogramUs.count + 1)
  package var counters: [String: UInt64] = [:]
  package var measures: [String: Double] = [:]
  /// The newest last.
  package var recent: [Batch] = []

  package static let histogramUs: [Int64] = [100, 1000, 10_000, 100_000, 1_000_000]
  /// Batches that are remembered for `crossdock plugin trace`.
  package static let maxRecent = 64

  init(_ plugin: IsolatedPlugin) {
    name = plugin.name
    self.plugin = plugin.plugin
    version = plugin.version.text
    role = plugin.role
    isConfined = !plugin.version.launch.isUnconfined
    isUnsigned = plugin.isUnsigned
    ignoredOptions = plugin.version.ignoredOptions
    if !plugin.isEnabled { state = .disabled }
  }

  mutating func add(_ batch: Batch) {
    if recent.count >= Self.maxRecent { recent.removeFirst() }
    recent.append(batch)
    lastBatchUs = batch.tookUs
    maxBatchUs = max(maxBatchUs, batch.tookUs)
    histogram[Self.histogramUs.firstIndex { batch.tookUs <= $0 } ?? Self.histogramUs.count] += 1
  }
}
