import Foundation
import Seeded
import Testing

/// Reloads under load: no record lost, doubled or reordered, however many there are and however they end.
@Suite(.serialized) struct ReloadLoadTests {
  private static let extraFeed = """
    [[stream]]
    name = "extras"
    class = "telemetry"
    [[feed]]
    name = "extra"
    connection = "floor"
    topic = "{site}/{asset}/extra"
    stream = "extras"
    decoder = "json"

    """

  /// What the configuration is changed to, one after the other.
  private static let changes: [@Sendable (String) -> String] = [
    { $0 + extraFeed },
    { $0.replacingOccurrences(of: "http://127.0.0.1:", with: "http://localhost:") },
    { $0.replacingOccurrences(of: "class = \"telemetry\"", with: "class = \"telemetry\"\nmax_size = \"64MiB\"") },
    {
      $0.replacingOccurrences(of: "reconnect_max_ms = 500", with: "reconnect_max_ms = 500\nreceive_maximum = 40")
        + extraFeed
    },
    { $0 },
    { $0.replacingOccurrences(of: "[journal]", with: "[journal]\ncommit_linger_ms = 0") },
    { $0 + "[[uplink]]\nname = \"nowhere\"\nurl = \"http://127.0.0.1:1\"\n" },
    { $0.replacingOccurrences(of: "max_size = \"256MiB\"", with: "max_size = \"128MiB\"") },
  ]

  private func start() throws -> AgentFixture {
    let fixture = try AgentFixture()
    try fixture.startAgent()
    try #require(waitUntil("the agent is connected") { fixture.isConnected })
    return fixture
  }

