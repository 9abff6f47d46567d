import Foundation
import Testing

/// A version that fails goes back to the one before: where it has run, and everywhere at once.
@Suite(.serialized) struct PluginReturnTests {
  @Test func instanceThatGoesBackTakesTheOthersWithIt() throws {
    let fixture = try PluginFixture.ofTwoInstances()
    try fixture.install(try fixture.bundle(version: 1))
    try fixture.startAgent()
    let publisher = try fixture.agent.publisher()
    publisher.publish(1000)
    #expect(fixture.waitForCopies(1000) && fixture.waitForCopies(1000, in: "copies-too"))
    #expect(try fixture.install(try fixture.bundle(version: 2, mode: 10)).code == 0)
    publisher.publish(1000)
    try expectBothBack(fixture, published: 2000)
    #expect(fixture.statuses.map { ($0["rollbacks_total"] as? NSNumber)?.intValue } == [1, 1])
    let first = fixture.status?["last_rollback"] as? String ?? ""
    #expect(first.hasPrefix("2.0.0: with \"second\": "), "\(first)")
    // Forward again by hand: the same once more, in both.
    let configuration = ["--config", fixture.agent.configuration]
    #expect(try runToEnd("crossdock", ["plugin", "rollback", "copier"] + configuration).code == 0)
    publisher.publish(1000)
    #expect(waitUntil("it went back again") { self.returns(fixture) == 4 }, "\(fixture.agent.agent?.log ?? "")")
    try expectBothBack(fixture, published: 3000)
  }

  /// Wherever it is interrupted, one version runs in the end, and nothing is missing or there twice.
  @Test func returnThatAKillInterruptsIsFinishedAfterTheStart() throws {
    let fixture = try PluginFixture.ofTwoInstances()
    try fixture.install(try fixture.bundle(version: 1))
    try fixture.startAgent()
    let publisher = try fixture.agent.publisher()
    publisher.publish(500)
    #expect(fixture.waitForCopies(500) && fixture.waitForCopies(500, in: "copies-too"))
    #expect(try fixture.install(try fixture.bundle(version: 2, mode: 10)).code == 0)
    var published = 500
    for _ in 0..<3 {
      publisher.publish(200)
      published += 200
      fixture.agent.stopAgent(signal: SIGKILL)
      try fixture.startAgent()
    }
    publisher.publish(200)
    try expectBothBack(fixture, published: published + 200)
  }

  private func returns(_ fixture: PluginFixture) -> Int {
    (fixture.agent.agent?.log ?? "").components(separatedBy: "back to the version before").count - 1
  }

  private func expectBothBack(_ fixture: PluginFixture, published: Int) throws {
    #expect(fixture.waitForCopies(published) && fixture.waitForCopies(published, in: "copies-too"))
    #expect(waitUntil("both went back") { fixture.statuses.allSatisfy { $0["version"] as? String == "1.0.0" } })
    #expect(waitUntil("the store says so") { (try? self.versionInStore(fixture)) == "1.0.0" })
    for stream in ["copies", "copies-too"] {
      let copies = try fixture.copies(stream)
      #expect(copies.map(\.n) == Array(1...published), "\(stream)")
      #expect(copies.map(\.count) == Array(1...published), "\(stream): its state went with it")
    }
    #expect(try fixture.copies("copies-too").allSatisfy { $0.version == 1 })
  }

  private func versionInStore(_ fixture: PluginFixture) throws -> String? {
    let listed = try runToEnd("crossdock", ["plugin", "list", "--json", "--config", fixture.agent.configuration])
    let document = try JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [String: Any]
    return (document?["plugins"] as? [[String: Any]])?.first?["version"] as? String
  }

  @Test func versionThatNeverHadABatchIsNothingToGoBackTo() throws {
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1, mode: 9))
    try fixture.startAgent()
    #expect(waitUntil("it is parked") { fixture.status?["state"] as? String == "parked" })
    #expect(try fixture.install(try fixture.bundle(version: 2, mode: 9)).code == 0)
    #expect(
      waitUntil("the new one is parked") {
        fixture.status?["state"] as? String == "parked" && fixture.status?["version"] as? String == "2.0.0"
      }, "\(fixture.agent.agent?.log ?? "")")
    #expect(fixture.figure("rollbacks_total") == 0)
    #expect(try versionInStore(fixture) == "2.0.0")
  }
}
