import Configuration
import Foundation
import Records

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
