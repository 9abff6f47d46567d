import Fixtures
import Foundation
import Records
import Testing

@testable import PluginRuntime

/// `crossdock plugin new`, and what comes out of it: built, tested and loaded untouched.
@Suite(.serialized) struct TemplateTests {
  struct Choice: CustomTestStringConvertible, Sendable {
    var role: String
    var language: String
    var testDescription: String { "\(role) in \(language)" }
  }

  static let light = ["c", "python"].flatMap { language in
    ["model", "decoder", "uplink", "feed"].map { Choice(role: $0, language: language) }
  }

  @Test(arguments: light) func aNewFolderBuildsPassesItsTestsAndWorksInTheHost(_ choice: Choice) throws {
    let workshop = try Workshop()
    let place = try workshop.newPlugin("new-one", role: choice.role, language: choice.language)
    try workshop.make(place)
    try workshop.make(place, "test")
    let cases = try workshop.run([Workshop.programs + "/crossdock", "plugin", "test", "."], in: place)
    #expect(cases.code == 0, "\(cases.output)")
    try work(workshop, choice, place)
    try install(workshop, place)
    let artefacts = choice.language == "c" ? ["new-one.so"] : ["crossdock_plugin.py", "plugin.py"]
    try holdsWhatABoxNeeds(workshop, artefacts)
  }

