import Foundation
import Testing

/// Situations that a real mosquitto makes.
@Suite(.serialized) struct BrokerSituationTests {
  // MARK: sessions

  /// Packet ids begin anew with a new session, and equal payloads under equal ids are new facts then.
  @Test(arguments: ["3.1.1", "5"])
  func sessionThatTheBrokerHasForgottenBeginsAnewAndNothingIsTakenForRedelivered(version: String) throws {
    let sandbox = try Sandbox.withBroker()
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox, version: version) + LoneAgent.feed())
    try agent.startConnected()
    try sandbox.publishNumbers(1...100)
    try agent.expectStored(1...100)
    sandbox.stopBroker(signal: SIGKILL)
    // Or "connected" below could be that of before: what is published then would be for nobody.
    try #require(waitUntil("the agent notices") { agent.lastError() != nil })
    try FileManager.default.removeItem(atPath: sandbox.path("broker"))
    try sandbox.startBroker()
    try #require(waitUntil("the agent is back") { agent.isConnected })
    #expect(agent.log.contains("session_present=false"))
    try sandbox.publishNumbers(1...100)
    waitUntil("200 stored") { (try? agent.numbers().count) ?? 0 >= 200 }
    #expect(try agent.numbers() == Array(1...100) + Array(1...100))
    #expect(agent.account(received: 200).dropped["redelivered"] == 0)
  }

  /// The broker dies and comes back with the queue of its last save: what the agent has acknowledged since comes again.
  @Test(arguments: ["3.1.1", "5"])
  func queueThatAKilledBrokerRepeatsFromItsLastSaveIsRecognised(version: String) throws {
    // Saved once, by SIGUSR1, and not again before the kill.
    let settings = "autosave_on_changes false"
    let sandbox = try Sandbox.withBroker(settings)
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox, version: version) + LoneAgent.feed())
    try agent.startConnected()
    #expect(agent.stop() == 0)
    try sandbox.publishNumbers(1...500)
    // autosave_interval 1: wait until the queue is in the file, then freeze that state.
    try #require(sandbox.waitUntilBrokerHasSaved())
    let database = sandbox.path("broker/mosquitto.db")
    let saved = try Data(contentsOf: URL(fileURLWithPath: database))
    try agent.startConnected()
    try agent.expectStored(1...500)
    sandbox.stopBroker(signal: SIGKILL)
    try saved.write(to: URL(fileURLWithPath: database))
    try sandbox.startBroker(extra: settings)
    try #require(waitUntil("the agent is back") { agent.isConnected })
    try sandbox.publishNumbers(501...510)
    try agent.expectStored(1...510)
    #expect(agent.counters().dropped["redelivered"] == 500)
  }

  // MARK: sizes and floods

  /// MQTT 5: the broker must not send what is larger than the client says, and goes on with the next.
  @Test func packetAboveTheMaximumIsDiscardedByTheBrokerAndTheNextFlows() throws {
    let sandbox = try Sandbox.withBroker()
    let agent = try LoneAgent(
      sandbox, extra: LoneAgent.connection(sandbox) + LoneAgent.feed(extra: "max_payload_bytes = \"64KiB\""))
    try agent.startConnected()
    let topic = "site/asset-1/numbers"
    func payload(_ number: Int, _ size: Int) -> [UInt8] {
      Array("{\"n\":\(number),\"pad\":\"".utf8) + [UInt8](repeating: 0x61, count: size) + Array("\"}".utf8)
    }
    // Stored; counted as oversize; not sent by the broker; stored.
    for (number, size) in [(1, 1000), (2, 100_000), (3, 4_000_000), (4, 1000)] {
      try sandbox.publish(topic, payload(number, size))
    }
    waitUntil("the last") { (try? agent.numbers().last) == 4 }
    #expect(try agent.numbers() == [1, 4])
    let account = agent.account(received: 3)
    #expect(account.dropped["oversize"] == 1)
    #expect(agent.reconnects == 0)
  }

  @Test(arguments: ["3.1.1", "5"])
  func tenThousandRetainedMessagesArriveOnceEach(version: String) throws {
    let sandbox = try Sandbox.withBroker()
    let publisher = try LoadPublisher(
      port: sandbox.brokerPort, name: "retained", isRetained: true, topic: { "site/asset-\($0)/numbers" },
      payload: { "{\"n\":\($0)}" })
    for _ in 1...10_000 { publisher.publish() }
    try #require(waitUntil("all are retained") { publisher.isAllAcknowledged })
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox, version: version) + LoneAgent.feed())
    try agent.startConnected()
    try agent.expectStored(1...10_000)
    #expect(try agent.records().allSatisfy { $0.flags.contains("retained") })
    #expect(agent.account(received: 10_000).stored == 10_000)
    #expect(agent.child.map { $0.residentKiB < 96 << 10 } == true, "\(agent.child?.residentKiB ?? 0) KiB (debug build)")
  }

  // MARK: overlapping filters

  /// A message belongs to the first feed that names its topic. With MQTT 5 mosquitto sends a copy for each matching filter,
  /// whatever `allow_duplicate_messages` says; the copy for another filter is known by its subscription id.
  @Test(arguments: [true, false])
  func copyForAnOverlappingFilterIsCountedAsDuplicateAndStoredOnce(allowDuplicates: Bool) throws {
    let sandbox = try Sandbox.withBroker("allow_duplicate_messages \(allowDuplicates)")
    let feeds =
      LoneAgent.feed("narrow", topic: "site/{asset}/numbers") + LoneAgent.feed("wide", topic: "site/#")
      + LoneAgent.feed("other", topic: "+/asset-1/{kind}")
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox) + feeds)
    try agent.startConnected()
    try sandbox.publishNumbers(1...50)
    try sandbox.publishNumbers(51...60, topic: "site/else/deep")
    // A device that says the same twice: two facts.
    try sandbox.publish("site/asset-1/numbers", "{\"n\":61}")
    try sandbox.publish("site/asset-1/numbers", "{\"n\":61}")
    let narrow = agent.account("narrow", received: 3 * 52)
    #expect(narrow.stored == 52)
    #expect(narrow.dropped["duplicate"] == 2 * 52)
    #expect(agent.account("wide", received: 10).stored == 10)
    #expect(try agent.numbers().sorted() == Array(1...61) + [61])
  }

  /// 3.1.1 has no subscription ids: the copies look like two messages, and `allow_duplicate_messages false` is the remedy.
  @Test(arguments: [true, false])
  func withoutSubscriptionIDsTheBrokersSettingDecidesHowOften(sendsCopies: Bool) throws {
    let sandbox = try Sandbox.withBroker("allow_duplicate_messages \(sendsCopies)")
    let feeds = LoneAgent.feed("narrow", topic: "site/{asset}/numbers") + LoneAgent.feed("wide", topic: "site/#")
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox, version: "3.1.1") + feeds)
    try agent.startConnected()
    try sandbox.publishNumbers(1...50)
    #expect(agent.account("narrow", received: sendsCopies ? 100 : 50).dropped["duplicate"] == 0)
    #expect(try Set(agent.numbers()) == Set(1...50))
  }

  // MARK: topics

  @Test func brokersOwnTopicsCanBeAFeed() throws {
    let sandbox = try Sandbox.withBroker("sys_interval 1")
    let feed = """
      [[feed]]
      name = "broker"
      connection = "floor"
      topic = "$SYS/broker/{group}/#"
      source = "{topic}"
      stream = "telemetry"
      decoder = "raw"

      """
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox) + feed)
    try agent.startConnected()
    #expect(
      waitUntil("the broker's figures") {
        (try? agent.records().contains { $0.source == "$SYS/broker/clients/connected" }) == true
      }, "\(agent.log)")
    let account = agent.counters("broker")
    #expect(account.isBalanced && account.stored > 0)
  }

  @Test func topicsWithOddBytesAreKeptApartAndWhole() throws {
    let sandbox = try Sandbox.withBroker()
    let feed = LoneAgent.feed(topic: "site/#", extra: "source = \"{topic}\"")
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox) + feed)
    try agent.startConnected()
    let long = "site/" + String(repeating: "x", count: 65_530)
    let topics = [
      "site/Gabelstapler Nr 7", "site/冷蔵庫/温度", "site/🚚/é", "site/e\u{301}", "site//", "site///numbers", "site/ ",
      "site",
      "site/\"quoted\"\\back", "site/%2F..", long,
    ]
    for (number, topic) in topics.enumerated() { try sandbox.publish(topic, "{\"n\":\(number + 1)}") }
    try agent.expectStored(1...topics.count)
    let sources = try agent.records().map(\.source)
    // Bytes, not canonical equivalence: é and é are two devices.
    #expect(sources.map { Array($0.utf8) } == topics.map { Array($0.utf8) })
    #expect(agent.account(received: topics.count).stored == topics.count)
  }

  @Test func topicsThatMQTTForbidsAreRefusedAtTheBrokersDoor() throws {
    let sandbox = try Sandbox.withBroker()
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox) + LoneAgent.feed())
    try agent.startConnected()
    for middle in [[0xEF, 0xBF, 0xBF], [0xFF, 0xC0], [0x61, 0, 0x62], [0x01]] as [[UInt8]] {
      let device = try RawDevice(port: sandbox.brokerPort)
      device.publish(Array("site/".utf8) + middle + Array("/numbers".utf8), "{\"n\":0}")
      #expect(device.isClosedByTheBroker(), "\(middle)")
    }
    try sandbox.publishNumbers(1...3)
    try agent.expectStored(1...3)
    #expect(agent.reconnects == 0)
  }

  // MARK: QoS 2 devices

  @Test func whatDevicesPublishAtQoS2IsStoredOnceAcrossKills() throws {
    let sandbox = try Sandbox.withBroker()
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox) + LoneAgent.feed())
    try agent.startConnected()
    let publisher = try LoadPublisher(
      port: sandbox.brokerPort, name: "device", qos: 2, topic: { "site/asset-\($0 % 10)/numbers" },
      payload: { "{\"n\":\($0)}" })
    var next = 0.3
    try publisher.run(perSecond: 1500, seconds: 3) { gone in
      guard gone > next else { return }
      agent.stop(SIGKILL)
      try agent.start()
      next = gone + 0.3
    }
    try #require(waitUntil("all are published") { publisher.isAllAcknowledged })
    try agent.expectStored(1...publisher.count)
  }

  // MARK: a slow disk, and holds longer than the keepalive

  private func agentOnASlowDisk() throws -> (LoneAgent, SlowDisk) {
    let sandbox = try Sandbox.withBroker()
    let disk = try SlowDisk(sandbox)
    let agent = try LoneAgent(
      sandbox, extra: LoneAgent.connection(sandbox, extra: "keepalive_s = 5") + LoneAgent.feed())
    try agent.start(environment: disk.environment)
    try #require(waitUntil("the agent is connected") { agent.isConnected }, "\(agent.log)")
    return (agent, disk)
  }

  /// A sync takes longer than the broker waits (1.5 × keepalive): the loop is inside of the commit, neither reads nor pings, and
  /// the broker ends the connection. The messages are bounded by its window, and what it sends again is recognised.
  @Test(.enabled(if: SlowDisk.isAvailable, "there is no C compiler"))
  func burstOnADiskThatIsSlowerThanTheKeepaliveLosesAndDoublesNothing() throws {
    let (agent, disk) = try agentOnASlowDisk()
    let sandbox = agent.sandbox
    // Mosquitto looks every 5 s who has been silent for 1.5 × keepalive: after 12.5 s at the latest.
    try disk.delay(ms: 14_000)
    let publisher = try LoadPublisher(
      port: sandbox.brokerPort, name: "load", topic: { "site/asset-\($0 % 10)/numbers" }, payload: { "{\"n\":\($0)}" })
    for _ in 1...20_000 { publisher.publish() }
    let isDropped = waitUntil("the broker ends the connection") {
      sandbox.brokerLog.contains("has exceeded timeout, disconnecting")
    }
    #expect(isDropped, "\(sandbox.brokerLog.suffix(500))")
    try disk.delay(ms: 0)
    try #require(waitUntil("all are published") { publisher.isAllAcknowledged })
    try agent.expectStored(1...20_000)
    #expect(agent.child.map { $0.residentKiB < 96 << 10 } == true, "\(agent.child?.residentKiB ?? 0) KiB (debug build)")
  }

  /// Faster than the broker's patience: the session stays, and the burst is held back by not reading.
  @Test(.enabled(if: SlowDisk.isAvailable, "there is no C compiler"))
  func burstOnASlowDiskKeepsTheSession() throws {
    let (agent, disk) = try agentOnASlowDisk()
    let sandbox = agent.sandbox
    try disk.delay(ms: 400)
    let publisher = try LoadPublisher(
      port: sandbox.brokerPort, name: "load", topic: { "site/asset-\($0 % 10)/numbers" }, payload: { "{\"n\":\($0)}" })
    for _ in 1...12_000 { publisher.publish() }
    // Longer than the broker's patience in all, one commit after the other.
    pause(milliseconds: 8000)
    try disk.delay(ms: 0)
    try #require(waitUntil("all are published") { publisher.isAllAcknowledged })
    #expect(publisher.connects == 1, "\(sandbox.brokerLog.suffix(2000))")
    try agent.expectStored(1...12_000)
    #expect(agent.reconnects == 0, "\(agent.log)")
    #expect(agent.counters().dropped["redelivered"] == 0)
  }

  /// While the engine holds, a PINGREQ could leave only behind acknowledgements that must not leave: the session is let go, and
  /// resumed when the disk is back.
  @Test func holdLongerThanTheKeepaliveIsResumedWithoutLossOrDouble() throws {
    let sandbox = try Sandbox.withBroker()
    guard let disk = try SmallDisk(sandbox, megabytes: 6) else {
      print("skipped: a small file system cannot be mounted here")
      return
    }
    let agent = try LoneAgent(
      sandbox, dataDirectory: disk.path + "/data",
      extra: LoneAgent.connection(sandbox, extra: "keepalive_s = 5") + LoneAgent.feed())
    try agent.startConnected()
    let publisher = try LoadPublisher(
      port: sandbox.brokerPort, name: "load", topic: { _ in "site/asset-1/numbers" }, payload: { "{\"n\":\($0)}" })
    try publisher.run(perSecond: 500, seconds: 0.5)
    disk.fill()
    try publisher.run(perSecond: 2000, seconds: 1)
    try agent.waitUntilItHolds(publisher)
    #expect(waitUntil("the connection is let go") { agent.lastError() != nil })
    let (start, before) = (ContinuousClock.now, agent.child?.cpuTicks ?? 0)
    try publisher.run(perSecond: 1000, seconds: 2)
    let ticks = (agent.child?.cpuTicks ?? 0) - before
    // Holding without a connection must not take the time that it lasts (100 ticks a second).
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    #expect(Double(ticks) < 30 * seconds, "\(ticks) ticks in \(seconds) s")
    #expect(agent.journalStateNow == "holding")
    disk.empty()
    #expect(waitUntil("the agent goes on by itself") { agent.journalState == "writing" })
    try #require(waitUntil("all are published") { publisher.isAllAcknowledged })
    try agent.expectStored(1...publisher.count)
    #expect(agent.counters().dropped["redelivered"] ?? 0 > 0, "what was read before the hold came again")
    #expect(agent.stop() == 0)
  }
}

