import Foundation
import Testing

/// What cannot be taken as it is has an outcome that can be seen, is acknowledged, and does not disturb the agent.
@Suite(.serialized) struct BadInputTests {
  private static let topic = "site/asset-1/numbers"

  private func startedAgent(feed: String = "", extra: String = "") throws -> LoneAgent {
    let sandbox = try Sandbox()
    try sandbox.startBroker()
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox) + LoneAgent.feed(extra: feed) + extra)
    try agent.startConnected()
    return agent
  }

  /// The broker was told that everything is received: after a SIGKILL it sends nothing again.
  private func expectAllAcknowledged(_ agent: LoneAgent, received: Int) throws {
    agent.stop(SIGKILL)
    try agent.startConnected()
    try agent.sandbox.publish(Self.topic, "{\"n\":4711}")
    let account = agent.account(received: received + 1)
    #expect(account.dropped["redelivered"] == 0)
    #expect(try agent.numbers().last == 4711)
  }

  private static let undecodable: [(payload: [UInt8], reason: String)] = [
    (Array("{\"n\":1,".utf8), "byte 7: the text ends early"),
    (Array("{\"n\":1} x".utf8), "byte 8: unexpected text after the document"),
    (Array("hello".utf8), "byte 0: expected a value"),
    ([], "byte 0: the payload is empty"),
    (Array("{\"n\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8), "byte 6: not valid UTF-8"),
    ([0xFF, 0xFE, 0x00], "byte 0: expected a value"),
  ]

  @Test func whatCannotBeDecodedIsInQuarantineWithItsBytesAndAcknowledged() throws {
    let agent = try startedAgent()
    for (payload, _) in Self.undecodable { try agent.sandbox.publish(Self.topic, payload) }
    try agent.sandbox.publish(Self.topic, "{\"n\":1}")
    let account = agent.account(received: Self.undecodable.count + 1)
    #expect(account.quarantined == Self.undecodable.count)
    #expect(account.stored == 1)
    #expect(try agent.numbers() == [1])
    let quarantine = try agent.records("_quarantine")
    try #require(quarantine.count == Self.undecodable.count)
    for (record, expected) in zip(quarantine, Self.undecodable) {
      #expect(record.body["feed"] as? String == "numbers")
      #expect(record.body["topic"] as? String == Self.topic)
      #expect(record.body["reason"] as? String == expected.reason)
      #expect(record.body["bytes"] as? Int == expected.payload.count)
      #expect(bytes(record.body["payload_base64"]) == expected.payload)
    }
    #expect(!agent.log.contains("hello"), "no payload in a log")
    try expectAllAcknowledged(agent, received: Self.undecodable.count + 1)
  }

  @Test func emptyPayloadOfARawFeedIsInQuarantine() throws {
    let agent = try startedAgent(
      extra: """
        [[stream]]
        name = "bytes"
        class = "telemetry"
        [[feed]]
        name = "raw"
        connection = "floor"
        topic = "raw/+"
        stream = "bytes"
        decoder = "raw"

        """)
    try agent.sandbox.publish("raw/a", [])
    try agent.sandbox.publish("raw/a", [0, 1, 255])
    let account = agent.account("raw", received: 2)
    #expect(account.quarantined == 1)
    #expect(account.stored == 1)
  }

  @Test func topicThatNoFeedNamesAnyMoreIsInQuarantineAndItsSubscriptionGoes() throws {
    let sandbox = try Sandbox()
    try sandbox.startBroker()
    let old = LoneAgent.feed("old", topic: "old/+")
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox) + LoneAgent.feed() + old)
    try agent.startConnected()
    try sandbox.publish("old/a", "{\"n\":1}")
    _ = agent.account("old", received: 1)
    #expect(agent.stop() == 0)
    try sandbox.publish("old/a", "{\"n\":2}")

    try agent.configure(LoneAgent.connection(sandbox) + LoneAgent.feed())
    try agent.startConnected()
    let account = agent.account("_unrouted", received: 1)
    #expect(account.quarantined == 1)
    let record = try #require(try agent.records("_quarantine").first)
    #expect(record.body["feed"] as? String == "_unrouted")
    #expect(record.body["topic"] as? String == "old/a")
    #expect(record.body["reason"] as? String == "no feed names this topic")
    #expect(bytes(record.body["payload_base64"]) == Array("{\"n\":2}".utf8))
    // The broker was told that it need not send this topic any more.
    try sandbox.publish("old/a", "{\"n\":3}")
    try sandbox.publish(Self.topic, "{\"n\":4}")
    _ = agent.account(received: 1)
    #expect(agent.counters("_unrouted").received == 1)
  }

  private static let mebibyte = "{\"n\":1,\"pad\":\"" + String(repeating: "x", count: (1 << 20) - 16) + "\"}"

  @Test func payloadOfAMebibyteIsStoredWhereTheFeedAllowsIt() throws {
    #expect(Self.mebibyte.utf8.count == 1 << 20)
    let agent = try startedAgent(feed: "max_payload_bytes = \"1MiB\"")
    try agent.sandbox.publish(Self.topic, Self.mebibyte)
    let account = agent.account(received: 1)
    #expect(account.stored == 1)
    let record = try #require(try agent.records().first)
    #expect((record.body["pad"] as? String)?.utf8.count == (1 << 20) - 16)
  }

  @Test func payloadAboveTheFeedsBoundIsCountedNamedByATombstoneAndAcknowledged() throws {
    let agent = try startedAgent()
    try agent.sandbox.publish(Self.topic, Self.mebibyte)
    try agent.sandbox.publish(Self.topic, "{\"n\":2}")
    let account = agent.account(received: 2)
    #expect(account.dropped["oversize"] == 1)
    #expect(account.stored == 1)
    #expect(try agent.numbers() == [2])
    let tombstone = try #require(try agent.records("_tombstones").first)
    #expect(tombstone.body["stream"] as? String == "feed:numbers")
    #expect(tombstone.body["reason"] as? String == "oversize")
    #expect(tombstone.body["count"] as? Int == 1)
    try expectAllAcknowledged(agent, received: 2)
  }

  /// The longest payload that a feed can allow becomes one record, which must also get through the uplink.
  @Test func recordOfAMebibyteReachesCentral() throws {
    let fixture = try AgentFixture(feed: "max_payload_bytes = \"2MiB\"")
    try fixture.startAgent()
    #expect(waitUntil("the agent is connected", { fixture.isConnected }))
    try fixture.sandbox.publish(Self.topic, Self.mebibyte)
    try fixture.sandbox.publish(Self.topic, "{\"n\":2}")
    try waitUntil("both are stored") { try fixture.journalNumbers().count == 2 }
    waitUntil("the uplink has drained") { fixture.hasArrived(2) }
    #expect(try fixture.centralNumbers() == [1, 2])
  }

  @Test func timesIn1970And2070AreClampedWithAFlag() throws {
    let agent = try startedAgent(feed: "time = \"/ts\"")
    let times = ["0", "\"1970-01-01T00:00:01Z\"", "\"2070-06-01T00:00:00Z\"", "3168806400000", "\"yesterday\""]
    for (index, time) in times.enumerated() { try agent.sandbox.publish(Self.topic, "{\"n\":\(index),\"ts\":\(time)}") }
    let now = ISO8601DateFormatter().string(from: Date())
    try agent.sandbox.publish(Self.topic, "{\"n\":100,\"ts\":\"\(now)\"}")
    try agent.sandbox.publish(Self.topic, "{\"n\":101}")
    #expect(agent.account(received: times.count + 2).stored == times.count + 2)
    let records = try agent.records()
    try #require(records.count == times.count + 2)
    for record in records.prefix(times.count) {
      #expect(record.flags.contains("event_time_clamped"), "\(record)")
      #expect(record.eventTime == record.ingestTime)
    }
    let plausible = records[times.count]
    #expect(!plausible.flags.contains("event_time_clamped"))
    #expect(plausible.eventTime == now)
    #expect(records[times.count + 1].flags.contains("event_time_missing"))
  }
}
