import CMosquitto
import Foundation
import Testing

/// The agent against a broker that does by script what a real one does on a bad day.
@Suite(.serialized) struct ScriptedBrokerTests {
  private func agent(
    _ broker: ScriptedBroker, _ sandbox: Sandbox, version: String = "5", keepaliveS: Int = 5, feed: String? = nil
  ) throws -> LoneAgent {
    try LoneAgent(
      sandbox,
      extra: """
        [mqtt.floor]
        host = "127.0.0.1"
        port = \(broker.port)
        version = "\(version)"
        keepalive_s = \(keepaliveS)
        reconnect_min_ms = 50
        reconnect_max_ms = 300

        """ + (feed ?? LoneAgent.feed()))
  }

  private func expectNumbers(_ numbers: [Int], _ agent: LoneAgent, _ broker: ScriptedBroker) {
    waitUntil("\(numbers.count) stored") { (try? agent.numbers().count) ?? 0 >= numbers.count }
    #expect((try? agent.numbers()) == numbers, "\(agent.log)")
    #expect(broker.failures == [])
  }

  // MARK: silence

  /// Half-open TCP: the connection stands and nobody answers. libmosquitto asks after one keepalive and gives up after two.
  @Test(arguments: ["3.1.1", "5"])
  func brokerThatStopsAnsweringIsNoticedByTheKeepaliveAndTheSessionGoesOn(version: String) throws {
    let broker = try ScriptedBroker { connection, number in
      connection.acceptConnect(sessionPresent: number > 1)
      if number == 1 {
        try connection.acceptSubscribe()
        // From before the agent's last packet: a busy machine makes it longer, never shorter.
        let silent = Date()
        try connection.deliver(1)
        try connection.drain(answersPings: false)
        connection.broker.note("given up after \(Int(Date().timeIntervalSince(silent).rounded())) s")
      } else {
        try connection.deliver(2)
        try connection.drain()
      }
    }
    let agent = try agent(broker, try Sandbox(), version: version)
    try agent.start()
    expectNumbers([1, 2], agent, broker)
    let seconds = broker.notes.first?.split(separator: " ").compactMap { Int($0) }.first ?? 0
    #expect(seconds >= 9, "\(broker.notes)")
  }

  /// The broker has forgotten the session and says so in a CONNACK that never arrives; its next one says that there is a session.
  @Test(arguments: ["3.1.1", "5"])
  func lostConnackOfANewSessionDoesNotLeaveTheAgentWithoutSubscriptions(version: String) throws {
    let broker = try ScriptedBroker { connection, number in
      switch number {
      case 1:
        connection.acceptConnect()
        try connection.acceptSubscribe()
        try connection.deliver(1)
        connection.end()
      case 2: connection.end()
      default:
        connection.acceptConnect(sessionPresent: true)
        try connection.acceptSubscribe()
        try connection.deliver(2)
        try connection.drain()
      }
    }
    let agent = try agent(broker, try Sandbox(), version: version)
    try agent.start()
    expectNumbers([1, 2], agent, broker)
  }

  @Test func subscriptionThatIsNeverAnsweredIsNamedAndAskedForAnew() throws {
    let broker = try ScriptedBroker { connection, number in
      connection.acceptConnect()
      if number == 1 { return try connection.drain() }
      try connection.acceptSubscribe()
      try connection.deliver(1)
      try connection.drain()
    }
    let agent = try agent(broker, try Sandbox())
    try agent.start()
    expectNumbers([1], agent, broker)
    #expect(agent.log.contains("no answer to the subscription +/+/numbers for 5 s"))
  }

  /// It owes the SUBACK but sends what was asked for: dropping that connection would only stop the data.
  @Test func brokerThatSendsWithoutAnsweringTheSubscriptionIsKept() throws {
    let broker = try ScriptedBroker { connection, number in
      connection.broker.note("connection \(number)")
      connection.acceptConnect()
      _ = try connection.expect(.subscribe)
      for n in 1...8 {
        connection.publish(number: n, id: n)
        try connection.expectAcknowledged([n])
        if n < 8 { pause(milliseconds: 1000) }
      }
      try connection.drain()
    }
    let agent = try agent(broker, try Sandbox())
    try agent.start()
    expectNumbers(Array(1...8), agent, broker)
    #expect(broker.notes.first == "connection 1")
  }

