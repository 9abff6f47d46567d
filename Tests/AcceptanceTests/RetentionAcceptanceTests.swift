import Foundation
import Seeded
import Testing

/// The bounds of the journal and of the disk, with a real broker, central and real files.
@Suite(.serialized) struct RetentionAcceptanceTests {
  private func publisher(_ sandbox: Sandbox) throws -> LoadPublisher {
    var random = SeededNumbers(9)
    return try LoadPublisher(
      port: sandbox.brokerPort, name: "load", topic: { "site/asset-\($0 % 10)/numbers" },
      payload: { number in
        "{\"n\":\(number),\"pad\":\"\((0..<16).map { _ in String(random.next(), radix: 36) }.joined())\"}"
      })
  }

  /// A stream that rejects is full: the agent leaves the broker, which keeps what comes. When central has confirmed, it comes back
  /// and stores everything once.
  @Test func streamThatRejectsLeavesTheBrokerAndLosesNothing() throws {
    let fixture = try AgentFixture(stream: "max_size = \"256KiB\"\nwhen_full = \"reject\"")
    fixture.stopCentral()
    try fixture.startAgent()
    try #require(waitUntil("the agent is connected") { fixture.isConnected })
    let publisher = try publisher(fixture.sandbox)
    try publisher.run(perSecond: 1500, seconds: 3)
    // Where packing has made room once more, it comes back for a moment.
    let reason = "the stream \"telemetry\" is full and rejects: "
    try #require(
      waitUntil("the agent leaves") {
        let document = fixture.status()
        let state = document?["journal"] as? [String: Any]
        let connection = (document?["connections"] as? [[String: Any]])?.first
        return connection?["state"] as? String == "paused" && state?["state"] as? String == "paused"
          && (state?["pause_reason"] as? String)?.hasPrefix(reason) == true
      }, "\(fixture.agent?.log ?? "")")
    #expect(
      try waitUntil("the table says so") {
        let table = try runToEnd("crossdock", ["status", "--config", fixture.configuration]).output
        return table.contains("NOTHING IS READ: \(reason)")
      })
    let count = publisher.count
    #expect(fixture.received < count)
    #expect(fixture.agent?.isRunning == true)
    try fixture.startCentral()
    try #require(waitUntil("all have come") { fixture.received >= count && fixture.hasArrived(count) })
    #expect(
      waitUntil("it writes again") {
        fixture.journalState == "writing"
      })
    let numbers = try fixture.centralNumbers()
    #expect(numbers.sorted() == Array(1...count))
    #expect(try fixture.account().code == 0)
    let metrics = try fixture.metrics()
    #expect(try #require(metrics["crossdock_stream_stored_bytes{stream=\"telemetry\"}"]) <= Double(256 << 10))
    try expectBalance(metrics, stream: "telemetry", feed: "numbers")
  }

  /// The two identities that anyone can check from `/metrics`.
  private func expectBalance(_ metrics: [String: Double], stream: String, feed: String) throws {
    func value(_ name: String) throws -> Double { try #require(metrics[name], "\(name)") }
    let dropped = metrics.filter { $0.key.hasPrefix("crossdock_feed_dropped_messages_total{feed=\"\(feed)\"") }.values
      .reduce(0, +)
    #expect(
      try value("crossdock_feed_received_messages_total{feed=\"\(feed)\"}")
        == value("crossdock_feed_stored_messages_total{feed=\"\(feed)\"}")
        + value("crossdock_feed_quarantined_messages_total{feed=\"\(feed)\"}") + dropped)
    // Each message of this feed is a record of this stream: what was stored is here, or named by a tombstone.
    let named = metrics.filter { $0.key.hasPrefix("crossdock_stream_dropped_records_total{stream=\"\(stream)\"") }
      .values.reduce(0, +)
    #expect(
      try value("crossdock_feed_stored_messages_total{feed=\"\(feed)\"}")
        == value("crossdock_stream_records{stream=\"\(stream)\"}") + named)
    #expect(try value("crossdock_stream_evicted_records_total{stream=\"\(stream)\"}") <= named)
  }

  /// The agent stops before the disk is full, says so, and goes on by itself when half as much again is free.
  @Test func diskNearlyFullIsLeftAloneAndTheAgentComesBack() throws {
    let sandbox = try Sandbox()
    try sandbox.startBroker()
    guard let disk = try SmallDisk(sandbox, megabytes: 12) else {
      print("skipped: a small file system cannot be mounted here")
      return
    }
    let agent = try LoneAgent(
      sandbox, dataDirectory: disk.path + "/data", maxSize: "4MiB", minFree: "4MiB",
      extra: LoneAgent.connection(sandbox) + LoneAgent.feed())
    try agent.startConnected()
    let publisher = try publisher(sandbox)
    try publisher.run(perSecond: 500, seconds: 1)
    try #require(waitUntil("stored") { agent.counters().received == publisher.count })
    disk.fill(leaving: 3 << 20)
    try #require(waitUntil("the agent leaves") { agent.journalState == "paused" }, "\(agent.log)")
    #expect(agent.lastError()?.hasPrefix("the disk of data_dir has ") == true)
    let stored = agent.counters().received
    try publisher.run(perSecond: 500, seconds: 1)
    #expect(agent.counters().received == stored)
    #expect(disk.freeBytes >= 2 << 20)
    // Not yet: half as much again is not free.
    disk.fill(leaving: 5 << 20)
    // Two ticks of the watch.
    pause(milliseconds: 600)
    #expect(agent.journalStateNow == "paused")
    disk.empty()
    #expect(waitUntil("the agent comes back") { agent.journalState == "writing" })
    try #require(waitUntil("all are acknowledged") { publisher.isAllAcknowledged })
    let account = agent.account(received: publisher.count)
    #expect(account.stored == publisher.count)
    #expect(try agent.numbers().sorted() == Array(1...publisher.count))
  }

  /// EIO, a file system that has become read-only, no space: nothing is acknowledged, reads are served, and it recovers by itself.
  @Test(.enabled(if: SlowDisk.isAvailable, "there is no C compiler"), arguments: [EIO, EROFS, ENOSPC])
  func diskThatRefusesHoldsTheAgentWhichServesReadsAndRecovers(error: Int32) throws {
    let sandbox = try Sandbox()
    try sandbox.startBroker()
    let disk = try FaultyDisk(sandbox)
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox) + LoneAgent.feed())
    try agent.start(environment: disk.environment)
    try #require(waitUntil("the agent is connected") { agent.isConnected }, "\(agent.log)")
    let publisher = try publisher(sandbox)
    for round in 1...2 {
      try publisher.run(perSecond: 500, seconds: 0.5)
      try #require(waitUntil("stored") { agent.counters().received >= publisher.count })
      let before = publisher.count
      try disk.fail(with: error)
      try publisher.run(perSecond: 500, seconds: 0.5)
      try #require(waitUntil("the agent holds") { agent.journalState == "holding" }, "\(agent.log)")
      #expect(agent.log.contains("the journal cannot be written: nothing is acknowledged until it can"))
      // What is on disk is still to be had.
      #expect(agent.lastNumbers(5)?.last == before, "round \(round)")
      #expect(try agent.numbers().count == before)
      #expect(agent.counters().stored <= before)
      try disk.fail(with: 0)
      #expect(waitUntil("the agent goes on by itself") { agent.journalState == "writing" }, "\(agent.log)")
    }
    try #require(waitUntil("all are acknowledged") { publisher.isAllAcknowledged })
    try #require(waitUntil("stored") { agent.counters().stored >= publisher.count }, "\(agent.counters())")
    #expect(try agent.numbers() == Array(1...publisher.count))
    #expect(agent.stop() == 0)
  }
}
