import Testing

@testable import CrossdockPlugin

/// Adds up a column; says the sum when it passes a limit.
private final class Summing: Model {
  static let manifest = PluginManifest(
    name: "summing", version: "1.0.0", summary: "Adds up.",
    options: [
      PluginOption("limit", .number, default: "10", help: "Says so beyond this."),
      PluginOption("label", .string, default: "sum", help: "What it is called."),
    ])

  private let limit: Double
  private let label: String
  private var sum = 0.0

  init(_ context: PluginContext) throws {
    limit = context.number("limit")
    label = context.string("label")
    if limit < 0 { throw PluginError("limit must not be negative") }
  }

  func process(_ batch: PluginBatch, into output: PluginOutput) throws {
    for record in batch {
      if record.columns[0].isNaN { throw PluginError("no value in record \(record.sequence)") }
      sum += record.columns[0]
      if sum > limit {
        try output.emit(
          stream: "sums", source: record.source, eventTimeNs: record.eventTimeNs,
          body: Array("{\"\(label)\":\(sum)}".utf8),
          replyTopic: "to/\(record.source)")
      }
    }
  }

  func checkpoint() -> [UInt8] { Array("\(sum)".utf8) }

  func restore(_ checkpoint: [UInt8]) throws {
    guard let sum = Double(String(decoding: checkpoint, as: UTF8.self)) else { throw PluginError("not a number") }
    self.sum = sum
  }
}

@Suite struct PluginBenchTests {
  private func bench(_ options: [String: PluginContext.Value] = [:]) throws -> PluginBench {
    try PluginBench(Summing.self, options: options, streams: [.init(name: "t", columns: ["v"])], writes: ["sums"])
  }

  @Test func recordsGoThroughTheContractAndBack() throws {
    let bench = try self.bench(["limit": .number(3)])
    bench.add(stream: "t", source: "a", eventTimeNs: 7, columns: [2])
    bench.add(stream: "t", source: "b", eventTimeNs: 8, columns: [2.5])
    let emitted = try bench.run()
    #expect(emitted == [.init(stream: "sums", source: "b", eventTimeNs: 8, body: "{\"sum\":4.5}", replyTopic: "to/b")])
    #expect(try bench.run().isEmpty)
  }

  @Test func stateMovesThroughACheckpoint() throws {
    let first = try bench()
    first.add(stream: "t", source: "a", eventTimeNs: 1, columns: [9])
    _ = try first.run()
    let second = try bench(["label": .string("total")])
    try second.restore(first.checkpoint())
    second.add(stream: "t", source: "a", eventTimeNs: 2, columns: [2])
    #expect(try second.run().map(\.body) == ["{\"total\":11.0}"])
    #expect(throws: PluginError.self) { try second.restore(Array("x".utf8)) }
  }

  @Test func badOptionsAndFailedBatchesSayWhy() throws {
    let refused = #expect(throws: PluginError.self) { try self.bench(["limit": .number(-1)]) }
    #expect(refused?.description == "limit must not be negative")
    let bench = try self.bench()
    bench.add(stream: "t", source: "a", eventTimeNs: 1, columns: [.nan])
    let failed = #expect(throws: PluginError.self) { try bench.run() }
    #expect(failed?.description == "no value in record 1")
  }

  @Test func anOlderHostIsRefused() {
    #expect(ExportedPlugin.entry(Summing.self, hostABI: 0) == nil)
    #expect(ExportedPlugin.entry(Summing.self, hostABI: 1) != nil)
  }
}
