import Foundation
import Testing

/// `crossdock doctor` against a real mosquitto, beside a running agent.
@Suite(.serialized) struct DoctorTests {
  private struct Report {
    let code: Int32
    let findings: [[String: String]]

    func states(_ check: String) -> [String] { findings.filter { $0["check"] == check }.compactMap { $0["state"] } }
    func text(_ check: String) -> String { findings.first { $0["check"] == check }?["text"] ?? "" }
  }

  private func doctor(_ agent: LoneAgent, _ options: [String] = []) throws -> Report {
    let result = try runToEnd("crossdock", ["doctor", "--config", agent.configuration, "--json"] + options)
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    return Report(
      code: result.code, findings: try #require(json?["findings"] as? [[String: String]], "\(result.errors)"))
  }

  @Test func brokerWithTheShippedSnippetAndARunningAgentAreWell() throws {
    let sandbox = try Sandbox()
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    let snippet = "\(root)/etc/mosquitto-crossdock.conf"
    try sandbox.startBroker(extra: "sys_interval 1")
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox) + LoneAgent.feed())
    try agent.startConnected()
    let report = try doctor(agent, ["--broker-conf", snippet])
    #expect(report.code == 0)
    #expect(report.text("broker floor").contains("mosquitto version 2."))
    #expect(report.text("broker floor").contains("in flight 1000"))
    #expect(report.states("journal") == ["ok"])
    #expect(report.text("journal").contains("agent dock-7"))
    #expect(report.text("disk sync").contains("p99"))
    #expect(report.states("broker setting autosave_interval") == ["ok"])
    // The agent's session was not touched, and none of the doctor's is left.
    try sandbox.publishNumbers(1...10)
    #expect(agent.account(received: 10).stored == 10)
    #expect(agent.reconnects == 0)
    agent.stop()
    sandbox.stopBroker()
    let database = try Data(contentsOf: URL(fileURLWithPath: sandbox.path("broker/mosquitto.db")))
    #expect(database.range(of: Data("crossdock-doctor".utf8)) == nil)
    #expect(database.range(of: Data("crossdock-dock-7-floor".utf8)) != nil)
  }

  @Test func brokerWithDefaultSettingsIsWarnedOf() throws {
    let sandbox = try Sandbox()
    let port = try sandbox.unusedPort()
    let file = try sandbox.write(
      "default.conf",
      "listener \(port) 127.0.0.1\nallow_anonymous true\nuser root\npersistence true\npersistence_location \(sandbox.folder)/\n"
    )
    try sandbox.start("/usr/sbin/mosquitto", ["-c", file], log: "default.log")
    try #require(waitUntil("the broker listens") { canConnect(port) })
    let agent = try LoneAgent(
      sandbox, extra: "[mqtt.floor]\nhost = \"127.0.0.1\"\nport = \(port)\n" + LoneAgent.feed())
    let report = try doctor(agent, ["--broker-conf", file, "--rate", "50"])
    #expect(report.code == 0, "warnings only")
    #expect(report.states("broker floor") == ["ok", "warning"])
    #expect(report.text("broker setting autosave_interval").contains("30 minutes of messages, 90000 at 50/s"))
    #expect(report.states("broker setting max_queued_messages") == ["warning"])
    // What can be known from the CONNACK is said at the start of the agent too.
    try agent.startConnected()
    #expect(waitUntil("the warning") { agent.log.contains("the broker takes 20 messages in flight") })
  }

  @Test func missingBrokerUplinkAndJournalAreSaid() throws {
    let sandbox = try Sandbox()
    let agent = try LoneAgent(
      sandbox,
      extra: """
        [mqtt.floor]
        host = "127.0.0.1"
        port = 1
        [[uplink]]
        name = "central"
        url = "http://127.0.0.1:1"

        """ + LoneAgent.feed())
    try FileManager.default.createDirectory(atPath: agent.dataDirectory, withIntermediateDirectories: true)
    _ = try sandbox.write("dock-7-data/journal.db", String(repeating: "no journal ", count: 1000))
    let report = try doctor(agent)
    #expect(report.code == 1)
    #expect(report.states("broker floor") == ["wrong"])
    #expect(report.text("broker floor").contains("refused"))
    #expect(report.states("uplink central") == ["warning"])
    #expect(report.states("journal") == ["wrong"])
  }

  @Test func smallDiskInMemoryIsWarnedOf() throws {
    let sandbox = try Sandbox()
    guard let disk = try SmallDisk(sandbox, megabytes: 6) else {
      print("skipped: a small file system cannot be mounted here")
      return
    }
    let agent = try LoneAgent(
      sandbox, dataDirectory: disk.path + "/data",
      extra: "[mqtt.floor]\nhost = \"127.0.0.1\"\nport = 1\n" + LoneAgent.feed())
    let report = try doctor(agent)
    #expect(report.states("data folder") == ["warning"])
    #expect(report.text("data folder").contains("tmpfs"))
    #expect(report.states("free space") == ["warning"])
    #expect(report.text("free space").contains("6 MiB free") || report.text("free space").contains("5 MiB free"))
  }

  @Test func namedBrokerConfigurationThatIsNotThereIsAnError() throws {
    let sandbox = try Sandbox()
    let agent = try LoneAgent(
      sandbox, extra: "[mqtt.floor]\nhost = \"127.0.0.1\"\nport = 1\n" + LoneAgent.feed())
    let result = try runToEnd(
      "crossdock", ["doctor", "--config", agent.configuration, "--broker-conf", sandbox.path("none.conf")])
    #expect(result.code == 1)
    #expect(result.errors.contains("none.conf: No such file"))
  }
}
