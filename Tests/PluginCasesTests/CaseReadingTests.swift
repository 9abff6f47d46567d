import Foundation
import Records
import Testing

@testable import PluginCases

@Suite struct CaseReadingTests {
  private let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "crossdock-\(UUID().uuidString)").path(
      percentEncoded: false)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func read(
    role: PluginManifest.Role = .model, _ files: [String: String]
  ) throws -> PluginCase {
    for (name, text) in files { try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)")) }
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try PluginCase(folder: folder, name: "one", role: role)
  }

  @Test func timesColumnsAndBodiesAreTakenAsTheyAre() throws {
    let read = try read([
      "input.ndjson": """
      {"stream":"t","source":"a","time":"2026-01-01T00:00:00.5Z","body":{"v": 1.50},"columns":{"x":1}}

      {"stream":"t","source":"b","time_ns":1700000000000000001,"columns":{"y":2},"samples":[0.5,-1]}
      {"stream":"u","source":"a"}
      """,
      "expected.ndjson": "{\"stream\":\"o\",\"source\":\"a\",\"time\":1700000000000000001,\"body\":{}}\n",
    ])
    #expect(read.streams.map(\.name) == ["t", "u"] && read.streams[0].columns == ["x", "y"])
    #expect(String(decoding: read.input[0].body, as: UTF8.self) == "{\"v\": 1.50}")
    #expect(Timestamp.text(read.input[0].timeNs) == "2026-01-01T00:00:00.500Z")
    #expect(read.input[1].timeNs == 1_700_000_000_000_000_001 && read.input[1].samples == [0.5, -1])
    #expect(read.input[0].columns[0] == 1 && read.input[0].columns[1].isNaN)
    #expect(read.input[1].columns[0].isNaN && read.input[1].columns[1] == 2)
    #expect(Timestamp.text(read.input[2].timeNs) == "2026-01-01T00:00:02Z" && read.input[2].body.isEmpty)
    #expect(read.expected[0].timeNs == 1_700_000_000_000_000_001 && read.writes == ["o"])
  }

  @Test func decoderGetsTheBytesOfAText() throws {
    let read = try read(
      role: .decoder,
      [
        "case.json": #"{"streams":[{"name":"raw","columns":[]}],"writes":["out"],"restart":false}"#,
        "input.ndjson": """
        {"stream":"raw","source":"a","body":"a\\tb"}
        {"stream":"raw","source":"a","body_base64":"AP8="}
        """,
        "expected.ndjson": #"{"rejected":1,"reason":"*"}"#,
      ])
    #expect(read.input[0].body == Array("a\tb".utf8) && read.input[1].body == [0, 255])
    #expect(read.rejects[0].record == 1 && read.rejects[0].reason == "*" && !read.isRestarted)
  }

  @Test(arguments: [
    (["input.ndjson": "{\"stream\":\"s\""], "input.ndjson:1"),
    (["input.ndjson": "{\"stream\":\"s\",\"source\":\"a\",\"bdy\":1}"], "\"bdy\" is not known in a record"),
    (["input.ndjson": "{\"source\":\"a\"}"], "\"stream\" is no name of a stream"),
    (["input.ndjson": "{\"stream\":\"s\",\"source\":\"a\",\"time\":1.5}"], "\"time\" is neither"),
    (["input.ndjson": ""], "there is no record in it"),
    (
      ["case.json": #"{"streams":[{"name":"s"}]}"#, "input.ndjson": "{\"stream\":\"x\",\"source\":\"a\"}"],
      "the stream \"x\" is not in case.json"
    ),
    (
      [
        "case.json": #"{"streams":[{"name":"s"}]}"#,
        "input.ndjson": "{\"stream\":\"s\",\"source\":\"a\",\"columns\":[1]}",
      ],
      "1 columns, and the stream \"s\" has 0"
    ),
    (["case.json": #"{"stream":[]}"#], "\"stream\" is not known"),
    (["case.json": #"{"polls":0}"#], "\"polls\" is no whole number between 1 and 10000"),
    (["case.json": #"{"expected_files":{"../x":"y"}}"#], "is no relative path"),
    (["case.json": "[]"], "it is no JSON object"),
    (
      ["input.ndjson": "{\"stream\":\"s\",\"source\":\"a\"}", "expected.ndjson": "{\"bdy\":1}"],
      "\"bdy\" is not known in an output"
    ),
  ])
  func mistakeIsNamedWithItsPlace(files: [String: String], message: String) throws {
    #expect {
      try read(files)
    } throws: { error in
      (error as? CrossdockError)?.exitCode == .badInput && "\(error)".contains(message)
    }
  }
}
