import Configuration
import Foundation
import Journal
import Logging
import Platform
import Records
import Testing

@testable import Engine
@testable import PluginRuntime

/// What the writer takes of a plugin's outputs, and what it does with the rest.
@Suite struct PluginOutputTests {
  private let folder = NSTemporaryDirectory() + "crossdock-outputs-\(UUID().uuidString)"
  private let now = ClockReading(wallNs: 1_790_000_000_000_000_000, monotonicNs: 1_000_000_000, isSynchronised: true)

  /// Streams: `t` of JSON, `raw` of bytes.
  private func open() throws -> IngestPipeline {
    try Files.createFolder(folder)
    let configuration = try smallConfiguration(
      folder: folder,
      stream: """
        [[stream]]
        name = "raw"
        class = "telemetry"
        [[feed]]
        name = "r"
        connection = "floor"
        stream = "raw"
        topic = "raw"
        decoder = "raw"
        """, feed: "topic = \"t\"\ndecoder = \"json\"")
    let setup = EngineSetup(configuration: configuration, log: .init(label: "test"))
    return try setup.makePipeline(try setup.openJournal(now: now, boot: BootID.current()), now: now)
  }

  private func commit(_ pipeline: IngestPipeline) throws {
    pipeline.seal(now: now)
    try pipeline.journal.commit(pipeline.batch, pipeline.transaction, now: now)
    pipeline.clear()
  }

  private func result(
    _ outputs: [(source: String, body: [UInt8])], of plugin: String = "p", into stream: String = "t"
  ) -> PluginResult {
    var emitted = EmittedRecords()
    for output in outputs {
      let isKept = Array(output.source.utf8).withUnsafeBufferPointer { source in
        output.body.withUnsafeBufferPointer { body in
          emitted.append(
            write: 0, eventTimeNs: 1, source: source, body: body, replyTopic: UnsafeBufferPointer(start: nil, count: 0))
        }
      }
      #expect(isKept)
    }
    return PluginResult(plugin: plugin, version: "1", emitted: emitted, writes: [stream], position: .at(1))
  }

  private func bodies(_ stream: String) throws -> [String] {
    try JournalReader(path: "\(folder)/journal.db").read(
      stream: stream, after: 0, maxRecords: 100_000, maxBytes: 64 << 20
    ).map { String(decoding: $0.body, as: UTF8.self) }
  }

  @Test func onlyOneWholeDocumentIsTakenIntoAStreamOfJSON() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let pipeline = try open()
    let good = [#"{"a":[1,-2.5e3,"\u00e9é",null,true]}"#, "1", #""text""#, " [ ] \n"].map { Array($0.utf8) }
    let bad =
      [
        "", "x", "{}}", #"{},"source":"s1","sequence":1"#, "{}\n{}", "{} x", "{\"a\":1,}", "nan", "01", "\"\n\"",
        "{}\0",
        #"{}}"# + "\n" + #"{"stream":"t","sequence":7,"body":{}"#, String(repeating: "[", count: 500_000),
      ].map { Array($0.utf8) } + [[0x22, 0xFF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]]
    #expect(pipeline.append(result((good + bad).map { ("s", $0) }), now: now))
    try commit(pipeline)
    #expect(try bodies("t") == good.map { String(decoding: $0, as: UTF8.self) })
    let refused = try #require(pipeline.takeRefused()["p"])
    #expect(refused.count == UInt64(bad.count) && refused.kind == .notJSON && refused.reason.contains("not JSON"))
    let quarantine = try bodies("_quarantine")
    #expect(quarantine.count == bad.count - 1, "what is too large for the transaction is dropped")
    #expect(quarantine.allSatisfy { $0.contains(#""plugin":"p","stream":"t""#) && $0.contains("its body is not JSON") })
    #expect(
      try bodies("_tombstones")
        == [#"{"stream":"plugin:p:t","first":0,"last":0,"count":1,"reason":"not_json"}"#])
    #expect(pipeline.takeRefused().isEmpty)
  }

  @Test func streamOfBytesTakesAnything() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let pipeline = try open()
    #expect(pipeline.append(result([("s", [0xFF]), ("s", [])], into: "raw"), now: now))
    try commit(pipeline)
    #expect(try bodies("raw").count == 2 && pipeline.takeRefused().isEmpty)
  }

  /// A flood of them does not push everything else out of the quarantine.
  @Test func refusedOutputsAreKeptAFewAMinuteAndTheOthersNamed() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let pipeline = try open()
    let flood = Array(repeating: (source: "s", body: Array("x".utf8)), count: 1000)
    #expect(pipeline.append(result(flood), now: now))
    try commit(pipeline)
    #expect(pipeline.append(result(flood), now: now))
    try commit(pipeline)
    #expect(try bodies("_quarantine").count == PluginAccount.maxKeptAMinute)
    #expect(
      try bodies("_tombstones")
        == [940, 1000].map {
          #"{"stream":"plugin:p:t","first":0,"last":0,"count":\#($0),"reason":"not_json"}"#
        })
    var later = now
    later.monotonicNs += 60_000_000_000
    #expect(pipeline.append(result(flood), now: later))
    try commit(pipeline)
    #expect(try bodies("_quarantine").count == 2 * PluginAccount.maxKeptAMinute)
  }

  /// The journal of the test is small: a sixteenth of an eighth of 8 MiB for names.
  @Test func pluginThatInventsSourcesUsesUpNothingButItsShare() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var pipeline = try open()
    func invent(_ range: Range<Int>, by plugin: String) -> OutputRefusals {
      #expect(pipeline.append(result(range.map { ("\(plugin)-\($0)", Array("{}".utf8)) }, of: plugin), now: now))
      return pipeline.takeRefused()[plugin] ?? OutputRefusals()
    }
    var refused: UInt64 = 0
    for round in 0..<4 {
      refused += invent(round * 2000..<(round + 1) * 2000, by: "evil").count
      try commit(pipeline)
    }
    let taken = try bodies("t").count
    #expect(taken > 2000 && taken < 4000 && refused == UInt64(8000 - taken))
    #expect(invent(0..<500, by: "good").count == 0)
    // What it has brought in already goes on.
    #expect(invent(0..<10, by: "evil").count == 0)
    try commit(pipeline)
    // And a restart gives it nothing back.
    pipeline = try open()
    let after = invent(9000..<9010, by: "evil")
    #expect(after.count == 10 && after.kind == .sources && after.reason.contains("share"))
    #expect(invent(500..<600, by: "good").count == 0)
    let long = result([(String(repeating: "n", count: 1025), Array("{}".utf8))], of: "good")
    #expect(pipeline.append(long, now: now) && pipeline.takeRefused()["good"]?.reason.contains("1024") == true)
  }

  @Test func shareIsReadBackAndOtherBytesAreNone() {
    var share = SourceShare()
    #expect(SourceShare(share.state) == share && SourceShare([1, 2, 3]) == share)
    share = SourceShare(Array(1...16))
    #expect(share.state == Array(1...16))
  }
}
