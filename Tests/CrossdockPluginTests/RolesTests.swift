internal import CCrossdockPlugin
import Testing

@testable import CrossdockPlugin

private final class Lines: Decoder {
  static let manifest = PluginManifest(name: "lines", version: "1.0.0", summary: "Lines.")
  private let output: String

  init(_ context: PluginContext) throws { output = context.writes[0] }

  func decode(_ message: PluginRecord, into output: PluginOutput) throws {
    let text = String(decoding: message.body, as: UTF8.self)
    output.count("seen")
    if text == "fail" { throw PluginError("cannot go on") }
    guard let number = Int(text) else { throw PluginReject("no number") }
    if number < 0 { return try output.reject(message, "negative") }
    output.metric("latest", Double(number))
    try output.emit(stream: self.output, source: message.source, eventTimeNs: 1, body: Array("{\"n\":\(number)}".utf8))
  }
}

private final class Parcel: Uplink {
  static let folder = TypedOption<String>(required: "folder", help: "Where to.")
  static let limit = TypedOption<Int>("limit", default: 2, help: "So many at once.")
  static let manifest = PluginManifest(
    name: "parcel", version: "1.0.0", summary: "Parcels.", options: [folder, limit])
  private let limit: Int
  private let folder: String

  init(_ context: PluginContext) throws {
    limit = context[Self.limit]
    folder = context[Self.folder]
  }

  func deliver(_ batch: PluginBatch, _ turn: PluginTurn) throws {
    if batch.count > limit { throw PluginRetry("\(folder) takes \(limit) at \(turn.nowNs)") }
    if batch.count == 0 { throw PluginError("empty") }
    turn.count("delivered", UInt64(batch.count))
  }
}

private final class Ticks: Feed {
  static let manifest = PluginManifest(name: "ticks", version: "1.0.0", summary: "Ticks.")
  private var ticks: UInt8 = 0

  init(_ context: PluginContext) throws {}

  func poll(_ turn: PluginTurn, into output: PluginOutput) throws {
    if turn.waitUs == 0 { throw PluginRetry("no time") }
    ticks += 1
    try output.emit(stream: "ticks", source: "clock", eventTimeNs: turn.nowNs, body: Array("\(ticks)".utf8))
  }

  func checkpoint() -> [UInt8] { [ticks] }
  func restore(_ checkpoint: [UInt8]) throws { ticks = checkpoint[0] }
}

private final class Watch: Model {
  static let manifest = PluginManifest(name: "watch", version: "1.0.0", summary: "Watches.")
  init(_ context: PluginContext) throws {}
  func process(_ batch: PluginBatch, into output: PluginOutput) throws {
    output.metric("batches", 1)
    if batch.count > 1 { throw PluginRetry("later") }
  }
}

@Suite struct RolesTests {
  @Test func rolesAreWhatTheirProtocolsSay() {
    #expect(ExportedPlugin.descriptor(Watch.self).pointee.role == UInt32(CROSSDOCK_ROLE_MODEL))
    #expect(ExportedPlugin.descriptor(Lines.self).pointee.role == UInt32(CROSSDOCK_ROLE_DECODER))
    #expect(ExportedPlugin.descriptor(Parcel.self).pointee.role == UInt32(CROSSDOCK_ROLE_UPLINK))
    #expect(ExportedPlugin.descriptor(Ticks.self).pointee.role == UInt32(CROSSDOCK_ROLE_FEED))
    #expect(ExportedPlugin.entry(Ticks.self, hostABI: 1) != nil && ExportedPlugin.entry(Ticks.self, hostABI: 0) == nil)
  }

  @Test func aDecoderRejectsOneMessageAndGoesOn() throws {
    let bench = try PluginBench(Lines.self, streams: [.init(name: "raw", columns: [])], writes: ["numbers"])
    for body in ["1", "x", "-2", "3"] { bench.add(stream: "raw", source: "gate", eventTimeNs: 5, body: body) }
    #expect(try bench.run().map(\.body) == ["{\"n\":1}", "{\"n\":3}"])
    #expect(bench.rejected == [.init(record: 1, reason: "no number"), .init(record: 2, reason: "negative")])
    #expect(bench.counters == ["seen": 4] && bench.metrics == ["latest": 3])
    bench.add(stream: "raw", source: "gate", eventTimeNs: 6, body: "fail")
    #expect(throws: PluginError.self) { try bench.run() }
  }

  @Test func anUplinkGetsTheSameBatchAgainAfterARetry() throws {
    let bench = try PluginBench(
      Parcel.self, options: ["folder": .string("dock"), "limit": .integer(1)], streams: [.init(name: "s", columns: [])])
    bench.add(stream: "s", source: "a", eventTimeNs: 0)
    bench.add(stream: "s", source: "a", eventTimeNs: 0)
    let retry = #expect(throws: PluginRetry.self) { try bench.run(nowNs: 9) }
    #expect(retry?.description == "dock takes 1 at 9")
    #expect(throws: PluginRetry.self) { try bench.run(nowNs: 9) }
    // The same reason is said once.
    #expect(bench.logLines.count == 1 && bench.counters.isEmpty)
    let other = try PluginBench(
      Parcel.self, options: ["folder": .string("dock")], streams: [.init(name: "s", columns: [])])
    other.add(stream: "s", source: "a", eventTimeNs: 0)
    #expect(try other.run().isEmpty && other.counters == ["delivered": 1])
    #expect(throws: PluginError.self) { try PluginBench(Parcel.self, streams: []) }
  }

  @Test func aFeedGetsTimeAndGoesOnFromItsCheckpoint() throws {
    let bench = try PluginBench(Ticks.self, writes: ["ticks"])
    #expect(try bench.run(nowNs: 7, waitUs: 10).map(\.eventTimeNs) == [7])
    #expect(throws: PluginRetry.self) { try bench.run(nowNs: 8) }
    let next = try PluginBench(Ticks.self, writes: ["ticks"])
    try next.restore(bench.checkpoint())
    #expect(try next.run(nowNs: 9, waitUs: 10).map(\.body) == ["2"])
  }

  @Test func aModelHasNoRetry() throws {
    let bench = try PluginBench(Watch.self, streams: [.init(name: "s", columns: [])])
    for _ in 0..<2 { bench.add(stream: "s", source: "a", eventTimeNs: 0) }
    let error = #expect(throws: PluginError.self) { try bench.run() }
    #expect(error?.description == "later")
  }

  /// What an older host does not have is not called, and not read.
  @Test func anOlderHostHasFewerCallbacks() throws {
    let beforeMetric = MemoryLayout<crossdock_host>.offset(of: \.metric)!
    let watch = try PluginBench(
      ExportedPlugin.descriptor(Watch.self), Watch.manifest, [:], [], [], hostSize: beforeMetric)
    #expect(try watch.run().isEmpty && watch.metrics.isEmpty)
    let lines = try PluginBench(
      ExportedPlugin.descriptor(Lines.self), Lines.manifest, [:], [.init(name: "raw", columns: [])], ["numbers"],
      hostSize: beforeMetric)
    lines.add(stream: "raw", source: "gate", eventTimeNs: 0, body: "4")
    #expect(try lines.run().count == 1)
    lines.add(stream: "raw", source: "gate", eventTimeNs: 0, body: "x")
    let error = #expect(throws: PluginError.self) { try lines.run() }
    #expect(error?.description == "this host is too old for a decoder" && lines.rejected.isEmpty)
  }
}
