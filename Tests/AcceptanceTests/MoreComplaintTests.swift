import Foundation
import Testing

/// Numbers 9 to 15 of the complaints in `ComplaintTests`.
@Suite(.serialized) struct MoreComplaintTests {
  /// The broker comes back four times, with its session, without, after a kill and after a stop: each time data flows.
  @Test(arguments: ["3.1.1", "5"])
  func complaint09ReconnectsButNoDataFlows(version: String) throws {
    let sandbox = try Sandbox()
    try sandbox.startBroker()
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox, version: version) + LoneAgent.feed())
    try agent.startConnected()
    var next = 1
    for (signal, forgets) in [(SIGTERM, false), (SIGKILL, false), (SIGTERM, true), (SIGKILL, true)] {
      try sandbox.publishNumbers(next...(next + 9))
      waitUntil("stored") { (try? agent.numbers().count) ?? 0 >= next + 9 }
      next += 10
      sandbox.stopBroker(signal: signal)
      try #require(waitUntil("the agent notices") { agent.lastError() != nil })
      if forgets { try FileManager.default.removeItem(atPath: sandbox.path("broker")) }
      try sandbox.startBroker()
      try #require(waitUntil("the agent is back") { agent.isConnected })
    }
    try sandbox.publishNumbers(next...(next + 9))
    waitUntil("stored") { (try? agent.numbers().count) ?? 0 >= next + 9 }
    #expect(try agent.numbers() == Array(1...(next + 9)))
  }

  /// Payloads that cannot be decoded in the middle of a burst on a slow disk: the session stays, each good one is stored and
  /// each bad one is kept with its bytes.
  @Test(.enabled(if: SlowDisk.isAvailable, "there is no C compiler"))
  func complaint10BackPressureOrABadPayloadStallsTheSession() throws {
    let sandbox = try Sandbox()
    try sandbox.startBroker()
    let disk = try SlowDisk(sandbox)
    try disk.delay(ms: 60)
    let agent = try LoneAgent(
      sandbox, extra: LoneAgent.connection(sandbox, extra: "keepalive_s = 5") + LoneAgent.feed())
    try agent.start(environment: disk.environment)
    try #require(waitUntil("the agent is connected") { agent.isConnected }, "\(agent.log)")
    let bad = ["", "{", "{\"n\":", "\u{0}\u{1}\u{2}", "[1,", "not json"]
    let publisher = try LoadPublisher(
      port: sandbox.brokerPort, name: "load", topic: { "site/asset-\($0 % 10)/numbers" },
      payload: { $0 % 3 == 0 ? bad[$0 / 3 % bad.count] : "{\"n\":\($0)}" })
    for _ in 1...9000 { publisher.publish() }
    let account = agent.account(received: 9000)
    #expect(account.stored == 6000)
    #expect(account.quarantined == 3000)
    #expect(try agent.numbers() == (1...9000).filter { $0 % 3 != 0 })
    #expect(try agent.records("_quarantine").count == 3000)
    #expect(agent.reconnects == 0)
  }

  /// Bounded by structures, not by the backlog: while it grows, and when an agent starts on it.
  @Test func complaint11MemoryGrowsOfflineOrAtStart() throws {
    let fixture = try AgentFixture()
    try fixture.startAgent()
    try #require(waitUntil("the agent is connected") { fixture.isConnected })
    fixture.stopCentral(signal: SIGKILL)
    let publisher = try fixture.publisher()
    func store(_ count: Int) throws {
      for _ in 1...count { publisher.publish() }
      let all = publisher.count
      try #require(waitUntil("\(all) stored") { fixture.received == all })
    }
    try store(10_000)
    let early = fixture.agent?.residentKiB ?? 0
    try store(50_000)
    let late = fixture.agent?.residentKiB ?? 0
    fixture.stopAgent()
    try fixture.startAgent()
    try #require(waitUntil("the agent is connected") { fixture.isConnected })
    let restarted = fixture.agent?.residentKiB ?? 0
    print("complaint11: \(early) KiB at 10000 records, \(late) at 60000, \(restarted) after a start (debug build)")
    #expect(early > 0 && restarted > 0)
    // A whole backlog in memory would be 8 MB and more.
    #expect(late - early < 4096)
    #expect(restarted < early + 4096)
  }

  /// What is true today: models are built in and run in the agent's process, so that what a plugin's shared object can do wrong ends
  /// the program that looks at it, not the agent. Isolated plugins are not there yet: docs/reliability.md says so.
  @Test(.enabled(if: SlowDisk.isAvailable, "there is no C compiler"))
  func complaint12PluginsCrashOrABITakesTheHostDown() throws {
    let sandbox = try Sandbox()
    try sandbox.startBroker()
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox) + LoneAgent.feed())
    try agent.startConnected()
    func describe(_ name: String, _ source: String?) throws -> (code: Int32, errors: String) {
      let library = sandbox.path("\(name).so")
      if let source {
        let built = try runToEnd(
          "/usr/bin/cc", ["-shared", "-fPIC", "-o", library, try sandbox.write("\(name).c", source)])
        try #require(built.code == 0, "\(built.errors)")
      }
      let result = try runToEnd("crossdock-plugin-host", ["describe", library])
      return (result.code, result.errors)
    }
    let other = try describe(
      "other", "const void *crossdock_plugin_entry(unsigned host) { return host > 900 ? &host : 0; }")
    #expect(other.code == 65)
    #expect(other.errors.contains("it does not run on ABI"))
    let none = try describe("none", "int unrelated;")
    #expect(none.code == 65)
    #expect(none.errors.contains("exports no crossdock_plugin_entry"))
    #expect(try describe("missing", nil).code == 65)
    let crash = try describe(
      "crash", "const void *crossdock_plugin_entry(unsigned host) { return *(void **)(long)host; }")
    #expect(crash.code == 128 + SIGSEGV)

    // A model that this build does not have is refused by name, before anything runs.
    let lone = try LoneAgent(
      sandbox, id: "dock-8",
      extra: LoneAgent.connection(sandbox) + LoneAgent.feed()
        + "[[model]]\nname = \"m\"\nplugin = \"cold-chain\"\nreads = [\"telemetry\"]\n")
    let refused = try lone.runRefused()
    #expect(refused.code == 78)
    #expect(refused.errors.contains("cold-chain"))
    try sandbox.publishNumbers(1...10)
    #expect(agent.account(received: 10).stored == 10)
    #expect(agent.child?.isRunning == true)
  }

  /// 1970 at the start, the right time, an hour back, and 2070: nothing stops, nothing is lost, the order is that of arrival.
  @Test(.enabled(if: SlowDisk.isAvailable, "there is no C compiler"))
  func complaint13WrongClock() throws {
    let fixture = try AgentFixture()
    let clock = try ShiftedClock(fixture.sandbox)
    let now = Int(Date().timeIntervalSince1970)
    try clock.shift(seconds: -now + 100)
    try fixture.startAgent(environment: clock.environment)
    try #require(waitUntil("the agent is connected") { fixture.isConnected })
    let publisher = try fixture.publisher()
    var count = 0
    for offset in [-now + 100, 0, -3600, 44 * 365 * 86_400, 0] {
      try clock.shift(seconds: offset)
      for _ in 1...200 { publisher.publish() }
      count += 200
      try #require(try waitUntil("\(count) stored") { try fixture.journalNumbers().count == count })
    }
    #expect(waitUntil("the uplink has drained") { fixture.hasArrived(count) })
    #expect(try fixture.journalNumbers() == Array(1...count))
    #expect(try fixture.centralNumbers() == Array(1...count))
    let lines = try runToEnd("crossdock", ["export", "telemetry", "--config", fixture.configuration]).output
      .split(separator: "\n")
    #expect(lines[0].contains("\"ingest_time\":\"1970-01-01"))
    #expect(lines[0].contains("clock_unsynchronised"))
    #expect(lines[650].contains("\"ingest_time\":\"20") && !lines[650].contains("\"ingest_time\":\"202"))
    #expect(fixture.stopAgent() == 0)
  }

  /// Agent, broker and central die in turn under load: every number is at central once.
  @Test func complaint14Duplicates() throws {
    let fixture = try AgentFixture()
    try fixture.startAgent()
    try #require(waitUntil("the agent is connected") { fixture.isConnected })
    let publisher = try fixture.publisher()
    for round in 0..<3 {
      try publisher.run(perSecond: 1000, seconds: 0.7)
      fixture.stopAgent(signal: SIGKILL)
      try fixture.startAgent()
      try publisher.run(perSecond: 1000, seconds: 0.4)
      fixture.stopCentral(signal: SIGKILL)
      try fixture.startCentral()
      if round == 1 {
        fixture.sandbox.stopBroker()
        try fixture.sandbox.startBroker()
      }
    }
    try #require(waitUntil("all are published") { publisher.isAllAcknowledged })
    let count = publisher.count
    #expect(waitUntil("all have come") { (try? fixture.centralNumbers().count) ?? 0 >= count })
    let numbers = try fixture.centralNumbers()
    #expect(numbers.count == count)
    #expect(Set(numbers) == Set(1...count))
    fixture.stopAgent()
    #expect(try fixture.account().code == 0)
  }

  /// A backlog stands while the feed goes, the class of its stream changes and the uplink is taken out and put back.
  @Test func complaint15ConfigurationChangeOrphansTheBuffer() throws {
    let fixture = try AgentFixture()
    try fixture.startAgent()
    try #require(waitUntil("the agent is connected") { fixture.isConnected })
    fixture.stopCentral(signal: SIGKILL)
    let publisher = try fixture.publisher()
    for _ in 1...500 { publisher.publish() }
    try #require(try waitUntil("all are stored") { try fixture.journalNumbers().count == 500 })
    #expect(fixture.stopAgent() == 0)

    let before = try String(contentsOfFile: fixture.configuration, encoding: .utf8)
    let uplink = try #require(before.range(of: "[[uplink]]"))
    let control = try #require(before.range(of: "[control]"))
    var after = before
    after.removeSubrange(uplink.lowerBound..<control.lowerBound)
    after = after.replacingOccurrences(of: "name = \"numbers\"", with: "name = \"figures\"")
      .replacingOccurrences(of: "{site}/{asset}/numbers", with: "plant/{asset}/figures")
      .replacingOccurrences(of: "class = \"telemetry\"", with: "class = \"scan\"")
    try after.write(toFile: fixture.configuration, atomically: true, encoding: .utf8)
    try fixture.startAgent()
    try #require(waitUntil("the agent is connected") { fixture.isConnected })
    #expect(try fixture.journalNumbers() == Array(1...500), "readable without its feed")
    try fixture.sandbox.publishNumbers(501...520, topic: "plant/asset-1/figures")
    try #require(try waitUntil("the new feed's are stored") { try fixture.journalNumbers().count == 520 })
    #expect(fixture.stopAgent() == 0)

    after.replaceSubrange(
      try #require(after.range(of: "[control]")).lowerBound..<after.range(of: "[control]")!.lowerBound,
      with: String(before[uplink.lowerBound..<control.lowerBound]))
    try after.write(toFile: fixture.configuration, atomically: true, encoding: .utf8)
    try fixture.startCentral()
    try fixture.startAgent()
    #expect(waitUntil("the uplink has drained") { fixture.hasArrived(520) })
    #expect(try fixture.centralNumbers() == Array(1...520))
    #expect(fixture.stopAgent() == 0)
    #expect(try fixture.account().code == 0)
  }
}
