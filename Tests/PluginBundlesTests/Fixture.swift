import Foundation
import Records

@testable import PluginBundles

/// A folder that is removed when the value goes away.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "crossdock-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path(percentEncoded: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

func version(_ text: String) -> SemanticVersion {
  guard let version = SemanticVersion(text) else { preconditionFailure("no version: \(text)") }
  return version
}

func plugin(_ name: String = "watch", _ text: String = "1.0.0", expires: String? = nil) -> PluginManifest {
  PluginManifest(
    name: name, version: version(text), role: .model, summary: "It watches.", license: "MIT", artefact: "bin/watch.so",
    expires: expires.flatMap(CalendarDay.init),
    capabilities: PluginCapabilities(reads: ["*"], writes: ["alerts"], replies: true),
    limits: PluginLimits(
      memoryMb: 64, cpuPercent: 50, batchMs: 1000, startMs: 5000, outputRecordsPerS: 1000, outputKbPerS: 1024))
}

/// A bundle whose files say its version.
func bundle(
  _ name: String = "watch", _ text: String = "1.0.0", content: String = "code", expires: String? = nil
) throws -> PluginBundle {
  try PluginBundle(
    plugin: plugin(name, text, expires: expires),
    files: [
      BundleFile(path: "plugin.toml", bytes: Array("name = \"\(name)\"\n".utf8)),
      BundleFile(path: "bin/watch.so", isExecutable: true, bytes: Array("\(content) of \(text)".utf8)),
      BundleFile(path: "testcases/one/input.ndjson", bytes: []),
    ], createdNs: 1_790_000_000_123_456_789)
}

struct Outcome {
  var code: Int32
  var output: String
}

/// Runs a program of this machine to its end.
func run(_ program: String, _ arguments: [String], input: String = "") throws -> Outcome {
  let process = Process()
  process.executableURL = URL(filePath: program)
  process.arguments = arguments
  let output = Pipe()
  let standardInput = Pipe()
  process.standardOutput = output
  process.standardError = output
  process.standardInput = standardInput
  try process.run()
  try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
  try standardInput.fileHandleForWriting.close()
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return Outcome(code: process.terminationStatus, output: String(decoding: data, as: UTF8.self))
}