  @Test func connectThatIsAnsweredLateOrNeverIsTriedAgainAndThenHeld() throws {
    let broker = try ScriptedBroker { connection, number in
      if number == 1 { return try connection.drain() }
      // Late, and early enough that a busy machine does not make it too late: the agent waits for 5 s.
      pause(milliseconds: 1000)
      connection.broker.note("connection \(number)")
      connection.acceptConnect()
      try connection.acceptSubscribe()
      try connection.deliver(1)
      try connection.drain()
    }
    let agent = try agent(broker, try Sandbox())
    try agent.start()
    expectNumbers([1], agent, broker)
    #expect(broker.notes == ["connection 2"])
    #expect(agent.log.contains("no answer from the broker for 5 s"))
  }

  // MARK: acknowledgements and redelivery

  @Test(.enabled(if: SlowDisk.isAvailable, "there is no C compiler"))
  func acknowledgementsLeaveInTheOrderOfTheMessagesAndNotBeforeTheSync() throws {
    let sandbox = try Sandbox()
    let disk = try SlowDisk(sandbox)
    let broker = try ScriptedBroker { connection, _ in
      connection.acceptConnect()
      try connection.acceptSubscribe()
      try connection.deliver(1)
      try disk.delay(ms: 1500)
      let start = Date()
      for n in 2...200 { connection.publish(number: n, id: n) }
      try connection.expectAcknowledged([2])
      connection.broker.note("\(Int(Date().timeIntervalSince(start) * 1000))")
      try disk.delay(ms: 0)
      try connection.expectAcknowledged(Array(3...200))
      try connection.drain()
    }
    let agent = try agent(broker, sandbox)
    try agent.start(environment: disk.environment)
    expectNumbers(Array(1...200), agent, broker)
    let waited = Int(broker.notes.first ?? "") ?? 0
    #expect(waited >= 1450, "the first PUBACK came \(waited) ms after its message, the sync takes 1500")
  }

  /// Ids run to 65,535 and begin at 1 again. The window that the broker repeats after a kill lies across that seam, and the agent
  /// that comes back is another file than the one that was killed: an upgrade keeps the journal, and with it what was stored.
  @Test(arguments: ["3.1.1", "5"])
  func redeliveryAcrossTheEndOfThePacketIDsIsRecognisedByAnUpgradedAgent(version: String) throws {
    @Sendable func id(_ number: Int) -> Int { (65_500 + number - 1) % 65_535 + 1 }
    let broker = try ScriptedBroker { connection, number in
      connection.acceptConnect(sessionPresent: number > 1)
      if number == 1 {
        try connection.acceptSubscribe()
        for n in 1...100 { connection.publish(number: n, id: id(n)) }
        try connection.expectAcknowledged((1...100).map(id))
        connection.broker.note("stored")
        try connection.drain()
      } else {
        // As if the PUBACKs of 31...100 had been lost, and 101...150 had not been sent yet.
        for n in 31...100 { connection.publish(number: n, id: id(n), isDuplicate: true) }
        for n in 101...150 { connection.publish(number: n, id: id(n)) }
        try connection.expectAcknowledged((31...150).map(id))
        // The same ids and the same contents in a later round: new facts.
        for n in 101...110 { connection.publish(number: n, id: id(n)) }
        try connection.expectAcknowledged((101...110).map(id))
        try connection.drain()
      }
    }
    let sandbox = try Sandbox()
    let agent = try agent(broker, sandbox, version: version)
    try agent.start()
    try #require(waitUntil("the first hundred") { broker.notes == ["stored"] }, "\(broker.failures)")
    agent.stop(SIGKILL)
    try agent.startUpgraded()
    expectNumbers(Array(1...150) + Array(101...110), agent, broker)
    #expect(agent.account(received: 230).dropped["redelivered"] == 70)
  }

