import Foundation
import PluginRuntime
import Testing

/// The uplink in its confinement.
@Suite(.enabled(if: ExampleFolder.present.contains("FileDrop"))) struct FileDropTests {
  private func temporaryFolder() throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "file-drop-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  private func uplink(_ folder: ExampleFolder, drop: String, allowed: String? = nil) throws -> ExampleSession {
    try ExampleSession(
      try folder.launch(options: ["folder": allowed ?? drop]), options: ["folder": .string(drop)],
      streams: [("scans", []), ("alerts", [])])
  }

  private let rows = (0..<40).map { i in
    ExampleSession.Row(
      stream: i % 4 == 0 ? "alerts" : "scans", source: "gate-1", timeNs: 1_700_000_000_000_000_000 + Int64(i),
      body: Array(#"{"n":\#(i)}"#.utf8))
  }

  @Test func confinedUplinkWritesOnlyIntoItsFolder() throws {
    let folder = try ExampleFolder("FileDrop")
    let (drop, other) = (try temporaryFolder(), try temporaryFolder())
    defer { for path in [drop, other] { try? FileManager.default.removeItem(atPath: path) } }
    let uplink = try uplink(folder, drop: drop)
    #expect(try uplink.process(rows) == .ok)
    let names = try FileManager.default.contentsOfDirectory(atPath: drop).sorted()
    #expect(
      names == [
        "alerts-000000000001-000000000010-17979cfe362a0000.ndjson",
        "scans-000000000001-000000000030-17979cfe362a0001.ndjson",
      ])
    let lines = try names.flatMap {
      try String(contentsOfFile: "\(drop)/\($0)", encoding: .utf8).split(separator: "\n")
    }
    #expect(lines.count == 40)
    #expect(uplink.session.measures["waiting_files"] == 2)
    uplink.session.close()
    // Where it is not declared to write, it writes nothing, and the records wait.
    let denied = try self.uplink(folder, drop: other, allowed: drop)
    #expect(try denied.process(rows) == .retry)
    #expect(try FileManager.default.contentsOfDirectory(atPath: other) == [])
    denied.session.close()
  }

  @Test func repeatedBatchOfANewProcessTakesThePlaceOfTheFirst() throws {
    let folder = try ExampleFolder("FileDrop")
    let drop = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: drop) }
    for count in [20, 40, 12, 40] {
      let uplink = try uplink(folder, drop: drop)
      #expect(try uplink.process(Array(rows.prefix(count))) == .ok)
      uplink.session.close()
      #expect(try FileManager.default.contentsOfDirectory(atPath: drop).count == 2)
    }
  }
}
