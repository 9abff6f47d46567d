import Foundation
import Testing

/// A motor that overheats, seen by an agent, and what the commands say of it afterwards.
@Suite(.serialized) struct MaintenanceCommandTests {
  private static let healthy = 60
  private static let values = 90

  private func fixture() throws -> AgentFixture {
    let agent = try AgentFixture(
      extra: """
        [[stream]]
        name = "alerts"
        class = "alert"
        [[stream]]
        name = "features"
        class = "telemetry"
        [[stream]]
        name = "model-events"
        class = "decision"
        [[stream]]
        name = "work"
        class = "decision"
        [[feed]]
        name = "work"
        connection = "floor"
        topic = "site/work"
        qos = 1
        stream = "work"
        decoder = "json"
        [[model]]
        name = "motors"
        plugin = "predictive-maintenance"
        reads = ["telemetry", "work"]
        writes = ["alerts", "features", "model-events"]
        [model.options]
        kind = "motor"
        learn_count = 40
        event_stream = "work"
        maintenance = "Check the fan."
        """)
    try agent.startAgent()
    return agent
  }

  /// 60 healthy temperatures, then 30 of a motor that is too hot.
  private func publish(_ agent: AgentFixture) throws {
    try publish(agent, "motor", Self.values, until: Self.values) {
      ($0 <= Self.healthy ? 50 : 80) + Double($0 % 5) / 10
    }
  }

  /// What is normal to the motor after maintenance.
  private func publishAfterMaintenance(_ agent: AgentFixture) throws {
    try publish(agent, "motor-after", Self.healthy, until: Self.values + Self.healthy) { 80 + Double($0 % 5) / 10 }
  }

  private func publish(
    _ agent: AgentFixture, _ name: String, _ count: Int, until stored: Int, _ value: @escaping @Sendable (Int) -> Double
  ) throws {
    let publisher = try LoadPublisher(
      port: agent.sandbox.brokerPort, name: name, topic: { _ in "site/m1/numbers" },
      payload: { "{\"n\":\(value($0))}" })
    for _ in 0..<count { publisher.publish() }
    #expect(waitUntil("everything is acknowledged") { publisher.isAllAcknowledged })
    // By the broker, that is: the agent may still be taking them in.
    #expect(try waitUntil("everything is stored") { try lines(agent, "telemetry").count == stored })
  }

