import Foundation
import Testing

/// What `run` would refuse, `check-config` refuses in the same words, with the place in the file, and leaves nothing behind.
@Suite struct CheckConfigTests {
  private static let options: [(plugin: String, options: String, problem: String)] = [
    (
      "predictive-maintenance", "bearing = \"9999\"",
      "24:11: error: model \"m\": bearing = \"9999\": is not in the catalogue"
    ),
    ("predictive-maintenance", "warning_z = 20", "24:13: error: model \"m\": critical_z = 12.0: must be 20.0 to"),
    ("predictive-maintenance", "warnig_z = 5", "24:1: error: unknown option \"warnig_z\""),
    ("predictive-maintenance", "learn_count = \"50\"", "24:15: error: option \"learn_count\" must be an integer"),
    ("predictive-maintenance", "bundles = [\"none.json\"]", "24:12: error: cannot read"),
    ("predictive-maintenance", "bundles = [\"bad.json\"]", "24:11: error: model \"m\": bundles: bad.json"),
    (
      "predictive-maintenance", "events = \"elsewhere\"",
      "24:10: error: model \"m\": events = \"elsewhere\": is not in writes"
    ),
    ("pick-routing", "layouts = [\"bad.json\"]", "24:11: error: model \"m\": layout bad.json:1:1: "),
    ("pick-routing", "layouts = []", "24:11: error: model \"m\": layouts is empty"),
    ("stop-sequencing", "max_plans = 0", "24:13: error: model \"m\": max_plans is 0, not within"),
    ("stop-sequencing", "reply_prefix = \"a/#/\"", "24:16: error: model \"m\": reply_prefix: a topic to publish to"),
  ]

  private static func configuration(_ sandbox: Sandbox, plugin: String, options: String) -> String {
    """
    [agent]
    id = "dock-7"
    data_dir = "\(sandbox.path("data"))"
    [mqtt.floor]
    host = "127.0.0.1"
    [[stream]]
    name = "telemetry"
    class = "telemetry"
    [[stream]]
    name = "alerts"
    class = "alert"
    [[feed]]
    name = "numbers"
    connection = "floor"
    topic = "{asset}/numbers"
    stream = "telemetry"
    decoder = "json"
    [[model]]
    name = "m"
    plugin = "\(plugin)"
    reads = ["telemetry"]
    writes = ["alerts"]
    [model.options]
    \(options)

    """
  }

  @Test func optionsThatRunRefusesAreRefusedWithTheirPlaceByAllThree() throws {
    let sandbox = try Sandbox()
    _ = try sandbox.write("bad.json", "{}\n")
    for (plugin, options, problem) in Self.options {
      let file = try sandbox.write(
        "agent.conf", Self.configuration(sandbox, plugin: plugin, options: options))
      for command in ["check-config", "run"] {
        let answer = try runToEnd("crossdock", [command, "--config", file])
        #expect(answer.code == 78, "\(command) \(options): \(answer)")
        #expect(answer.output.isEmpty)
        #expect(answer.errors.contains("\(file):\(problem)"), "\(command) \(options): \(answer.errors)")
      }
      #expect(!FileManager.default.fileExists(atPath: sandbox.path("data")), "\(options): something was opened")
    }
  }

  /// 0.5 mm/s in counts of 1 mg would be 500, and zone D.
  @Test func zonesOfCountsAreRefusedUntilItIsSaidWhatACountIs() throws {
    let sandbox = try Sandbox()
    func check(_ format: String, _ options: String) throws -> (code: Int32, output: String, errors: String) {
      let text = Self.configuration(
        sandbox, plugin: "predictive-maintenance", options: "sample_rate_hz = 12000\n" + options)
      let file = try sandbox.write(
        "agent.conf",
        text.replacing(
          "decoder = \"json\"\n", with: "decoder = \"json\"\nsamples = \"/s\"\nsamples_format = \"\(format)\"\n"))
      return try runToEnd("crossdock", ["check-config", "--config", file])
    }
    let refused = try check("i16", "machine_group = 2")
    #expect(refused.code == 78)
    #expect(
      refused.errors.contains(
        ":27:17: error: model \"m\": machine_group = 2: the waveforms of \"telemetry\" are counts"))
    #expect(try check("i16", "machine_group = 2\nsamples_scale = 0.001").code == 0)
    #expect(try check("i16", "machine_group = 2\nsamples_scale = 1").code == 0)
    #expect(try check("i16", "").code == 0)
    #expect(try check("f32", "machine_group = 2").code == 0)
  }

  @Test func problemsOfEveryModelAreToldInOneGo() throws {
    let sandbox = try Sandbox()
    let second = """
      [[model]]
      name = "second"
      plugin = "stop-sequencing"
      reads = ["telemetry"]
      writes = ["alerts"]
      [model.options]
      max_plans = -1

      """
    let file = try sandbox.write(
      "agent.conf",
      Self.configuration(sandbox, plugin: "predictive-maintenance", options: "kind = \"rocket\"\nclear_z = -1") + second
    )
    let answer = try runToEnd("crossdock", ["check-config", "--config", file])
    let errors = answer.errors.split(separator: "\n")
    #expect(answer.code == 78)
    #expect(errors.count == 3, "\(answer.errors)")
    #expect(answer.errors.contains(":24:8: error: model \"m\": kind = \"rocket\": must be generic, bearing"))
    #expect(answer.errors.contains(":25:11: error: model \"m\": clear_z = -1.0: must be 0.0 to 6.0"))
    #expect(answer.errors.contains(":32:13: error: model \"second\": max_plans is -1"))
  }

  @Test func reloadRefusesAPluginsOptionsBeforeAnythingStops() throws {
    let sandbox = try Sandbox()
    try sandbox.startBroker()
    let base = LoneAgent.connection(sandbox) + LoneAgent.feed()
    let agent = try LoneAgent(sandbox, extra: base)
    try agent.startConnected()
    let model = """
      [[stream]]
      name = "alerts"
      class = "alert"
      [[model]]
      name = "m"
      plugin = "predictive-maintenance"
      reads = ["telemetry"]
      writes = ["alerts"]
      [model.options]
      bearing = "9999"

      """
    try agent.configure(base + model)
    // Asked by the folder, the agent alone looks at the file.
    let answer = try runToEnd("crossdock", ["reload", "--data", agent.dataDirectory])
    #expect(answer.code == 1, "\(answer)")
    #expect(answer.errors.contains(": error: model \"m\": bearing = \"9999\": is not in the catalogue"), "\(answer)")
    #expect(agent.isConnectedNow)
  }
}