/// A device that writes what it likes.
private final class RawDevice {
  private let fd: Int32

  init(port: UInt16) throws {
    fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let fd = self.fd
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(fd, $0, 16) == 0 }
    }
    guard connected else { throw SandboxError("the device cannot connect") }
    var patience = timeval(tv_sec: 120, tv_usec: 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    send([0x10, 15, 0, 4] + Array("MQTT".utf8) + [4, 2, 0, 60, 0, 3] + Array("raw".utf8))
    var answer = [UInt8](repeating: 0, count: 4)
    guard recv(fd, &answer, 4, Int32(MSG_WAITALL)) == 4 else { throw SandboxError("no CONNACK") }
  }

  deinit { close(fd) }

  func publish(_ topic: [UInt8], _ payload: String) {
    let body = [0, UInt8(topic.count)] + topic + [0, 1] + Array(payload.utf8)
    send([0x32, UInt8(body.count)] + body)
  }

  func isClosedByTheBroker() -> Bool {
    var byte: UInt8 = 0
    var got = recv(fd, &byte, 1, 0)
    while got < 0, errno == EINTR { got = recv(fd, &byte, 1, 0) }
    return got == 0 || (got < 0 && errno == ECONNRESET)
  }

  private func send(_ bytes: [UInt8]) {
    _ = bytes.withUnsafeBytes { write(fd, $0.baseAddress, $0.count) }
  }
}