  /// The bundle that was packed: what runs, what says what it is, and what it is tried with.
  private func holdsWhatABoxNeeds(_ workshop: Workshop, _ artefacts: [String]) throws {
    let listed = try workshop.run(["tar", "--zstd", "-tf", "new-one.cdp"])
    let files = listed.output.split(separator: "\n").map(String.init)
    let others = files.filter { !$0.hasPrefix("testcases/") }
    #expect(
      others
        == (["manifest.json", "README.md", "plugin.toml", "sample.conf"] + artefacts).sorted {
          ($0 == "manifest.json" ? "" : $0) < ($1 == "manifest.json" ? "" : $1)
        })
    #expect(files.count > others.count)
  }

  /// As an operator does it; its sample.conf is right as it is.
  private func install(_ workshop: Workshop, _ place: String) throws {
    let crossdock = Workshop.programs + "/crossdock"
    let sample = try String(contentsOfFile: place + "/sample.conf", encoding: .utf8)
    let text = """
      [agent]
      id = "dock-7"
      data_dir = "agent"
      [plugins]
      allow_unsigned = true
      [mqtt.floor]
      host = "127.0.0.1"
      [[stream]]
      name = "scans"
      class = "scan"
      [[feed]]
      name = "scans"
      connection = "floor"
      topic = "scan/{gate}"
      qos = 1
      stream = "scans"
      decoder = "json"
      source = "{gate}"
      \(sample)
      """
    // By relative paths all along: a plugin's process works in another folder.
    let file = "agent.conf"
    try text.write(toFile: "\(workshop.folder)/\(file)", atomically: true, encoding: .utf8)
    for command in [
      ["pack", place, "-o", "new-one.cdp"], ["install", "new-one.cdp", "--config", file, "--no-reload"],
    ] {
      let ended = try workshop.run([crossdock, "plugin"] + command)
      try #require(ended.code == 0, "\(ended.output)")
    }
    let checked = try workshop.run([crossdock, "check-config", "--config", file])
    #expect(checked.code == 0, "\(checked.output)")
  }

  /// A Swift plugin takes its compiler a while: the role with the most to get wrong is built and tested, another one built.
  @Test func aNewFolderInSwiftBuildsPassesItsTestsAndWorksInTheHost() throws {
    for role in ["uplink", "decoder"] {
      let workshop = try Workshop()
      let place = try workshop.newPlugin("new-one", role: role, language: "swift")
      try workshop.make(place)
      if role == "uplink" { try workshop.make(place, "test") }
      let cases = try workshop.run([Workshop.programs + "/crossdock", "plugin", "test", "--no-build", "."], in: place)
      #expect(cases.code == 0, "\(cases.output)")
      try work(workshop, Choice(role: role, language: "swift"), place)
      let packed = try workshop.run(
        [Workshop.programs + "/crossdock", "plugin", "pack", "--no-build", place, "-o", "new-one.cdp"])
      #expect(packed.code == 0, "\(packed.output)")
      try holdsWhatABoxNeeds(workshop, ["new-one.so"])
      // Self-contained: no library of Swift, and one symbol.
      let libraries = try workshop.run(["objdump", "-p", "new-one.so"], in: place)
      #expect(!libraries.output.contains("libswift"))
      let symbols = try workshop.run(["nm", "-D", "--defined-only", "--extern-only", "new-one.so"], in: place)
      #expect(symbols.output.split(separator: "\n").filter { $0.contains(" T ") }.count == 1, "\(symbols.output)")
    }
  }

  /// Gives the plugin something to do in the real host, from HELLO to CLOSE.
  private func work(_ workshop: Workshop, _ choice: Choice, _ place: String) throws {
    let data = workshop.folder + "/data"
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
    let artefact: PluginLaunch.Artefact =
      choice.language == "python"
      ? .program(["python3", "plugin.py"]) : .sharedObject(path: "\(place)/new-one.so")
    let session = try workshop.session(
      artefact, folder: place, reads: choice.role == "feed" ? [data] : [],
      writes: choice.role == "uplink" ? [data] : [],
      streams: choice.role == "uplink" ? [] : ["out"])
    defer { session.close() }
    #expect(session.hello.name == "new-one" && session.hello.version == "0.1.0")
    #expect(session.hello.role.rawValue == choice.role)
    let batch = RecordBatch()
    let folder = PluginOptionValue(key: "folder", value: .string(data))
    switch choice.role {
    case "model":
      #expect(try open(session, [PluginOptionValue(key: "limit", value: .number(50))], columns: ["value"]) == .ok)
      add(batch, "{}", columns: [51.5])
      #expect(try session.process(batch, newSources: [Array("pump-1".utf8)]) == .ok)
      #expect(bodies(session).count == 1)
      let state = try #require(try session.checkpoint())
      #expect(try session.restore(state) == .ok)
    case "decoder":
      #expect(try open(session, [PluginOptionValue(key: "separator", value: .string(";"))]) == .ok)
      add(batch, "pump-1;21.5;ok")
      add(batch, "rubbish")
      #expect(try session.process(batch, newSources: [Array("gateway".utf8)]) == .ok)
      #expect(bodies(session) == [#"{"value":21.5,"state":"ok"}"#] && session.rejects.map(\.record) == [1])
    case "uplink":
      let name = PluginOptionValue(key: "file", value: .string("records.ndjson"))
      #expect(try open(session, [name], data: data) == .ok)
      add(batch, #"{"a":1}"#)
      try FileManager.default.createDirectory(atPath: data + "/records.ndjson", withIntermediateDirectories: true)
      #expect(try session.process(batch, newSources: [Array("gate-1".utf8)], time: now) == .retry)
      try FileManager.default.removeItem(atPath: data + "/records.ndjson")
      #expect(try session.process(batch, newSources: [], time: now) == .ok)
      let line = #"{"epoch":"3-e","stream":"in","source":"gate-1","sequence":0,"time_ns":1000,"body":{"a":1}}"# + "\n"
      #expect(try String(contentsOfFile: data + "/records.ndjson", encoding: .utf8) == line)
    default:
      #expect(try open(session, [folder, PluginOptionValue(key: "source", value: .string("hall"))]) == .ok)
      #expect(try session.process(batch, newSources: [], time: now) == .retry)
      try Data("one\ntwo\n".utf8).write(to: URL(fileURLWithPath: data + "/lines.log"))
      #expect(try session.process(batch, newSources: [], time: now) == .ok)
      #expect(bodies(session) == [#"{"lines":2,"total":2}"#])
      #expect(try session.process(batch, newSources: [], time: now) == .ok && bodies(session).isEmpty)
    }
  }

  private let now = BatchTime(wallNs: 1_767_225_600_000_000_000, monotonicNs: 1, waitUs: 0)

  private func open(
    _ session: PluginSession, _ options: [PluginOptionValue], columns: [String] = [], data: String = ""
  ) throws -> PluginSession.Status {
    try session.open(
      options: options, streams: [StreamDefinition(name: "in", streamClass: .telemetry, columns: columns)],
      identity: PluginIdentity(agent: "dock", epoch: "3-e", dataFolder: data))
  }

  private func add(_ batch: RecordBatch, _ body: String, columns: [Double] = []) {
    batch.appendBody(Array(body.utf8))
    for column in columns { batch.appendColumn(column) }
    batch.finishRecord(stream: 0, source: 0, eventTimeNs: 1000, ingestTimeNs: 1000, monotonicNs: 1000, flags: [])
  }

  private func bodies(_ session: PluginSession) -> [String] {
    session.emitted.records.map { record in
      session.emitted.withBody(of: record) { String(decoding: $0, as: UTF8.self) }
    }
  }
}
