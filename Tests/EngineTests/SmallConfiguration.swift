import Configuration
import Testing

/// An agent in a folder with a connection `floor`, a telemetry stream `t` and a feed `f` that fills it; what else the two have
/// is given as lines.
func smallConfiguration(folder: String, stream: String = "", feed: String) throws -> AgentConfiguration {
  let text = """
    [agent]
    id = "a"
    data_dir = "\(folder)"
    [journal]
    max_size = "8MiB"
    [mqtt.floor]
    host = "127.0.0.1"
    [[stream]]
    name = "t"
    class = "telemetry"
    \(stream)
    [[feed]]
    name = "f"
    connection = "floor"
    stream = "t"
    \(feed)
    """
  let loaded = ConfigurationLoader.load(text: Array(text.utf8), path: "agent.conf")
  return try #require(loaded.configuration, "\(loaded.problems)")
}
