import CrossdockPlugin
import Foundation
import JSONText
import Journal
import PluginRuntime
import Records
import Synchronization
import Testing

@testable import Engine

/// Counts what it reads, in a gear that something else than the records shifts. `{"flood":N}` makes N records of one.
private final class Gearbox: Model {
  /// What no record says: the clock, or a file of the options, of the real ones.
  static let shifts = Mutex(0)

  static let manifest = PluginManifest(name: "gearbox", version: "1.0.0", summary: "Counts in a gear.", options: [])

  private var count: UInt32 = 0
  private var gear: UInt32 = 1
  private let stream: String

  init(_ context: PluginContext) throws { stream = context.writes[0] }

  func process(_ batch: PluginBatch, into output: PluginOutput) throws {
    for position in 0..<batch.count {
      let record = batch[position]
      if !output.isReplay,
        Self.shifts.withLock({ left in
          left > 0
            ? {
              left -= 1; return true
            }() : false
        })
      {
        gear += 1
        output.wantCheckpoint()
      }
      count += gear
      let flood = try JSONValue.parse(Array(record.body))["flood"]?.integer ?? 1
      for part in 0..<flood {
        try output.emit(
          stream: stream, source: record.source, eventTimeNs: record.eventTimeNs,
          body: Array("{\"count\":\(count),\"gear\":\(gear),\"part\":\(part)}".utf8))
      }
    }
  }

  func checkpoint() -> [UInt8] {
    [count, gear].flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
  }

  func restore(_ checkpoint: [UInt8]) throws {
    guard checkpoint.count == 8 else { throw PluginError("it has \(checkpoint.count) bytes") }
    func value(_ start: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(checkpoint[start + $1]) << ($1 * 8) } }
    (count, gear) = (value(0), value(4))
  }
}

/// The engine with a model on the writer thread, killed: what the model says is what it would have said.
@Suite(.serialized) struct ModelRestartTests {
  private final class Box {
    let folder = NSTemporaryDirectory() + "crossdock-models-\(UUID().uuidString)"
    var models: String
    let isInstalled: Bool
    private(set) var engine: Engine?
    private var connection: ScriptedConnection?
    private var packetID: UInt16 = 0
    private var now = ClockReading(wallNs: 1_790_000_000_000_000_000, monotonicNs: 1_000_000_000, isSynchronised: true)

    init(models: String, isInstalled: Bool = false) throws {
      self.models = models
      self.isInstalled = isInstalled
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try start()
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Nothing is committed at the end of the engine before: as after a SIGKILL.
    func start() throws {
      engine = nil
      let text = """
        [agent]
        id = "a"
        data_dir = "\(folder)"
        [mqtt.floor]
        host = "127.0.0.1"
        [[stream]]
        name = "t"
        class = "scan"
        [[stream]]
        name = "out"
        class = "decision"
        [[stream]]
        name = "copies"
        class = "decision"
        [[feed]]
        name = "f"
        connection = "floor"
        topic = "{asset}/t"
        qos = 1
        stream = "t"
        decoder = "json"
        \(models)
        """
      var descriptor = try PluginDescriptor(ExportedPlugin.descriptor(Gearbox.self), from: "here")
      descriptor.isInstalled = isInstalled
      (engine, connection) = try Engine.scripted(text, plugins: ["gearbox": descriptor], now: now, boot: "boot")
      turn()
    }

    private func turn() {
      now.wallNs += 1_000_000
      now.monotonicNs += 1_000_000
      engine?.turn(now: now) { _ in connection?.inbox.isEmpty == false }
    }

    /// Messages of a device, as one batch.
    func send(_ payloads: String...) {
      for payload in payloads {
        packetID += 1
        connection?.inbox.append(.init(topic: "motor/t", payload: payload, packetID: packetID))
      }
      turn()
    }

    func bodies(of stream: String) throws -> [String] {
      try JournalReader(path: "\(folder)/journal.db").read(
        stream: stream, after: 0, maxRecords: 100_000, maxBytes: 64 << 20
      )
      .map { String(decoding: $0.body, as: UTF8.self) }
    }

    var model: EngineSnapshot.Model? {
      now.monotonicNs += 1_000_000_000
      turn()
      return engine?.handle.snapshot?.models[0]
    }
  }

  private static let one = """
    [[model]]
    name = "g"
    plugin = "gearbox"
    reads = ["t"]
    writes = ["out"]
    """

