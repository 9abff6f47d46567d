import Fixtures
import Foundation
import Logging
import Records
import Testing

@testable import PluginRuntime

/// A folder for the length of a test, this build's programs, and the tools that a plugin's author uses.
final class Workshop {
  let folder = NSTemporaryDirectory() + "crossdock-sdk-\(UUID().uuidString.prefix(8))"

  static let root = Repository.root.path
  static let programs = Repository.programs

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Runs a program to its end; stdout and stderr together.
  func run(_ command: [String], in place: String? = nil, environment: [String: String] = [:]) throws -> ProgramRun {
    try ProgramRun(
      command[0], Array(command.dropFirst()), in: place ?? folder,
      environment: ProcessInfo.processInfo.environment.merging(environment) { $1 }, errors: .withOutput)
  }

  /// `crossdock plugin new` into this workshop; the new folder.
  func newPlugin(_ name: String, role: String, language: String) throws -> String {
    let place = "\(folder)/\(name)"
    let made = try run([
      Self.programs + "/crossdock", "plugin", "new", name, "--role", role, "--language", language, "--folder", place,
      "--sdk", Self.root + "/SDK",
    ])
    try #require(made.code == 0, "\(made.output)")
    try Self.allowTime(place)
    return place
  }

  /// A busy machine may keep a plugin waiting far longer than it takes, and no test here is about that.
  static func allowTime(_ place: String) throws {
    let text = try String(contentsOfFile: "\(place)/plugin.toml", encoding: .utf8)
      .replacing("start_ms = 5000\n", with: "").replacing(
        "batch_ms = 1000", with: "batch_ms = 120000\nstart_ms = 120000")
    try text.write(toFile: "\(place)/plugin.toml", atomically: true, encoding: .utf8)
  }

  func make(_ place: String, _ target: String...) throws {
    let ended = try run(["make"] + target, in: place)
    try #require(ended.code == 0, "\(ended.output)")
  }

  /// A session with a plugin in the real host, confined.
  func session(
    _ artefact: PluginLaunch.Artefact, folder place: String, reads: [String] = [], writes: [String] = [],
    streams: [String] = []
  ) throws -> PluginSession {
    var launch = PluginLaunch(
      hostPath: Self.programs + "/crossdock-plugin-host", artefact: artefact, folder: place)
    launch.readPaths = reads
    launch.writePaths = writes
    return try PluginSession(launch, writes: streams, log: Logger(label: "sdk") { _ in SwiftLogNoOpLogHandler() })
  }
}
