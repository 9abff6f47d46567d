// A case of a plugin's testcases/, as `crossdock plugin test` reads it: input.ndjson, expected.ndjson, options.json, case.json.
// CROSSDOCK_ACCEPT=1 writes expected.ndjson of the models anew, to be reviewed.
import Foundation
import JSONText
import PluginRuntime
import Records
import Testing

struct TestCaseFolder {
  var path: String

  static func all(of folder: ExampleFolder) -> [TestCaseFolder] {
    let place = "\(folder.path)/testcases"
    return ((try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []).sorted()
      .map { TestCaseFolder(path: "\(place)/\($0)") }
  }

  private func json(_ file: String) throws -> JSONValue? {
    guard let text = try? String(contentsOfFile: "\(path)/\(file)", encoding: .utf8) else { return nil }
    return try JSONValue.parse(text)
  }

  private func lines(_ file: String) throws -> [JSONValue] {
    try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8).split(separator: "\n")
      .map { try JSONValue.parse(String($0)) }
  }

  /// Runs it in the host and compares; each difference is an issue.
  func check(_ folder: ExampleFolder) throws {
    let about = try #require(try json("case.json"))
    let streams = (about["streams"]?.array ?? []).map { stream in
      (name: stream["name"]?.string ?? "", columns: (stream["columns"]?.array ?? []).compactMap(\.string))
    }
    let writes = (about["writes"]?.array ?? []).compactMap(\.string)
    let session = try ExampleSession(
      try folder.launch(), options: try options(), streams: streams, writes: writes)
    let rows = try lines("input.ndjson").map(row)
    #expect(try session.process(rows) == .ok)
    if folder.manifest.role == .model, ProcessInfo.processInfo.environment["CROSSDOCK_ACCEPT"] == "1" {
      let lines = session.outputs.map {
        #"{"stream":"\#($0.stream)","source":"\#($0.source)","time":\#($0.timeNs),"body":\#($0.body)}"#
      }
      try lines.map { $0 + "\n" }.joined().write(
        toFile: "\(path)/expected.ndjson", atomically: true, encoding: .utf8)
    }
    var outputs = session.outputs[...]
    var rejects = session.rejects[...]
    for (i, expected) in try lines("expected.ndjson").enumerated() {
      if let rejected = expected["rejected"]?.integer {
        let found = rejects.popFirst()
        #expect(found?.record == Int(rejected), "\(path): line \(i + 1)")
        #expect(found?.reason == expected["reason"]?.string, "\(path): line \(i + 1)")
      } else {
        let next = outputs.popFirst()
        let found = try #require(next, "\(path): line \(i + 1)")
        #expect(found.stream == expected["stream"]?.string && found.source == expected["source"]?.string)
        #expect(found.timeNs == (try expected["time"].map(timeNs)), "\(path): line \(i + 1)")
        #expect(try JSONValue.parse(found.body) == expected["body"], "\(path): line \(i + 1)")
      }
    }
    #expect(outputs.isEmpty && rejects.isEmpty, "\(path): more than expected")
    session.session.close()
  }

  private func options() throws -> [String: PluginOptionValue.Value] {
    var options: [String: PluginOptionValue.Value] = [:]
    for (key, value) in try json("options.json")?.object ?? [] {
      switch value {
      case .string(let text): options[key] = .string(text)
      case .bool(let flag): options[key] = .boolean(flag)
      default: options[key] = .number(try #require(value.number))
      }
    }
    return options
  }

  private func row(_ line: JSONValue) throws -> ExampleSession.Row {
    ExampleSession.Row(
      stream: try #require(line["stream"]?.string), source: try #require(line["source"]?.string),
      timeNs: try line["time"].map(timeNs) ?? 0, body: Array((line["body"]?.string ?? "").utf8),
      columns: (line["columns"]?.array ?? []).map { $0.number ?? .nan })
  }

  private func timeNs(_ value: JSONValue) throws -> Int64 {
    guard let text = value.string else { return try #require(value.integer.map { Int64($0) }) }
    let parts = text.dropLast().split(separator: ".")
    let moment = try Date("\(parts[0])Z", strategy: .iso8601)
    let fraction = parts.count > 1 ? String(parts[1]) : "0"
    let ns = try #require(Int64(fraction + String(repeating: "0", count: 9 - fraction.count)))
    return Int64(moment.timeIntervalSince1970) * 1_000_000_000 + ns
  }
}
