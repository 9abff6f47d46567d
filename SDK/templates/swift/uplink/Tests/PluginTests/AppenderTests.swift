import CrossdockPlugin
import Foundation
import Testing

@testable import PluginCode

@Suite struct AppenderTests {
  private func withFolder(_ body: (_ folder: URL, _ bench: PluginBench) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "my-plugin-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(
      folder,
      PluginBench(
        Appender.self, streams: [.init(name: "scans", columns: [])], dataFolder: folder.path))
  }

  private func lines(_ folder: URL) throws -> [Substring] {
    try String(contentsOf: folder.appending(path: "records.ndjson"), encoding: .utf8).split(separator: "\n")
  }

  private func line(_ sequence: Int) -> Substring {
    #"{"epoch":"1-00000000000000000000000000000000","stream":"scans","source":"gate-1","#
      + #""sequence":\#(sequence),"time_ns":1000,"body":{"a":\#(sequence)}}"#
  }

  @Test func linesAreAppended() throws {
    try withFolder { folder, bench in
      for batch in [[1, 2], [3]] {
        for a in batch { bench.add(stream: "scans", source: "gate-1", eventTimeNs: 1000, body: "{\"a\":\(a)}") }
        _ = try bench.run()
      }
      #expect(try lines(folder) == [line(1), line(2), line(3)])
      #expect(bench.counters == ["lines": 3])
    }
  }

  @Test func aBatchComesAgainWhenTheFileCannotBeWritten() throws {
    try withFolder { folder, bench in
      let file = folder.appending(path: "records.ndjson")
      try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
      bench.add(stream: "scans", source: "gate-1", eventTimeNs: 1000, body: "{\"a\":1}")
      #expect(throws: PluginRetry.self) { try bench.run() }
      #expect(throws: PluginRetry.self) { try bench.run() }
      #expect(bench.logLines.count == 1)
      try FileManager.default.removeItem(at: file)
      _ = try bench.run()
      #expect(try lines(folder) == [line(1)])
    }
  }

  @Test func theFileIsANameInItsOwnFolder() {
    #expect(throws: PluginError.self) { try PluginBench(Appender.self, streams: []) }
    #expect(throws: PluginError.self) {
      try PluginBench(Appender.self, options: ["file": .string("../records")], streams: [], dataFolder: "/tmp")
    }
  }
}