  private func lines(_ agent: AgentFixture, _ stream: String) throws -> [[String: Any]] {
    let exported = try runToEnd("crossdock", ["export", stream, "--config", agent.configuration])
    return try exported.output.split(separator: "\n").compactMap {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
  }

  @Test func alertIsExplainedReplayedDrawnReportedAndEndedByAnEvent() throws {
    let agent = try fixture()
    // What is published before the agent has subscribed is for nobody.
    try #require(waitUntil("the agent is connected") { agent.isConnected })
    try publish(agent)
    let configuration = ["--config", agent.configuration]
    try #require(try waitUntil("there is an alert") { try lines(agent, "alerts").count == 1 })

    let explained = try runToEnd("crossdock", ["explain", "alerts:1"] + configuration)
    #expect(explained.code == 0, "\(explained.errors)")
    for words in ["opened critical", "telemetry:61-63, 3 of this source", "Check the fan.", "waveform-features/1"] {
      #expect(explained.output.contains(words), "\(words): \(explained.output)")
    }
    let missing = try runToEnd("crossdock", ["explain", "alerts:9"] + configuration)
    #expect(missing.code == 65 && missing.errors.contains("it has 1 to 1"), "\(missing)")

    let replayed = try runToEnd("crossdock", ["replay", "--model", "motors", "--json"] + configuration)
    #expect(replayed.code == 0, "\(replayed.errors)")
    #expect(replayed.output.contains("\"records\":90"), "\(replayed.output)")
    #expect(replayed.output.contains("\"alerts\":{\"same\":1,\"changed\":0,\"new\":0,\"gone\":0"), "\(replayed.output)")
    // With thresholds out of reach nothing would have been said.
    let milder = try runToEnd(
      "crossdock",
      ["replay", "--model", "motors", "--option", "critical_z=90000", "--option", "warning_z=90000"] + configuration)
    #expect(milder.code == 0 && milder.output.hasPrefix("{\"said\":\"gone\",\"stream\":\"alerts\""), "\(milder)")

    let picture = agent.sandbox.path("motor.svg")
    let drawn = try runToEnd("crossdock", ["plot", "telemetry/site/m1/n", "--output", picture] + configuration)
    let svg = (try? String(contentsOfFile: picture, encoding: .utf8)) ?? ""
    #expect(drawn.code == 0 && svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"), "\(drawn.errors)")
    #expect(svg.contains("90 values") && svg.contains("critical, open (record 1)"))
    let nowhere = agent.sandbox.path("no-such-folder/motor.svg")
    let unwritten = try runToEnd("crossdock", ["plot", "telemetry/site/m1/n", "--output", nowhere] + configuration)
    #expect(unwritten.code == 73, "\(unwritten)")
    let nothing = try runToEnd("crossdock", ["plot", "telemetry/site/m2/n"] + configuration)
    #expect(nothing.code == 65 && nothing.errors.contains("has no value of it"), "\(nothing)")

    let page = try runToEnd("crossdock", ["report"] + configuration)
    #expect(page.code == 0 && page.output.contains("1 critical") && page.output.contains("Check the fan."), "\(page)")

    let told = try runToEnd(
      "crossdock", ["model", "event", "site/m1", "maintenance", "--note", "new fan"] + configuration)
    #expect(told.code == 0, "\(told.errors)")
    #expect(try waitUntil("the alert has ended") { try lines(agent, "alerts").count == 2 })
    let body = try lines(agent, "alerts").last?["body"] as? [String: Any]
    #expect(body?["reason"] as? String == "maintenance")
    #expect(try lines(agent, "model-events").count == 1)
    try checkPictureAfterMaintenance(agent)
  }

  @Test func replayLeavesOutWhatAnotherPluginWroteToTheSameStream() throws {
    let agent = try AgentFixture(
      extra: """
        [[stream]]
        name = "said"
        class = "decision"
        [[model]]
        name = "motors"
        plugin = "predictive-maintenance"
        reads = ["telemetry"]
        writes = ["said"]
        [[model]]
        name = "sequences"
        plugin = "stop-sequencing"
        reads = ["telemetry"]
        writes = ["said"]
        """)
    try agent.startAgent()
    try #require(waitUntil("the agent is connected") { agent.isConnected })
    let publisher = try agent.publisher()
    for _ in 0..<5 { publisher.publish() }
    // No number is a plan: each is refused in a record.
    #expect(try waitUntil("the other plugin has answered") { try lines(agent, "said").count == 5 })
    let replayed = try runToEnd(
      "crossdock", ["replay", "--model", "motors", "--json", "--config", agent.configuration])
    #expect(replayed.code == 0, "\(replayed.errors)")
    #expect(replayed.output.contains("\"records\":5"), "\(replayed.output)")
    #expect(replayed.output.contains("\"said\":{\"same\":0,\"changed\":0,\"new\":0,\"gone\":0"), "\(replayed.output)")
  }

  private func checkPictureAfterMaintenance(_ agent: AgentFixture) throws {
    try publishAfterMaintenance(agent)
    let configuration = ["--config", agent.configuration]
    let drawn = try runToEnd("crossdock", ["plot", "telemetry/site/m1/n"] + configuration)
    #expect(drawn.code == 0 && drawn.output.contains(">maintenance</text>"), "\(drawn)")
    // What was learned and the health are there before it and, learned anew, behind it.
    let colours = ["#666", "#2e7d4f"]
    for colour in colours {
      let paths = drawn.output.split(separator: "\n").filter { $0.hasPrefix("<path") && $0.contains("\"\(colour)\"") }
      #expect(paths.reduce(0) { $0 + $1.count { $0 == "M" } } >= 2, "\(colour): \(paths)")
    }
    let wrong = try runToEnd("crossdock", ["plot", "telemetry/site/m1/zz"] + configuration)
    #expect(wrong.code == 65 && wrong.errors.contains("it has: n\n"), "\(wrong)")
  }
}
