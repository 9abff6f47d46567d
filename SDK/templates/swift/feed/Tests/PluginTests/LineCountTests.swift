import CrossdockPlugin
import Foundation
import Testing

@testable import PluginCode

@Suite struct LineCountTests {
  private func withFile(_ body: (_ file: URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "my-plugin-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "lines.log")
    try Data("one\ntwo\nthr".utf8).write(to: file)
    try body(file)
  }

  private func bench(_ file: URL) throws -> PluginBench {
    try PluginBench(
      LineCount.self,
      options: ["folder": .string(file.deletingLastPathComponent().path), "source": .string("hall")],
      writes: ["counts"])
  }

  private func append(_ text: String, to file: URL) throws {
    let handle = try FileHandle(forWritingTo: file)
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(text.utf8))
    try handle.close()
  }

  @Test func wholeLinesAreCounted() throws {
    try withFile { file in
      let bench = try bench(file)
      let first = try bench.run(nowNs: 1000)
      #expect(first.map(\.body) == [#"{"lines":2,"total":2}"#])
      #expect(first.allSatisfy { $0.source == "hall" && $0.eventTimeNs == 1000 })
      #expect(try bench.run().isEmpty)
      try append("ee\n", to: file)
      #expect(try bench.run().map(\.body) == [#"{"lines":1,"total":3}"#])
    }
  }

  @Test func itGoesOnFromACheckpoint() throws {
    try withFile { file in
      let first = try bench(file)
      _ = try first.run()
      let second = try bench(file)
      try second.restore(first.checkpoint())
      try append("ee\n", to: file)
      #expect(try second.run().map(\.body) == [#"{"lines":1,"total":3}"#])
      #expect(throws: PluginError.self) { try second.restore(Array("-1 0".utf8)) }
    }
  }

  @Test func itComesAgainWhenThereIsNoFile() throws {
    try withFile { file in
      let bench = try bench(file)
      try FileManager.default.removeItem(at: file)
      let retry = #expect(throws: PluginRetry.self) { try bench.run() }
      #expect(retry?.description.hasPrefix(file.path) == true)
    }
  }
}
