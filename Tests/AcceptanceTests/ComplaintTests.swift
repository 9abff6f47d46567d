import Foundation
import Seeded
import Testing

/// What users complain of in other edge buffers, one test each: it shows that this one does not have the fault. Numbers 1 to 8;
/// the others are in `MoreComplaintTests`.
@Suite(.serialized) struct ComplaintTests {
  /// The agent is killed at the very moment when a PUBACK arrives: what is acknowledged is in the journal.
  @Test(.enabled(if: SlowDisk.isAvailable, "there is no C compiler"))
  func complaint01AckedBeforeDurable() throws {
    let sandbox = try Sandbox()
    let disk = try SlowDisk(sandbox)
    try disk.delay(ms: 30)
    let victim = Victim()
    let broker = try ScriptedBroker { connection, number in
      connection.acceptConnect(sessionPresent: number > 1)
      try connection.acceptSubscribe()
      for index in 1...300 {
        connection.publish(number: number * 1000 + index, id: (number * 300 + index) % 65_535 + 1)
      }
      var acknowledged = 0
      while let packet = try connection.read() {
        guard packet.kind == .puback else { continue }
        acknowledged += 1
        if acknowledged == 20 * number { victim.kill() }
      }
      connection.broker.note("\(acknowledged)")
    }
    let agent = try LoneAgent(
      sandbox,
      extra: "[mqtt.floor]\nhost = \"127.0.0.1\"\nport = \(broker.port)\nreconnect_min_ms = 50\n" + LoneAgent.feed())
    for round in 1...5 {
      try agent.start(environment: disk.environment)
      victim.child = agent.child
      try #require(waitUntil("round \(round)") { broker.notes.count == round }, "\(broker.failures)")
      let stored = Set(try agent.numbers().filter { $0 / 1000 == round })
      let acknowledged = Int(broker.notes[round - 1]) ?? 0
      #expect(acknowledged >= 20 * round)
      #expect(Set((1...acknowledged).map { round * 1000 + $0 }).subtracting(stored) == [])
    }
    #expect(broker.failures == [])
  }

  /// Central takes a segment and dies without an answer: the records are still there, and are sent again.
  @Test func complaint02RowsDeletedBeforeTheSendIsConfirmed() throws {
    let fixture = try AgentFixture()
    try fixture.startAgent()
    try #require(waitUntil("the agent is connected") { fixture.isConnected })
    fixture.central?.send(SIGSTOP)
    let publisher = try fixture.publisher()
    for _ in 1...3000 { publisher.publish() }
    try #require(try waitUntil("all are stored") { try fixture.journalNumbers().count == 3000 })
    #expect(waitUntil("a segment is under way") { fixture.uplinkState == "sending" })
    fixture.stopCentral(signal: SIGKILL)
    fixture.stopAgent(signal: SIGKILL)
    #expect(try fixture.journalNumbers() == Array(1...3000))
    try fixture.startCentral()
    try fixture.startAgent()
    #expect(waitUntil("the uplink has drained") { fixture.hasArrived(3000) })
    #expect(try fixture.centralNumbers() == Array(1...3000))
  }

