import CCrossdockPlugin
import Configuration
import CrossdockPlugin
import PluginRuntime
import Records

/// The agent that the simulation runs: its configuration, and the plugin that it has.
struct SimulatedAgent {
  /// By feed, in the order of the filters.
  static let feedStreams = ["scans", "telemetry", "status"]
  static let name = "dock-1"

  let configuration: AgentConfiguration
  let plugins: [String: PluginDescriptor]

  init(_ plan: LifePlan, folder: String) {
    let loaded = ConfigurationLoader.load(text: Array(Self.text.utf8), path: "agent.conf")
    guard var configuration = loaded.configuration else {
      preconditionFailure("the simulated agent's configuration: \(loaded.problems)")
    }
    configuration.agent.dataDirectory = folder
    configuration.journal.maxBytes = plan.maxBytes
    configuration.journal.commitMaxMessages = plan.commitMaxMessages
    configuration.journal.commitLingerMs = plan.commitLingerMs
    self.configuration = configuration
    plugins = Self.descriptors
  }

  // Made once: a descriptor lives as long as the process.
  private static let descriptors: [String: PluginDescriptor] = {
    guard let tally = try? PluginDescriptor(ExportedPlugin.descriptor(TallyModel.self), from: "the simulation") else {
      preconditionFailure("the simulation's own plugin is refused")
    }
    return [tally.name: tally]
  }()

  private static let text = """
    [agent]
    id = "\(name)"
    data_dir = "data"
    [journal]
    max_size = "1MiB"
    min_free = "0"
    [mqtt.floor]
    host = "127.0.0.1"
    reconnect_min_ms = 50
    reconnect_max_ms = 500
    [[stream]]
    name = "scans"
    class = "scan"
    [[stream]]
    name = "telemetry"
    class = "telemetry"
    [[stream]]
    name = "status"
    class = "summary"
    [[stream]]
    name = "decisions"
    class = "decision"
    [[feed]]
    name = "scans"
    connection = "floor"
    topic = "floor/{asset}/scan"
    source = "{asset}"
    qos = 1
    stream = "scans"
    decoder = "json"
    fields = { v = "/v" }
    dedupe = ["/id"]
    max_payload_bytes = \(SimulatedFloor.maxPayloadBytes)
    [[feed]]
    name = "telemetry"
    connection = "floor"
    topic = "floor/{asset}/telemetry"
    source = "{asset}"
    qos = 1
    stream = "telemetry"
    decoder = "json"
    fields = { v = "/v" }
    max_payload_bytes = \(SimulatedFloor.maxPayloadBytes)
    [[feed]]
    name = "status"
    connection = "floor"
    topic = "floor/{asset}/status"
    source = "{asset}"
    qos = 0
    stream = "status"
    decoder = "raw"
    [[model]]
    name = "tally"
    plugin = "tally"
    reads = ["scans", "telemetry"]
    writes = ["decisions"]
    reply_connection = "floor"
    """
}
