import Foundation
import Seeded
import Testing

/// Every published number arrives exactly once, whatever dies in between. Real broker, real programs, real SIGKILLs.
@Suite(.serialized) struct OnceTests {
  @Test(arguments: [true, false])
  func agentKilledAtRandomMomentsLosesAndDoublesNothing(isMQTT5: Bool) throws {
    var random = SeededNumbers(SeededNumbers.seed())
    let fixture = try AgentFixture(isMQTT5: isMQTT5)
    try fixture.startAgent()
    // The broker keeps a session only after the agent has been there once.
    #expect(waitUntil("the agent is connected", { fixture.isConnected }))
    let publisher = try fixture.publisher()
    let kills = 20
    var done = 0
    var next = 0.3
    try publisher.run(perSecond: 2000, atLeastSeconds: 9, until: { done == kills }) { gone in
      guard done < kills, gone > next else { return }
      fixture.stopAgent(signal: SIGKILL)
      try fixture.startAgent()
      done += 1
      next = gone + 0.1 + Double(random.next() % 400) / 1000
    }
    try check(fixture, publisher)
  }

  /// `OUTAGE_SECONDS=60` makes the outage as long as an operator would fear.
  @Test func uplinkAwayAndBrokerRestartedTwiceLosesAndDoublesNothing() throws {
    let outage = ProcessInfo.processInfo.environment["OUTAGE_SECONDS"].flatMap(Double.init) ?? 6
    let fixture = try AgentFixture()
    try fixture.startAgent()
    #expect(waitUntil("the agent is connected", { fixture.isConnected }))
    let publisher = try fixture.publisher()
    try publisher.run(perSecond: 2000, seconds: 2)
    fixture.stopCentral(signal: SIGKILL)
    try publisher.run(perSecond: 2000, seconds: outage / 3)
    for _ in 0..<2 {
      fixture.sandbox.stopBroker()
      try fixture.sandbox.startBroker()
      try publisher.run(perSecond: 2000, seconds: outage / 3)
    }
    try fixture.startCentral()
    try check(fixture, publisher)
  }

  @Test func centralKilledInMidDrainLosesAndDoublesNothing() throws {
    var random = SeededNumbers(SeededNumbers.seed())
    let fixture = try AgentFixture()
    try fixture.startAgent()
    #expect(waitUntil("the agent is connected", { fixture.isConnected }))
    let publisher = try fixture.publisher()
    try publisher.run(perSecond: 2000, seconds: 5) { gone in
      guard random.next() % 60 == 0 else { return }
      fixture.stopCentral(signal: SIGKILL)
      try fixture.startCentral()
    }
    try check(fixture, publisher)
  }

  private func check(_ fixture: AgentFixture, _ publisher: LoadPublisher) throws {
    #expect(waitUntil("the broker has acknowledged everything", { publisher.isAllAcknowledged }))
    let published = publisher.count
    #expect(try waitUntil("everything is stored") { try fixture.journalNumbers().count >= published })
    let journal = fixture.missingAndDouble(published: published, in: try fixture.journalNumbers())
    #expect(journal.missing == 0)
    #expect(journal.double == 0)
    #expect(waitUntil("the uplink has drained") { fixture.hasArrived(published) })
    let central = fixture.missingAndDouble(published: published, in: try fixture.centralNumbers())
    #expect(central.missing == 0)
    #expect(central.double == 0)
    #expect(fixture.stopAgent() == 0)
    let account = try fixture.account()
    #expect(account.code == 0)
    #expect(account.line.hasSuffix("0 missing, 0 double"))
    print("\(published) published, \(account.line)")
  }
}