  /// Bytes flipped at random places: the agent starts (where the damage ends it, the service manager starts it again), and the
  /// new records are stored.
  @Test func complaint03CorruptBufferBlocksTheStart() throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    let sandbox = try Sandbox()
    try sandbox.startBroker()
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox) + LoneAgent.feed())
    var next = 1
    for round in 1...4 {
      // The broker keeps a session only after the agent has been there once.
      if round == 1 { try agent.startConnected() }
      next = try store(1000, from: next, agent, "round \(round), seed \(seed)")
      agent.stop(round % 2 == 0 ? SIGKILL : SIGTERM)
      try flip(50, in: "\(agent.dataDirectory)/journal.db", &random)
      next = try store(10, from: next, agent, "round \(round), seed \(seed), damaged")
      agent.stop()
    }
  }

  /// Publishes so many, and starts the agent as often as a service manager would, until they are stored; returns what comes next.
  private func store(_ count: Int, from first: Int, _ agent: LoneAgent, _ place: String) throws -> Int {
    let next = first + count
    try agent.sandbox.publishNumbers(first...(next - 1))
    func isStored() -> Bool { agent.lastNumbers(min(count, 10)) == Array(next - min(count, 10)..<next) }
    for _ in 1...4 where !isStored() {
      if agent.child?.isRunning != true { try agent.start() }
      waitUntil("stored, or ended") { agent.child?.isRunning != true || isStored() }
    }
    #expect(isStored(), "\(place): \(agent.log)")
    return next
  }

  private func flip(_ count: Int, in path: String, _ random: inout SeededNumbers) throws {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    for _ in 0..<count { bytes[Int(random.next() % UInt64(bytes.count))] ^= UInt8(1 + random.next() % 255) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  /// The kill that separates the peers: central is away, a backlog stands, SIGKILL comes right after the last acknowledgement.
  /// (Power cuts are the matter of the crash campaign.)
  @Test func complaint04AckedDataLostOnAKillWithABacklog() throws {
    let fixture = try AgentFixture()
    try fixture.startAgent()
    try #require(waitUntil("the agent is connected") { fixture.isConnected })
    fixture.stopCentral(signal: SIGKILL)
    let publisher = try fixture.publisher()
    for _ in 1...10_000 { publisher.publish() }
    try #require(waitUntil("all are acknowledged") { publisher.isAllAcknowledged })
    fixture.stopAgent(signal: SIGKILL)
    try fixture.startCentral()
    try fixture.startAgent()
    #expect(waitUntil("all have come") { (try? fixture.centralNumbers().count) ?? 0 >= 10_000 })
    #expect(try fixture.centralNumbers().sorted() == Array(1...10_000))
  }

  /// More than the cap is published, in incompressible bodies: at no moment do the files take more than the cap, the agent goes on,
  /// and what went is named to the record.
  @Test func complaint05BufferFillsTheDisk() throws {
    let sandbox = try Sandbox()
    try sandbox.startBroker()
    guard let disk = try SmallDisk(sandbox, megabytes: 8) else {
      print("skipped: a small file system cannot be mounted here")
      return
    }
    let agent = try LoneAgent(
      sandbox, dataDirectory: disk.path + "/data", maxSize: "4MiB",
      extra: LoneAgent.connection(sandbox) + LoneAgent.feed())
    try agent.startConnected()
    var random = SeededNumbers(5)
    let publisher = try LoadPublisher(
      port: sandbox.brokerPort, name: "load", topic: { "site/asset-\($0 % 10)/numbers" },
      payload: { number in
        let pad = (0..<24).map { _ in String(random.next(), radix: 36) }.joined()
        return "{\"n\":\(number),\"pad\":\"\(pad)\"}"
      })
    var largest = 0
    try publisher.run(perSecond: 3000, seconds: 8) { _ in largest = max(largest, disk.bytes(below: "data")) }
    try #require(waitUntil("all are acknowledged") { publisher.isAllAcknowledged })
    let count = publisher.count
    let account = agent.account(received: count)
    #expect(account.stored == count)
    #expect(largest <= 4 << 20, "\(largest) bytes")
    #expect(agent.journalStateNow == "writing")
    agent.stop()
    let kept = try agent.numbers()
    let dropped = try agent.records("_tombstones").filter { $0.body["stream"] as? String == "telemetry" }
      .reduce(0) { $0 + (($1.body["count"] as? NSNumber)?.intValue ?? 0) }
    #expect(dropped > 0)
    #expect(kept.count + dropped == count, "kept \(kept.count), named \(dropped)")
    #expect(kept == Array((count - kept.count + 1)...count), "the newest are kept")
  }

  @Test func complaint06SmallestBufferIsTooLarge() throws {
    let sandbox = try Sandbox()
    try sandbox.startBroker()
    let agent = try LoneAgent(
      sandbox, maxSize: "1MiB", extra: LoneAgent.connection(sandbox) + LoneAgent.feed())
    try agent.startConnected()
    for round in 0..<5 {
      try sandbox.publishNumbers((round * 2000 + 1)...(round * 2000 + 2000))
      #expect(agent.account(received: (round + 1) * 2000).stored == (round + 1) * 2000)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: agent.dataDirectory)) ?? []
      // One that is replaced meanwhile is gone under its old name.
      let bytes = names.reduce(0) {
        let size = try? FileManager.default.attributesOfItem(atPath: "\(agent.dataDirectory)/\($1)")[.size] as? Int
        return $0 + (size ?? 0)
      }
      #expect(bytes <= 1 << 20, "\(bytes) bytes")
    }
    #expect(try agent.numbers().last == 10_000)
    #expect(agent.stop() == 0)
  }

  /// Nothing is published after the outage: the backlog must not wait for it, nor take a segment for each few records.
  @Test func complaint07DrainIsSlowOrStuckUntilTheNextMessage() throws {
    let fixture = try AgentFixture()
    try fixture.startAgent()
    try #require(waitUntil("the agent is connected") { fixture.isConnected })
    fixture.stopCentral(signal: SIGKILL)
    let publisher = try fixture.publisher()
    for _ in 1...10_000 { publisher.publish() }
    try #require(try waitUntil("all are stored") { try fixture.journalNumbers().count == 10_000 })
    let (start, before) = (Date(), fixture.segments)
    try fixture.startCentral()
    #expect(waitUntil("the uplink has drained") { fixture.hasArrived(10_000) })
    let (seconds, segments) = (Date().timeIntervalSince(start), fixture.segments - before)
    print("complaint07: 10000 records in \(segments) segments, \(seconds) s with back-off (debug build)")
    #expect(segments < 100)
    #expect(try fixture.centralNumbers().count == 10_000)
  }

  /// The link is back and the backlog large: what leaves stays within the budget, for as long as the backlog lasts.
  @Test func complaint08NoThrottleAfterReconnect() throws {
    let fixture = try AgentFixture(uplink: "max_bytes_per_s = \"48KiB\"\nsegment_max_bytes = \"16KiB\"")
    try fixture.startAgent()
    try #require(waitUntil("the agent is connected") { fixture.isConnected })
    fixture.stopCentral(signal: SIGKILL)
    var random = SeededNumbers(8)
    let publisher = try LoadPublisher(
      port: fixture.sandbox.brokerPort, name: "load", topic: { "site/asset-\($0 % 10)/numbers" },
      payload: { number in
        "{\"n\":\(number),\"pad\":\"\((0..<12).map { _ in String(random.next(), radix: 36) }.joined())\"}"
      })
    for _ in 1...9000 { publisher.publish() }
    try #require(try waitUntil("all are stored") { try fixture.journalNumbers().count == 9000 })
    try fixture.startCentral()
    try #require(waitUntil("it drains") { fixture.sentBytes > 0 })
    // The time is taken before the first look and after the last one, so that a busy machine makes the rate smaller, never larger. That the
    // budget is used up is what the tests with a clock of their own say.
    let start = ContinuousClock.now
    let first = fixture.sentBytes
    pause(milliseconds: 6000)
    let sent = fixture.sentBytes - first
    let rate = Double(sent) / ((ContinuousClock.now - start) / .seconds(1))
    print("complaint08: \(Int(rate)) B/s of 49152, \(fixture.segments) segments")
    #expect(fixture.lag ?? 0 > 0, "the backlog was too small to tell")
    #expect(sent > 0 && rate < 49_152 * 1.1)
  }
}

/// The child that a script kills, at the moment that it chooses.
private final class Victim: @unchecked Sendable {
  // @unchecked because `current` is only touched under `lock`.
  private let lock = NSLock()
  private var current: Child?

  var child: Child? {
    get { lock.withLock { current } }
    set { lock.withLock { current = newValue } }
  }

  func kill() { child?.send(SIGKILL) }
}
