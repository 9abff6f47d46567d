import Configuration
import Fixtures
import Foundation
import PluginRuntime
import Records
import Testing

/// One of the example plugins of this repository, built and described as an operator's would be.
struct ExampleFolder {
  static let all = ["ColdChainWatch", "ModbusFeed", "LabelDecoder", "FileDrop"]
  /// Those that are there: a folder of Plugins/ can be deleted.
  static var present: [String] {
    all.filter { FileManager.default.fileExists(atPath: Repository.root.appending(path: "Plugins/\($0)").path) }
  }

  var name: String
  var path: String
  /// A copy of it that has more time for everything: a busy machine may keep a plugin waiting far longer than it takes, and no test here
  /// is about that.
  var unhurried: String { copy.path("plugin") }
  var manifest: PluginManifest
  private let copy: TemporaryFolder

  /// Runs `make` in the folder first: what is there already costs nothing.
  init(_ name: String) throws {
    self.name = name
    path = Repository.root.appending(path: "Plugins/\(name)").path
    let made = try run("/usr/bin/make", ["-s", "-C", path])
    try #require(made.code == 0, "make: \(made.output)")
    copy = try TemporaryFolder()
    try FileManager.default.copyItem(atPath: path, toPath: copy.path("plugin"))
    let text = try String(contentsOfFile: "\(path)/plugin.toml", encoding: .utf8)
    try copy.write(
      text.replacing(/(?m)^(batch_ms|start_ms) = \d+/) { "\($0.1) = 120000" }, to: "plugin/plugin.toml")
    manifest = try PluginManifestFile.read(folder: copy.path("plugin"))
  }

  static var hostPath: String { "\(Repository.programs)/crossdock-plugin-host" }

  /// Confined as plugin.toml says.
  func launch(options: [String: String] = [:]) throws -> PluginLaunch {
    let capabilities = try manifest.capabilities.resolved(data: "/nonexistent", options: options)
    let artefact: PluginLaunch.Artefact =
      manifest.run == .exec
      ? .program(["/usr/bin/\(manifest.command[0])"] + manifest.command.dropFirst().map { "\(path)/\($0)" })
      : .sharedObject(path: "\(path)/\(manifest.artefact ?? "")")
    var launch = PluginLaunch(hostPath: Self.hostPath, artefact: artefact, folder: path)
    launch.readPaths = capabilities.readFiles
    launch.writePaths = capabilities.writeFiles
    launch.destinations = capabilities.network
    launch.processes = capabilities.processes
    launch.limits = manifest.limits
    return launch
  }

  func text(_ file: String) throws -> String { try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8) }
}

/// Runs a program to its end.
func run(_ program: String, _ arguments: [String]) throws -> ProgramRun {
  // `make test` of this repository has flags of its own.
  try ProgramRun(
    program, arguments, environment: ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("MAKE") },
    errors: .withOutput)
}
