import Fixtures
import Foundation
import JSONText
import Logging
import Records
import Testing

@testable import PluginRuntime

/// A plugin compiled against the first published header runs on the present hosts, in a process of its own and in this one, and
/// everything that it is given arrives.
@Suite struct FirstHeaderTests {
  private static let streams = [StreamDefinition(name: "t", streamClass: .telemetry, columns: ["v"])]
  private static let options: [PluginOptionValue] = [
    PluginOptionValue(key: "word", value: .string("dock")), PluginOptionValue(key: "whole", value: .integer(-7)),
    PluginOptionValue(key: "half", value: .number(2.5)), PluginOptionValue(key: "on", value: .boolean(false)),
    PluginOptionValue(key: "file", value: .files([.init(path: "f", contents: Array("text".utf8))])),
    PluginOptionValue(key: "files", value: .files([])),
  ]
  private static let expected = """
    {"stream":"t","column":"v","word":"dock","whole":-7,"half":2.5,"on":0,"file":"text","of":0,"sequence":9,"event":11,\
    "ingest":12,"monotonic":13,"flags":5,"body":{"a":1},"value":1.5,"samples":2,"seen":8}
    """

  private func build(_ workshop: Workshop) throws -> String {
    let object = workshop.folder + "/first.so"
    let built = try workshop.run([
      "cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-fvisibility=hidden", "-shared", "-o", object,
      Workshop.root + "/Tests/ABI/first_plugin.c",
    ])
    try #require(built.code == 0, "\(built.output)")
    return object
  }

  private func batch() -> RecordBatch {
    let batch = RecordBatch()
    batch.appendBody(Array(#"{"a":1}"#.utf8))
    batch.appendColumn(1.5)
    batch.appendSamples([1, 2])
    batch.finishRecord(
      stream: 0, source: 0, eventTimeNs: 11, ingestTimeNs: 12, monotonicNs: 13,
      flags: RecordFlags(rawValue: 5))
    batch.setSequence(9, of: 0)
    return batch
  }

  private func check(_ emitted: EmittedRecords) throws {
    try #require(emitted.records.count == 1)
    let record = emitted.records[0]
    #expect(emitted.withBody(of: record) { String(decoding: $0, as: UTF8.self) } == Self.expected)
    #expect(emitted.withSource(of: record) { String(decoding: $0, as: UTF8.self) } == "pump")
    #expect(emitted.replyTopic(of: record) == "to/first" && record.eventTimeNs == 11)
  }

  @Test func itRunsInAProcessOfItsOwn() throws {
    let workshop = try Workshop()
    let session = try workshop.session(
      .sharedObject(path: try build(workshop)), folder: workshop.folder, streams: ["out"])
    defer { session.close() }
    #expect(session.hello.name == "first" && session.hello.options.map(\.key).count == 6)
    #expect(try session.open(options: Self.options, streams: []) == .badOptions)
    let other = try workshop.session(
      .sharedObject(path: workshop.folder + "/first.so"), folder: workshop.folder, streams: ["out"])
    defer { other.close() }
    #expect(try other.open(options: Self.options, streams: Self.streams) == .ok)
    #expect(try other.restore([1]) == .badCheckpoint)
    #expect(try other.restore([7, 0, 0, 0, 0, 0, 0, 0]) == .ok)
    #expect(try other.process(batch(), newSources: [Array("pump".utf8)]) == .ok)
    try check(other.emitted)
    #expect(other.counters["records"] == 1 && other.measures["seen"] == 8 && other.lastLogLine == "worked")
    #expect(try other.checkpoint() == [8, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test func itRunsInThisProcess() throws {
    let workshop = try Workshop()
    let plugin = try SharedObject.load(try build(workshop))
    let model = try InProcessModel(
      name: "first", descriptor: plugin, options: Self.options, streams: Self.streams, writes: ["out"],
      log: Logger(label: "sdk") { _ in SwiftLogNoOpLogHandler() })
    #expect(model.restore([7, 0, 0, 0, 0, 0, 0, 0]))
    let names = SourceNames()
    Array("pump".utf8).withUnsafeBytes { names.append($0) }
    #expect(model.process(batch(), selection: [0], sources: names, deadlineMs: 1000))
    try check(model.emitted)
    #expect(model.counters["records"] == 1)
    #expect(model.checkpoint() == [8, 0, 0, 0, 0, 0, 0, 0])
  }
}