  /// Ends with the first configuration and compares everything with what was published.
  private func expectEachOnce(_ fixture: AgentFixture, _ publisher: LoadPublisher) throws {
    #expect(waitUntil("everything is published") { publisher.isAllAcknowledged })
    try #require(
      waitUntil("all have come and gone") {
        fixture.received >= publisher.count && fixture.hasArrived(publisher.count)
      },
      "\(fixture.received) of \(publisher.count), lag \(fixture.lag ?? -1)\n\(fixture.agent?.log.suffix(4000) ?? "")")
    for (place, numbers) in [("journal", try fixture.journalNumbers()), ("central", try fixture.centralNumbers())] {
      let account = fixture.missingAndDouble(published: publisher.count, in: numbers)
      #expect(account.missing == 0 && account.double == 0, "\(place): \(account) of \(publisher.count)")
      for asset in 0..<10 {
        let ofTopic = numbers.filter { $0 % 10 == asset }
        #expect(ofTopic == ofTopic.sorted(), "\(place): order of topic \(asset)")
      }
    }
    let exported = try runToEnd("crossdock", ["export", "telemetry", "--config", fixture.configuration])
    let sequences = try exported.output.split(separator: "\n").map { line in
      let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return (record?["sequence"] as? NSNumber)?.intValue ?? -1
    }
    #expect(sequences == Array(1...max(1, publisher.count)), "sequences are contiguous")
    #expect(try fixture.account().code == 0)
    let feed = (fixture.freshStatus()?["feeds"] as? [[String: Any]])?.first { $0["name"] as? String == "numbers" }
    #expect(FeedAccount(feed ?? [:]).isBalanced)
  }

  @Test(arguments: [true, false])
  func manyReloadsUnderLoadLoseDoubleAndReorderNothing(isMQTT5: Bool) throws {
    let fixture = try AgentFixture(isMQTT5: isMQTT5)
    try fixture.startAgent()
    try #require(waitUntil("the agent is connected") { fixture.isConnected })
    let publisher = try fixture.publisher()
    let extras = try LoadPublisher(
      port: fixture.sandbox.brokerPort, name: "extras", topic: { _ in "site/a/extra" }, payload: { "{\"n\":\($0)}" })
    var reloads: [Child] = []
    var resident: [Int] = []
    try publisher.run(perSecond: 1500, atLeastSeconds: 8, until: { reloads.count >= 17 }) { _ in
      extras.publish()
      if let last = reloads.last, last.isRunning { return }
      try fixture.rewrite(Self.changes[reloads.count % Self.changes.count])
      if reloads.count % 8 == 7 { resident.append(fixture.agent?.residentKiB ?? 0) }
      reloads.append(
        try fixture.sandbox.start(
          "crossdock", ["reload", "--config", fixture.configuration], log: "reload-\(reloads.count).log"))
    }
    for (number, reload) in reloads.enumerated() {
      #expect(reload.wait() == 0, "reload \(number): \(reload.log)")
      #expect(reload.log.contains("reloaded in ") || reload.log.contains("nothing changed"), "\(reload.log)")
    }
    try fixture.rewrite { $0 + Self.extraFeed }
    #expect(try fixture.reload().code == 0)
    print("\(reloads.count) reloads beside \(publisher.count) messages; KiB resident: \(resident)")
    try expectEachOnce(fixture, publisher)
    // Of the feed that came and went: what came while it was there is stored, or set aside when it had just gone; nothing twice.
    let stored = try runToEnd("crossdock", ["export", "extras", "--config", fixture.configuration])
    let numbers = stored.output.split(separator: "\n").compactMap { line in
      let record = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any]
      return ((record?["body"] as? [String: Any])?["n"] as? NSNumber)?.intValue
    }
    #expect(numbers.count > 10 && numbers == numbers.sorted() && Set(numbers).count == numbers.count)
    // Memory does not grow with the number of reloads.
    if let early = resident.first, let late = resident.last {
      #expect(late <= early + 6 * 1024, "KiB resident: \(resident)")
    }
  }

  /// A burst is as good as one: signals that come while one is worked on make another one after it.
  @Test func burstsOfSignalsAndOfRequestsAreAllAnswered() throws {
    let fixture = try start()
    let publisher = try fixture.publisher()
    var round = 0
    try publisher.run(perSecond: 1500, seconds: 2) { _ in
      round += 1
      if round % 20 == 0 { try fixture.rewrite(Self.changes[round / 20 % Self.changes.count]) }
      for _ in 0..<10 { fixture.agent?.send(SIGHUP) }
    }
    try fixture.rewrite { $0 + Self.extraFeed }
    let requests = try (0..<6).map { number in
      try fixture.sandbox.start(
        "crossdock", ["reload", "--config", fixture.configuration], log: "request-\(number).log")
    }
    for request in requests { #expect(request.wait() == 0, "\(request.log)") }
    // Whoever asked after the change has an answer from after the change: it is in force.
    let feeds = (fixture.freshStatus()?["feeds"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
    #expect(feeds?.contains("extra") == true)
    try fixture.rewrite { $0 }
    #expect(try fixture.reload().code == 0)
    try expectEachOnce(fixture, publisher)
  }

  /// Killed at some moment of a reload, the agent starts with whatever agent.conf says then, and has lost nothing.
  @Test func agentKilledInTheMiddleOfAReloadLosesAndDoublesNothing() throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    let fixture = try start()
    let publisher = try fixture.publisher()
    for round in 0..<12 {
      try publisher.run(perSecond: 1500, seconds: 0.25)
      try fixture.rewrite(Self.changes[round % Self.changes.count])
      let request = try fixture.sandbox.start(
        "crossdock", ["reload", "--config", fixture.configuration], log: "reload-\(round).log")
      // A reload takes some 30 ms here, the command a little to begin.
      let delay = random.next() % 60_000
      try publisher.run(perSecond: 1500, seconds: Double(delay) / 1e6)
      fixture.agent?.kill()
      let code = request.wait()
      // Done before the kill, ended with the agent, or come too late.
      #expect([0, 1, 69].contains(code), "\(request.log)")
      try fixture.startAgent()
      try #require(
        waitUntil("the agent is there again") { fixture.isConnected }, "\(fixture.agent?.log ?? "")")
    }
    try fixture.rewrite { $0 }
    #expect(try fixture.reload().code == 0)
    try expectEachOnce(fixture, publisher)
  }
}
