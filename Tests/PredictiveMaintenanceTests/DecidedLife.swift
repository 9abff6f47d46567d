import CrossdockPlugin
import JSONText
import PredictiveMaintenance

/// An agent, as a governed model sees it: batches, checkpoints now and then, a store that takes decisions a moment later, and kills.
struct DecidedLife {
  struct Record {
    var stream: String
    var source: String
    var columns: [Double] = []
    var body = ""
  }

  /// What state.json says.
  struct Store: Equatable {
    var active: String
    var shadow: String?
    var previous: String?
    var decided = 0

    mutating func promote() {
      guard let version = shadow else { return }
      (active, shadow, previous) = (version, nil, active)
    }

    mutating func rollBack() {
      guard let version = previous else { return }
      (active, previous) = (version, active)
    }
  }

  static let recordsBetweenCheckpoints = 60

  let bundles: [String: SampleBundle]
  /// An agent of before does not know the call: its checkpoints come when they come.
  var heedsWishes = true
  /// In a process of its own each instance has other numbers for sources.
  var isIsolated = false
  private(set) var store: Store
  private(set) var said: [PluginBench.Emitted] = []
  /// Batches that asked for a checkpoint.
  private(set) var wishes = 0
  private var bench: PluginBench
  private var seen: [Record] = []
  private var sequences: [String: UInt64] = [:]
  private var checkpoint: (state: [UInt8], records: Int)?
  private var untaken: [JSONValue] = []

  init(_ bundles: [SampleBundle], store: Store) throws {
    self.bundles = Dictionary(uniqueKeysWithValues: bundles.map { ($0.version, $0) })
    self.store = store
    bench = try Self.open(self.bundles, store)
  }

  private static func open(_ bundles: [String: SampleBundle], _ store: Store) throws -> PluginBench {
    var files = [SampleBundle.state(decided: store.decided)]
    for (stage, version) in [("active", store.active), ("shadow", store.shadow), ("previous", store.previous)] {
      if let version, let bundle = bundles[version] { files += bundle.files(stage) }
    }
    return try PluginBench(
      MaintenanceModel.self,
      options: [
        "bundles": .files(files), "event_stream": .string("work"), "warning_z": .number(1000),
        "critical_z": .number(2000), "clear_count": .integer(3), "drift": .string("all"),
        "storm_per_asset_per_hour": .integer(1000), "storm_per_hour": .integer(1000),
      ],
      streams: [.init(name: "t", columns: ["load", "motor_c"]), .init(name: "work", columns: [])],
      writes: ["alerts", "features", "events"])
  }

  private func add(_ record: Record, _ number: Int, _ sequences: inout [String: UInt64]) {
    sequences[record.stream, default: 0] += 1
    bench.add(
      stream: record.stream, source: record.source, eventTimeNs: Int64(number) * 1_000_000_000, body: record.body,
      columns: record.columns, sequence: sequences[record.stream])
  }

  /// One batch and its commit.
  mutating func commit(_ records: some Sequence<Record>) throws {
    for record in records {
      var next = sequences
      add(record, seen.count, &next)
      sequences = next
      seen.append(record)
    }
    let emitted = try bench.run()
    said += emitted
    untaken += try emitted.filter { $0.stream == "events" }.map { try JSONValue.parse($0.body) }.filter {
      ["promoted", "rolled-back"].contains($0["kind"]?.string)
    }
    if bench.isCheckpointWanted { wishes += 1 }
    let last = checkpoint?.records ?? 0
    if checkpoint == nil || seen.count - last >= Self.recordsBetweenCheckpoints
      || bench.isCheckpointWanted && heedsWishes
    {
      checkpoint = (bench.checkpoint(), seen.count)
    }
  }

  /// The governor's turn: what was told is written into the store, each decision once.
  mutating func takeDecisions() {
    for event in untaken {
      guard let number = event["number"]?.integer, number > store.decided else { continue }
      store.decided = number
      if event["kind"]?.string == "promoted", store.shadow == event["to"]?.string { store.promote() }
      if event["kind"]?.string == "rolled-back", store.previous == event["to"]?.string { store.rollBack() }
    }
    untaken = []
  }

  /// An operator's command: into the store at once, into the instance with the next start.
  mutating func change(_ body: (inout Store) -> Void) { body(&store) }

  /// A clean stop and a start: the checkpoint has everything.
  mutating func reload() throws {
    checkpoint = (bench.checkpoint(), seen.count)
    try start()
  }

  /// SIGKILL and a start: the checkpoint, then the records since.
  mutating func killAndStart() throws { try start() }

  private mutating func start() throws {
    bench = try Self.open(bundles, store)
    // In the agent's own a source keeps its number; the bench numbers by what is added. A retained record is passed over.
    for record in isIsolated ? seen.reversed() : seen {
      bench.add(stream: record.stream, source: record.source, eventTimeNs: 0, flags: 1 << 3)
    }
    _ = try bench.run(isReplay: true)
    guard let checkpoint else { return }
    try bench.restore(checkpoint.state)
    var sequences: [String: UInt64] = [:]
    for record in seen[..<checkpoint.records] { sequences[record.stream, default: 0] += 1 }
    var place = checkpoint.records
    while place < seen.count {
      let end = min(seen.count, place + 50)
      for number in place..<end { add(seen[number], number, &sequences) }
      _ = try bench.run(isReplay: true)
      place = end
    }
  }

  var alerts: Int { said.count { $0.stream == "alerts" } }

  /// What the records say, without what is told again because nobody had taken it.
  var words: [String] {
    said.filter { !$0.body.contains("the store has not taken it") }.map { "\($0.stream) \($0.source) \($0.body)" }
  }
}