  /// What the records do not bring back is in the checkpoint of the very commit that tells of it.
  @Test func killsRightBehindAWishForACheckpointChangeNothing() throws {
    let whole = try Box(models: Self.one)
    let killed = try Box(models: Self.one)
    var expected: [String] = []
    for box in [whole, killed] {
      for round in 0..<30 {
        Gearbox.shifts.withLock { $0 = round % 3 == 1 ? 1 : 0 }
        box.send("{\"n\":\(round)}", "{\"n\":\(round)}")
        if box === killed { try box.start() }
        box.send("{\"n\":-1}")
        if box === killed, round % 4 == 0 { try box.start() }
      }
      if box === whole { expected = try box.bodies(of: "out") }
    }
    #expect(expected.count == 90 && expected.last?.contains("\"gear\":11") == true)
    #expect(try killed.bodies(of: "out") == expected)
  }

  @Test func outputsBeyondTheBoundAreNamedAndTheBatchGoesOn() throws {
    let box = try Box(models: Self.one)
    box.send("{\"n\":1}")
    box.send("{\"flood\":10500}", "{\"n\":2}")
    let bodies = try box.bodies(of: "out")
    #expect(bodies.count == 1 + 10_000)
    #expect(bodies.last == "{\"count\":2,\"gear\":1,\"part\":9999}")
    #expect(
      try box.bodies(of: "_tombstones")
        == ["{\"stream\":\"plugin:g:out\",\"first\":0,\"last\":0,\"count\":501,\"reason\":\"too_many_outputs\"}"])
    let model = try #require(box.model)
    #expect(model.failed == 0 && model.emitted == 10_001 && model.counters["outputs_dropped"] == 501)
    // It has worked on every record of that batch, and a replay comes to the same.
    box.send("{\"n\":3}")
    try box.start()
    box.send("{\"n\":4}")
    #expect(try box.bodies(of: "out").suffix(2) == [4, 5].map { "{\"count\":\($0),\"gear\":1,\"part\":0}" })
  }

  /// Since when one is absent is known to the record, however often the agent is killed meanwhile; one that is killed with it is not absent.
  @Test func absenceOfAModelIsWrittenDownFromItsFirstRecordToItsLast() throws {
    let box = try Box(models: Self.one)
    func roster() throws -> String? {
      try JournalReader(path: "\(box.folder)/journal.db").checkpoint(of: "_in_process").map {
        String(decoding: $0.state, as: UTF8.self)
      }
    }
    #expect(try roster() == nil)
    box.send("{\"n\":1}", "{\"n\":2}")
    #expect(try roster() == "\tg")
    try box.start()
    #expect(try roster() == "\tg")
    box.models = ""
    try box.start()
    // Nothing has come without it.
    #expect(try roster() == "\tg")
    box.send("{\"n\":3}")
    #expect(try roster() == "4\tg", "two records and two results")
    try box.start()
    box.send("{\"n\":4}")
    #expect(try roster() == "4\tg")
    box.models = Self.one
    try box.start()
    box.send("{\"n\":5}")
    #expect(try roster() == "\tg")
    // It has learned from those between.
    #expect(try box.bodies(of: "out").map { $0.contains("\"count\":5,") } == [false, false, true])
  }

  /// One section of an installed plugin wants it in the agent: the other one's is not loaded with it.
  @Test(arguments: [false, true])
  func pluginThatIsAtHandRunsInTheAgentOnlyWhereItIsBuiltInOrWanted(isInstalled: Bool) throws {
    let both = """
      [[model]]
      name = "default"
      plugin = "gearbox"
      reads = ["t"]
      writes = ["copies"]
      [[model]]
      name = "wanted"
      plugin = "gearbox"
      run = "in-process"
      reads = ["t"]
      writes = ["out"]
      """
    let box = try Box(models: both, isInstalled: isInstalled)
    box.send("{\"n\":1}")
    let names = try #require(box.engine?.handle.snapshot).models.map(\.name)
    #expect(names == (isInstalled ? ["wanted"] : ["default", "wanted"]))
    #expect(try box.bodies(of: "out").count == 1)
    #expect(try box.bodies(of: "copies").count == (isInstalled ? 0 : 1))
  }

  /// The first of two reads what the second one makes of the same batch: it never sees it, and not in a replay either.
  @Test func modelDoesNotSeeInAReplayWhatItHasNotSeenLive() throws {
    let pair = """
      [[model]]
      name = "first"
      plugin = "gearbox"
      run = "in-process"
      reads = ["t", "copies"]
      writes = ["out"]
      [[model]]
      name = "second"
      plugin = "gearbox"
      run = "in-process"
      reads = ["t"]
      writes = ["copies"]
      """
    let whole = try Box(models: pair)
    let killed = try Box(models: pair)
    for box in [whole, killed] {
      for round in 0..<6 {
        box.send("{\"n\":\(round)}")
        if round % 2 == 1, box === killed { try box.start() }
      }
    }
    #expect(try killed.bodies(of: "out") == whole.bodies(of: "out"))
    #expect(try whole.bodies(of: "out").count == 6)
  }
}
