import Fixtures
import Foundation
import Testing

/// A folder with an agent.conf made of the samples of some example plugins, which are packed and installed there.
final class ExampleBox {
  let folder: String
  var configuration: String { "\(folder)/agent.conf" }
  private var children: [Process] = []

  /// - Parameter edit: makes of a sample what this box needs.
  init(_ names: [String], brokerPort: Int, edit: (String) -> String) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "examples-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var text = """
      [agent]
      id = "box"
      data_dir = "\(folder)/data"

      [plugins]
      allow_unsigned = true

      [mqtt.floor]
      host = "127.0.0.1"
      port = \(brokerPort)

      """
    var bundles: [String] = []
    for name in names {
      let plugin = try ExampleFolder(name)
      text += "\n" + edit(try plugin.text("sample.conf"))
      let bundle = "\(folder)/\(name).cdp"
      let packed = try crossdock("plugin", "pack", plugin.unhurried, "--no-build", "-o", bundle)
      try #require(packed.code == 0, "\(packed.output)")
      bundles.append(bundle)
      let map = "\(plugin.path)/sample.csv"
      if FileManager.default.fileExists(atPath: map) {
        try FileManager.default.copyItem(atPath: map, toPath: "\(folder)/cold-room.csv")
      }
    }
    try text.write(toFile: configuration, atomically: true, encoding: .utf8)
    for bundle in bundles {
      let installed = try crossdock("plugin", "install", bundle, "--config", configuration, "--no-reload")
      try #require(installed.code == 0, "\(installed.output)")
    }
  }

  deinit {
    for child in children where child.isRunning {
      kill(child.processIdentifier, SIGKILL)
      child.waitUntilExit()
    }
    try? FileManager.default.removeItem(atPath: folder)
  }

  func crossdock(_ arguments: String...) throws -> ProgramRun {
    try run("\(Repository.programs)/crossdock", arguments)
  }

  func start(_ program: String, _ arguments: [String], log: String) throws -> Process {
    let child = Process()
    child.executableURL = URL(filePath: program)
    child.arguments = arguments
    _ = FileManager.default.createFile(atPath: "\(folder)/\(log)", contents: nil)
    let output = try #require(FileHandle(forWritingAtPath: "\(folder)/\(log)"))
    child.standardOutput = output
    child.standardError = output
    try child.run()
    children.append(child)
    return child
  }

  /// The lines of a stream, as `export` writes them.
  func records(_ stream: String) throws -> [Substring] {
    let exported = try crossdock("export", stream, "--config", configuration)
    return exported.code == 0 ? exported.output.split(separator: "\n") : []
  }
}
