import Foundation
import Testing

/// The agent's connections against a real mosquitto.
@Suite(.serialized) struct MQTTTests {
  private static let topic = "site/asset-1/numbers"

  /// Waits until the connection has failed for a reason that satisfies the condition; returns the last reason there was.
  private func lastError(_ agent: LoneAgent, where isExpected: (String) -> Bool) -> String {
    var last = ""
    waitUntil("a reason") {
      last = agent.lastError() ?? last
      return isExpected(last)
    }
    return last
  }

  // MARK: sessions

  @Test(arguments: ["3.1.1", "5"])
  func messagesPublishedWhileTheAgentIsAwayArriveOnce(version: String) throws {
    let sandbox = try Sandbox.withBroker()
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox, version: version) + LoneAgent.feed())
    try agent.startConnected()
    try sandbox.publishNumbers(1...50)
    try agent.expectStored(1...50)
    #expect(agent.stop() == 0)
    try sandbox.publishNumbers(51...100)
    try agent.startConnected()
    try agent.expectStored(1...100)
    #expect(agent.account(received: 100).stored == 100)
  }

  @Test(arguments: ["3.1.1", "5"])
  func brokerRestartIsReconnectedAndCounted(version: String) throws {
    let sandbox = try Sandbox.withBroker()
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox, version: version) + LoneAgent.feed())
    try agent.startConnected()
    try sandbox.publishNumbers(1...10)
    try agent.expectStored(1...10)
    sandbox.stopBroker()
    try #require(waitUntil("the agent notices") { agent.lastError() != nil })
    try sandbox.startBroker()
    try #require(waitUntil("the agent is back") { agent.isConnected })
    #expect(agent.lastError() == nil)
    try sandbox.publishNumbers(11...20)
    try agent.expectStored(1...20)
    #expect(agent.reconnects == 1)
  }

  @Test(arguments: ["3.1.1", "5"])
  func retainedMessageIsNotStoredAgainAfterARestartOfTheAgent(version: String) throws {
    let sandbox = try Sandbox.withBroker()
    try sandbox.publish(Self.topic, "{\"n\":1}", options: ["-r"])
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox, version: version) + LoneAgent.feed())
    try agent.startConnected()
    try agent.expectStored(1...1)
    #expect(try agent.records().first?.flags.contains("retained") == true)
    for (number, signal) in [(2, SIGTERM), (3, SIGKILL)] {
      agent.stop(signal)
      try agent.startConnected()
      try sandbox.publish(Self.topic, "{\"n\":\(number)}")
      try agent.expectStored(1...number)
    }
    #expect(agent.account(received: 3).stored == 3)
  }

  @Test func messagesOfAQoS0FeedAreStored() throws {
    let sandbox = try Sandbox.withBroker()
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox) + LoneAgent.feed(extra: "qos = 0"))
    try agent.startConnected()
    try sandbox.publishNumbers(1...100, qos: 0)
    try agent.expectStored(1...100)
    // Equal messages are different facts: there is no redelivery at QoS 0.
    try sandbox.publish(Self.topic, "{\"n\":101}")
    try sandbox.publish(Self.topic, "{\"n\":101}")
    #expect(agent.account(received: 102).stored == 102)
  }

  /// A broker that refuses a subscription says so in the SUBACK; once it allows it, the agent must ask again.
  @Test(arguments: ["3.1.1", "5"])
  func refusedSubscriptionIsNamedAndAskedForAgain(version: String) throws {
    let sandbox = try Sandbox()
    func allow(_ isAllowed: Bool) throws {
      let access = "\"publishClientSend\":true,\"publishClientReceive\":true,\"unsubscribe\":true"
      _ = try sandbox.write(
        "dynsec.json",
        """
        {"defaultACLAccess":{"subscribe":\(isAllowed),\(access)},"clients":[],"roles":[],
         "groups":[{"groupname":"anonymous","roles":[]}],"anonymousGroup":"anonymous"}
        """)
    }
    let library = "/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so"
    guard FileManager.default.fileExists(atPath: library) else {
      print("skipped: no \(library)")
      return
    }
    let plugin = "plugin \(library)\nplugin_opt_config_file \(sandbox.path("dynsec.json"))"
    try allow(false)
    try sandbox.startBroker(extra: plugin)
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox, version: version) + LoneAgent.feed())
    try agent.startConnected()
    let reason = lastError(agent) { $0.contains("refused the subscription") }
    #expect(reason == "the broker refused the subscription +/+/numbers")
    #expect(agent.stop() == 0)
    sandbox.stopBroker()
    try allow(true)
    try sandbox.startBroker(extra: plugin)
    try agent.startConnected()
    try sandbox.publishNumbers(1...3)
    try agent.expectStored(1...3)
  }

  @Test func statusTopicSaysOnlineAndOfflineAndWhy() throws {
    let sandbox = try Sandbox.withBroker()
    let status = try sandbox.subscribe("crossdock/dock-7/status", log: "status.log")
    let connection = LoneAgent.connection(sandbox, extra: "status_topic = \"crossdock/{agent}/status\"")
    let agent = try LoneAgent(sandbox, extra: connection + LoneAgent.feed())
    func heard() -> [String] {
      status.log.split(separator: "\n").filter { $0.hasPrefix("crossdock/dock-7/status ") }.map {
        String($0.dropFirst(24))
      }
    }
    func expect(_ count: Int, _ payload: String) {
      waitUntil("status \(count)") { heard().count >= count }
      #expect(heard().count == count)
      #expect(heard().last == payload)
    }
    try agent.startConnected()
    expect(1, "{\"state\":\"online\"}")
    agent.stop(SIGKILL)
    expect(2, "{\"state\":\"offline\",\"reason\":\"lost\"}")
    try agent.startConnected()
    expect(3, "{\"state\":\"online\"}")
    #expect(agent.stop() == 0)
    expect(4, "{\"state\":\"offline\",\"reason\":\"stopped\"}")
    // Retained: who comes later knows it too.
    let late = try sandbox.subscribe("crossdock/dock-7/status", log: "late.log")
    #expect(waitUntil("the retained status") { late.log.contains("\"reason\":\"stopped\"") })
  }

  // MARK: several

  @Test func sharedSubscriptionDealsMessagesOutAndLosesNone() throws {
    let sandbox = try Sandbox.withBroker()
    let agents = try ["dock-1", "dock-2"].map {
      try LoneAgent(sandbox, id: $0, extra: LoneAgent.connection(sandbox) + LoneAgent.feed(extra: "share = \"g\""))
    }
    for agent in agents { try agent.startConnected() }
    try sandbox.publishNumbers(1...200)
    try waitUntil("all are stored") { try agents.reduce(0) { try $0 + $1.numbers().count } >= 200 }
    let shares = try agents.map { try $0.numbers() }
    #expect(shares.flatMap { $0 }.sorted() == Array(1...200))
    #expect(shares.allSatisfy { !$0.isEmpty })
  }

  @Test func feedsOfAConnectionKeepTheirMessagesApart() throws {
    let sandbox = try Sandbox.withBroker()
    let agent = try LoneAgent(
      sandbox,
      extra: LoneAgent.connection(sandbox) + LoneAgent.feed("a", topic: "a/{x}") + LoneAgent.feed("b", topic: "b/{x}/#")
    )
    try agent.startConnected()
    try sandbox.publishNumbers(1...20, topic: "a/1")
    try sandbox.publishNumbers(21...30, topic: "b/2")
    try sandbox.publishNumbers(31...35, topic: "b/3/deep/er")
    try agent.expectStored(1...35)
    #expect(agent.account("a", received: 20).stored == 20)
    #expect(agent.account("b", received: 15).stored == 15)
  }

  /// One topic, two brokers: each connection's feed gets its own.
  @Test func connectionsToTwoBrokersKeepEqualTopicsApart() throws {
    let floor = try Sandbox.withBroker()
    let yard = try Sandbox.withBroker()
    let connections = LoneAgent.connection(floor) + LoneAgent.connection(yard, name: "yard", version: "3.1.1")
    let feeds =
      LoneAgent.feed(extra: "source = \"floor\"")
      + LoneAgent.feed("yard-numbers", connection: "yard", extra: "source = \"yard\"")
    let agent = try LoneAgent(floor, extra: connections + feeds)
    try agent.startConnected()
    try floor.publishNumbers(1...10)
    try agent.expectStored(1...10)
    try yard.publishNumbers(11...30)
    try agent.expectStored(1...30)
    #expect(agent.account(received: 10).stored == 10)
    #expect(agent.account("yard-numbers", received: 20).stored == 20)
    #expect(
      try agent.records().map(\.source) == Array(repeating: "floor", count: 10) + Array(repeating: "yard", count: 20))

    // One away does not disturb the other.
    yard.stopBroker()
    try #require(waitUntil("the loss is noticed") { agent.lastError("yard") != nil })
    try floor.publishNumbers(31...40)
    try agent.expectStored(1...40)
    #expect(agent.lastError() == nil)
  }

  // MARK: who may

  private func secured(_ sandbox: Sandbox, _ tls: Certificates) throws -> UInt16 {
    let port = try sandbox.unusedPort()
    try sandbox.startBroker(
      extra: """
        listener \(port) 127.0.0.1
        cafile \(tls.authority)
        certfile \(tls.serverCertificate)
        keyfile \(tls.serverKey)
        require_certificate true
        """)
    return port
  }

  private func connection(port: UInt16, version: String = "5", _ extra: String) -> String {
    """
    [mqtt.floor]
    host = "127.0.0.1"
    port = \(port)
    version = "\(version)"
    reconnect_min_ms = 50
    reconnect_max_ms = 300
    \(extra)

    """
  }

  @Test(arguments: ["3.1.1", "5"])
  func tlsWithAClientCertificateCarriesMessages(version: String) throws {
    let sandbox = try Sandbox()
    let tls = try Certificates(sandbox)
    let port = try secured(sandbox, tls)
    let files =
      "ca_file = \"\(tls.authority)\"\ncert_file = \"\(tls.clientCertificate)\"\nkey_file = \"\(tls.clientKey)\""
    let agent = try LoneAgent(sandbox, extra: connection(port: port, version: version, files) + LoneAgent.feed())
    try agent.startConnected()
    try sandbox.publishNumbers(1...300)
    try agent.expectStored(1...300)
    #expect(agent.stop() == 0)
    // What waits in the session comes with the CONNACK, while the handshake is still being driven.
    try sandbox.publishNumbers(301...400)
    try agent.startConnected()
    try agent.expectStored(1...400)
    #expect(agent.account(received: 400).dropped["redelivered"] == 0)
  }

  @Test func brokerOfAnotherAuthorityIsRefusedWithTheReason() throws {
    let sandbox = try Sandbox()
    let port = try secured(sandbox, try Certificates(sandbox))
    let other = try Certificates(sandbox, name: "other")
    let agent = try LoneAgent(
      sandbox, extra: connection(port: port, "ca_file = \"\(other.authority)\"") + LoneAgent.feed())
    try agent.start()
    let reason = lastError(agent) { $0.contains("certificate verify failed") }
    #expect(reason.contains("TLS"))
    #expect(reason.contains("certificate verify failed"))
    #expect(agent.stop() == 0)
  }

  @Test func missingClientCertificateIsNamedAsTheReason() throws {
    let sandbox = try Sandbox()
    let tls = try Certificates(sandbox)
    let port = try secured(sandbox, tls)
    let agent = try LoneAgent(
      sandbox, extra: connection(port: port, "ca_file = \"\(tls.authority)\"") + LoneAgent.feed())
    try agent.start()
    let reason = lastError(agent) { $0.contains("certificate required") }
    #expect(reason.contains("certificate required"))
    #expect(agent.stop() == 0)
  }

  @Test(arguments: ["3.1.1", "5"])
  func passwordFromAFileIsSentAndAWrongOneIsNamedAsTheReason(version: String) throws {
    let sandbox = try Sandbox()
    let made = try runToEnd(
      "/usr/bin/mosquitto_passwd", ["-b", "-c", sandbox.path("passwords"), "dock", "s3cret-right"])
    try #require(made.code == 0)
    try sandbox.startBroker(extra: "allow_anonymous false\npassword_file \(sandbox.path("passwords"))")
    _ = try sandbox.write("password", "s3cret-wrong\n")
    let credentials = "username = \"dock\"\npassword_file = \"password\""
    let agent = try LoneAgent(
      sandbox, extra: LoneAgent.connection(sandbox, version: version, extra: credentials) + LoneAgent.feed())
    try agent.start()
    let reason = lastError(agent) { $0.lowercased().contains("not authori") }
    #expect(reason.lowercased().contains("not authori"))
    #expect(agent.stop() == 0)
    #expect(!agent.log.contains("s3cret"))

    _ = try sandbox.write("password", "s3cret-right\n")
    try agent.startConnected()
    try sandbox.publish(Self.topic, "{\"n\":1}", options: ["-u", "dock", "-P", "s3cret-right"])
    try agent.expectStored(1...1)
  }
}
