// The cases of Plugins/PredictiveMaintenance/testcases, each a folder:
//   input.ndjson     a record a line: {"stream","source","time_ns"?,"columns"?:{name: number|null},"samples"?:[…]}
//   options.json     options that differ from the defaults (may be missing)
//   expected.ndjson  a line for each record emitted: {"stream","source","time_ns","body"}
// Alerts go to "alerts", feature summaries to "features". CROSSDOCK_ACCEPT=1 writes expected.ndjson anew, to be reviewed.
import CrossdockPlugin
import Fixtures
import Foundation
import JSONText
import PredictiveMaintenance
import Testing

private let folder = Repository.root.appending(path: "Plugins/PredictiveMaintenance/testcases")

private let cases = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()

private func lines(_ file: URL) throws -> [JSONValue] {
  try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { try JSONValue.parse(String($0)) }
}

@Suite struct TestCasesTests {
  @Test func thereAreCases() {
    #expect(cases.count >= 4)
  }

  @Test(arguments: cases) func caseGivesWhatItExpects(_ name: String) throws {
    let place = folder.appending(path: name)
    let input = try lines(place.appending(path: "input.ndjson"))
    let bench = try PluginBench(
      MaintenanceModel.self, options: try options(place.appending(path: "options.json")), streams: streams(of: input),
      writes: ["alerts", "features"])
    let columns = Dictionary(uniqueKeysWithValues: streams(of: input).map { ($0.name, $0.columns) })
    for record in input {
      let stream = try #require(record["stream"]?.string)
      let given = record["columns"]
      bench.add(
        stream: stream, source: try #require(record["source"]?.string),
        eventTimeNs: Int64(record["time_ns"]?.integer ?? 0),
        columns: given == nil ? [] : (columns[stream] ?? []).map { given?[$0]?.number ?? .nan },
        samples: (record["samples"]?.array ?? []).map { Float($0.number ?? .nan) })
    }
    let text = try bench.run().map(line).joined()
    let expected = place.appending(path: "expected.ndjson")
    if ProcessInfo.processInfo.environment["CROSSDOCK_ACCEPT"] == "1" {
      try Data(text.utf8).write(to: expected)
    }
    #expect(text == (try String(contentsOf: expected, encoding: .utf8)))
  }

  private func line(_ record: PluginBench.Emitted) throws -> String {
    var json = JSONWriter()
    json.object {
      $0.member("stream", record.stream)
      $0.member("source", record.source)
      $0.member("time_ns", record.eventTimeNs)
      $0.key("body")
      $0.raw(record.body.utf8)
    }
    return json.text() + "\n"
  }

  private func streams(of input: [JSONValue]) -> [PluginContext.Stream] {
    var streams: [PluginContext.Stream] = []
    for record in input {
      guard let name = record["stream"]?.string else { continue }
      if !streams.contains(where: { $0.name == name }) { streams.append(.init(name: name, columns: [])) }
      let place = streams.firstIndex { $0.name == name }!
      for (column, _) in record["columns"]?.object ?? [] where !streams[place].columns.contains(column) {
        streams[place].columns.append(column)
      }
    }
    return streams
  }

  private func options(_ file: URL) throws -> [String: PluginContext.Value] {
    guard FileManager.default.fileExists(atPath: file.path) else { return [:] }
    let members = try JSONValue.parse(String(contentsOf: file, encoding: .utf8)).object ?? []
    var options: [String: PluginContext.Value] = [:]
    for (key, value) in members {
      let kind = MaintenanceModel.manifest.options.first { $0.key == key }?.kind
      switch (kind, value) {
      case (.string?, .string(let text)): options[key] = .string(text)
      case (.integer?, .number(let number)): options[key] = .integer(Int64(number))
      case (.number?, .number(let number)): options[key] = .number(number)
      default: throw PluginError("\(file.path): \(key) is not an option of this type")
      }
    }
    return options
  }
}
