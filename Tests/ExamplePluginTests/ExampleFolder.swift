import Configuration
import Foundation
import PluginRuntime
import Records
import Testing

/// One of the example plugins of this repository, built and described as an operator's would be.
struct ExampleFolder {
  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let all = ["ColdChainWatch", "ModbusFeed", "LabelDecoder", "FileDrop"]
  /// Those that are there: a folder of Plugins/ can be deleted.
  static var present: [String] {
    all.filter { FileManager.default.fileExists(atPath: repository.appending(path: "Plugins/\($0)").path) }
  }

  var name: String
  var path: String
  var manifest: PluginManifest

  /// Runs `make` in the folder first: what is there already costs nothing.
  init(_ name: String) throws {
    self.name = name
    path = Self.repository.appending(path: "Plugins/\(name)").path
    let made = try run("/usr/bin/make", ["-s", "-C", path])
    try #require(made.code == 0, "make: \(made.output)")
    manifest = try PluginManifestFile.read(folder: path)
  }

  /// The folder with this build's programs: the test bundle is there too.
  static let programs: String = {
    for argument in ProcessInfo.processInfo.arguments where argument.contains(".build/") {
      var at = URL(filePath: argument)
      while at.path.count > 1 {
        at.deleteLastPathComponent()
        if FileManager.default.isExecutableFile(atPath: at.appending(path: "crossdock").path) { return at.path }
      }
    }
    return repository.appending(path: ".build/debug").path
  }()
  static var hostPath: String { "\(programs)/crossdock-plugin-host" }

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
func run(_ program: String, _ arguments: [String]) throws -> (code: Int32, output: String) {
  let process = Process()
  process.executableURL = URL(filePath: program)
  process.arguments = arguments
  // `make test` of this repository has flags of its own.
  process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("MAKE") }
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardError = pipe
  try process.run()
  let output = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}
