internal import Configuration
internal import Journal
internal import MQTTFeed
internal import Platform
internal import PluginRuntime
internal import Records

/// Makes snapshots, and keeps what only they need: rates.
struct EngineMonitor {
  private let feeds: [(name: String, connection: String)]
  private let started: (wallNs: Int64, monotonicNs: Int64)
  /// Of the engine before this one, in the same process.
  private let before: EngineSnapshot?
  private let maxBytes: Int64
  private var lastReceived: [UInt64]
  private var rates: [Double]
  private var ratedMs: Int64
  private(set) var nextTickMs: Int64

  init(_ configuration: AgentConfiguration, continuing before: EngineSnapshot?, now: ClockReading) {
    feeds = configuration.feeds.map { ($0.name, $0.connection) } + [(IngestPipeline.unroutedFeed, "")]
    self.before = before
    started = before.map { ($0.startedNs, $0.startedMonotonicNs) } ?? (now.wallNs, now.monotonicNs)
    maxBytes = Int64(configuration.journal.maxBytes)
    lastReceived = []
    rates = Array(repeating: 0, count: feeds.count)
    ratedMs = now.monotonicMs
    nextTickMs = now.monotonicMs
  }

  func isTickDue(nowMs: Int64) -> Bool { nowMs >= nextTickMs }

  mutating func ticked(nowMs: Int64) {
    nextTickMs = nowMs + EngineLimits.tickMs
  }

  mutating func snapshot(
    now: ClockReading, journal: Journal, pipeline: IngestPipeline, models: ModelStage,
    connections: [any FeedConnection],
    holdReason: String?, pauseReason: String?
  ) -> EngineSnapshot {
    updateRates(journal.counters, nowMs: now.monotonicMs)
    let made = EngineSnapshot(
      epoch: journal.epoch, startedNs: started.wallNs, now: now, startedMonotonicNs: started.monotonicNs,
      journalPath: journal.path, journalBytes: Self.bytes(of: journal.path), journalMaxBytes: maxBytes,
      commits: journal.commits, lastCommitUs: journal.lastCommitUs, evictedRecords: journal.evictedRecords,
      holdReason: holdReason, pauseReason: pauseReason,
      feeds: feeds.indices.map { index in
        EngineSnapshot.Feed(
          name: feeds[index].name, connection: feeds[index].connection, counters: journal.counters[index],
          ratePerS: rates[index], lagMs: pipeline.lagNs[index] / 1_000_000)
      },
      connections: connections.map(Self.snapshot), streams: journal.streamStates,
      models: models.slots.map(Self.snapshot))
    return before.map { made.counting(on: $0) } ?? made
  }

  /// Smoothed over about two seconds.
  private mutating func updateRates(_ counters: [FeedCounters], nowMs: Int64) {
    let elapsed = Double(nowMs - ratedMs) / 1000
    // What was counted before the start is no rate.
    if lastReceived.isEmpty { lastReceived = counters.map(\.received) }
    guard elapsed > 0.05 else { return }
    ratedMs = nowMs
    let weight = min(1, elapsed / 2)
    for index in feeds.indices {
      let rate = Double(counters[index].received - lastReceived[index]) / elapsed
      rates[index] += weight * (rate - rates[index])
      if rates[index] < 0.005 { rates[index] = 0 }
      lastReceived[index] = counters[index].received
    }
  }

  private static func bytes(of path: String) -> Int64 {
    ["", "-wal", "-shm"].reduce(0) { $0 + (Files.size(path + $1) ?? 0) }
  }

  private static func snapshot(_ connection: any FeedConnection) -> EngineSnapshot.Connection {
    let state =
      switch connection.session.phase {
      case .waiting: "backing_off"
      case .connecting: "connecting"
      case .connected: "connected"
      case .paused: "paused"
      case .stopped: "stopped"
      }
    return EngineSnapshot.Connection(
      name: connection.settings.name, address: connection.settings.address, state: state,
      reconnects: connection.session.reconnects, lastError: connection.lastError)
  }

  private static func snapshot(_ slot: ModelStage.Slot) -> EngineSnapshot.Model {
    EngineSnapshot.Model(
      name: slot.model.name, plugin: "\(slot.model.descriptor.name) \(slot.model.descriptor.version)",
      batches: slot.counters.batches, records: slot.counters.records, emitted: slot.counters.emitted,
      failed: slot.counters.failed, refused: slot.counters.refused, lastRefusal: slot.counters.lastRefusal,
      lastBatchUs: slot.counters.lastBatchUs, maxBatchUs: slot.counters.maxBatchUs,
      counters: slot.model.counters)
  }
}
