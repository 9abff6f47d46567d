import Configuration
import Foundation
import Records

/// The repository's root, from the place of this file.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

func textOfFile(_ path: String) throws -> String {
  try String(contentsOf: repository.appending(path: path), encoding: .utf8)
}

/// Loads text as `agent.conf` in no folder, with the given environment only.
func load(
  _ text: String, environment: [String: String] = [:], path: String = "agent.conf",
  plugins: [String: [PluginOptionDescription]]? = nil
) -> (configuration: AgentConfiguration?, problems: [String]) {
  let (configuration, problems) = ConfigurationLoader.load(
    text: Array(text.utf8), path: path, environment: { environment[$0] }, plugins: plugins)
  return (configuration, problems.map(\.description))
}

/// The same from bytes.
func load(bytes: [UInt8]) -> (configuration: AgentConfiguration?, problems: [String]) {
  let (configuration, problems) = ConfigurationLoader.load(text: bytes, path: "agent.conf", environment: { _ in nil })
  return (configuration, problems.map(\.description))
}

/// The smallest file with a feed; what is given replaces or extends parts of it.
func minimal(
  agent: String = "id = \"a\"\ndata_dir = \"/d\"", connection: String = "host = \"127.0.0.1\"",
  topic: String = "{asset}/t", feed: String = "", rest: String = ""
) -> String {
  """
  [agent]
  \(agent)
  [mqtt.floor]
  \(connection)
  [[stream]]
  name = "s"
  class = "telemetry"
  [[feed]]
  name = "f"
  connection = "floor"
  topic = "\(topic)"
  stream = "s"
  \(feed.contains("decoder") ? "" : "decoder = \"json\"")
  \(feed)
  \(rest)
  """
}

/// A folder that is removed when the value goes away.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "crossdock-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path(percentEncoded: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to name: String, mode: Int = 0o600) throws {
    let file = "\(path)/\(name)"
    try Data(text.utf8).write(to: URL(filePath: file))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
  }
}
