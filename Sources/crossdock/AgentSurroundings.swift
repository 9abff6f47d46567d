import Configuration
import Engine
import Journal
import Logging
import Platform
import Records
import Synchronization
import Uplink

/// What lasts as long as the process, whatever the configuration: signals, the service manager, the log, and what the threads of an
/// agent talk by.
struct AgentSurroundings {
  let signals: SignalDescriptor
  let notifier = ServiceNotifier()
  let clock = SystemClock()
  let log: Logger
  let logLevel: SharedLogLevel
  let handle: EngineHandle
  let letters: DeadLetterMailbox
  let status: AgentStatus
  /// Plugins in processes of their own.
  let runners = PluginRunners()

  init(signals: SignalDescriptor, log: Logger, logLevel: SharedLogLevel, agent: String) {
    self.signals = signals
    self.log = log
    self.logLevel = logLevel
    let handle = EngineHandle()
    self.handle = handle
    let wake = handle.cursors
    letters = DeadLetterMailbox(onPost: { wake.wakeOwner() })
    status = AgentStatus(agent: agent, handle: handle, runners: runners)
  }

  /// What readers of an epoch that is over wanted is about another file.
  func forgetPosts() {
    _ = handle.cursors.takeAll()
    _ = handle.cursors.takeDamage()
    _ = letters.takeAll()
  }
}

/// The status page of whatever runs now. Asked by the control API's thread.
final class AgentStatus: Sendable {
  private struct Uplinks {
    var running: [Uplink] = []
    /// By name: what the uplinks before them have done, since the start.
    var before: [String: UplinkStatus.Totals] = [:]
  }
  private let agent: String
  private let handle: EngineHandle
  private let runners: PluginRunners
  private let uplinks = Mutex(Uplinks())
  /// Models in the agent's process whose plugin has no signature.
  private let unsigned = Mutex(Set<String>())

  init(agent: String, handle: EngineHandle, runners: PluginRunners) {
    self.agent = agent
    self.runners = runners
    self.handle = handle
  }

  /// Other uplinks from now on; those of the same name count on.
  func setUplinks(_ running: [Uplink]) {
    uplinks.withLock { uplinks in
      for status in Self.statuses(uplinks) { uplinks.before[status.name] = status.totals }
      uplinks.running = running
    }
  }

  func setUnsigned(_ models: Set<String>) { unsigned.withLock { $0 = models } }

  func json() -> [UInt8] {
    guard let engine = handle.snapshot else { return Array("{}".utf8) }
    return StatusDocument.json(
      agent: agent, engine, unsigned: unsigned.withLock { $0 }, plugins: runners.statuses,
      uplinks: uplinks.withLock { Self.statuses($0) })
  }

  func pluginsJSON() -> [UInt8] { PluginStatusDocument.json(runners.statuses) }

  private static func statuses(_ uplinks: Uplinks) -> [UplinkStatus] {
    let before = uplinks.before
    return uplinks.running.map { uplink in
      var status = uplink.status
      if let totals = before[status.name] { status.totals.add(totals) }
      return status
    }
  }
}

extension UplinkStatus.Totals {
  fileprivate mutating func add(_ other: Self) {
    sentRecords += other.sentRecords
    sentBytes += other.sentBytes
    segments += other.segments
    failures += other.failures
    rewinds += other.rewinds
    jumps += other.jumps
    missingRecords += other.missingRecords
    setAside += other.setAside
    shortWrites += other.shortWrites
  }
}