  /// Why there is no QoS 2: libmosquitto answers PUBREC before the application has seen the message, and keeps it in memory only.
  /// A client that dies then has lost it, because the broker goes on with PUBREL.
  @Test func libmosquittoAtQoS2AcknowledgesBeforeItHandsOverAndACrashLosesTheMessage() throws {
    let broker = try ScriptedBroker { connection, number in
      connection.acceptConnect(sessionPresent: number > 1)
      if number == 1 {
        connection.publish(Array("a".utf8), "precious", id: 7, qos: 2)
        _ = try connection.expect(.pubrec)
        connection.broker.note("PUBREC")
        try connection.drain()
      } else {
        // MQTT: after the PUBREC the sender must not send the message again.
        connection.send(0x62, [0, 7])
        _ = try connection.expect(.pubcomp)
        connection.broker.note("PUBCOMP")
        try connection.drain()
      }
    }
    let seen = SeenMessages()
    // As the agent does it: threaded, reading until the socket is dry, and writing only afterwards.
    for expected in [["PUBREC"], ["PUBREC", "PUBCOMP"]] {
      mosquitto_lib_init()
      let client = try #require(mosquitto_new("qos2", false, Unmanaged.passUnretained(seen).toOpaque()))
      mosquitto_threaded_set(client, true)
      mosquitto_message_callback_set(client) { _, data, _ in
        Unmanaged<SeenMessages>.fromOpaque(data!).takeUnretainedValue().count += 1
      }
      try #require(mosquitto_connect(client, "127.0.0.1", Int32(broker.port), 60) == MOSQ_ERR_SUCCESS.rawValue)
      waitUntil("\(expected)") {
        mosquitto_loop(client, 5, 1)
        return broker.notes == expected
      }
      #expect(broker.notes == expected)
      // The process dies: nothing of its memory is left.
      mosquitto_destroy(client)
    }
    #expect(seen.count == 0, "the message was never handed over, and it is gone")
    #expect(broker.failures == [])
  }

  // MARK: what no broker should send

  /// MQTT 1.5.3: whoever gets text that is not UTF-8, or holds U+0000, must end the connection, and libmosquitto does. A broker
  /// that sends such a topic therefore stops the feed; what can be done is to say so, and to come back ever more slowly.
  /// (Mosquitto refuses them from the device: `topicsThatMQTTForbidsAreRefusedAtTheBrokersDoor`.)
  @Test(arguments: ["3.1.1", "5"])
  func topicThatMQTTForbidsIsNamedAsTheReasonAndTheAgentComesBackMoreSlowly(version: String) throws {
    let broker = try ScriptedBroker { connection, number in
      connection.broker.note("connection \(number)")
      connection.acceptConnect(sessionPresent: number > 1)
      connection.publish(number: number, id: 1)
      connection.publish(Array("site/".utf8) + [0xFF, 0xC0, 0x80] + Array("/numbers".utf8), "{\"n\":0}", id: 2)
      try connection.drain()
    }
    let agent = try LoneAgent(
      try Sandbox(),
      extra: """
        [mqtt.floor]
        host = "127.0.0.1"
        port = \(broker.port)
        version = "\(version)"
        reconnect_min_ms = 500
        reconnect_max_ms = 30000

        """ + LoneAgent.feed())
    try agent.start()
    // Gone again while it tries once more.
    #expect(
      waitUntil("the reason") { agent.lastError()?.contains("a topic that MQTT forbids") == true }, "\(agent.log)")
    // What came before it is stored.
    #expect(try agent.numbers().first == 1)
    pause(milliseconds: 4000)
    #expect(broker.notes.count < 20, "\(broker.notes.count) connections")
    #expect(agent.stop() == 0)
  }

  @Test func connectSaysHowLargeAPacketMayBe() throws {
    let broker = try ScriptedBroker { connection, _ in
      connection.broker.note("\(connection.connectProperty(0x27) ?? 0)")
      connection.acceptConnect()
      try connection.drain()
    }
    let agent = try agent(broker, try Sandbox(), feed: LoneAgent.feed(extra: "max_payload_bytes = \"1MiB\""))
    try agent.start()
    try #require(waitUntil("the CONNECT") { !broker.notes.isEmpty })
    #expect(broker.notes.first == "\(2 << 20 | 128 << 10)")
  }

  @Test func termsOfTheBrokerThatHarmAreNamedWithAHint() throws {
    let broker = try ScriptedBroker { connection, _ in
      // Receive maximum 20, session expiry one hour, maximum QoS 0.
      connection.acceptConnect(properties: [0x21, 0, 20, 0x11, 0, 0, 0x0E, 0x10, 0x24, 0])
      try connection.drain()
    }
    let agent = try agent(broker, try Sandbox())
    try agent.start()
    for warning in [
      "the broker offers QoS 0 only", "the broker takes 20 messages in flight", "max_inflight_messages to 1000",
      "keeps the session for 3600 s instead of the 604800 s asked for",
    ] {
      #expect(waitUntil("the warnings") { agent.log.contains(warning) }, "\(agent.log)")
    }
  }
}

/// Touched by one thread: the callback runs inside `mosquitto_loop`.
final class SeenMessages {
  var count = 0
}
