import Fixtures
import Foundation
import Records

@testable import PluginBundles

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

/// Runs a program of this machine to its end.
func run(_ program: String, _ arguments: [String], input: String = "") throws -> ProgramRun {
  try ProgramRun(program, arguments, input: input, errors: .withOutput)
}
