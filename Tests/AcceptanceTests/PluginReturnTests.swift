import Foundation
import Testing

/// A version that fails goes back to the one before: where it has run, and everywhere at once.
@Suite(.serialized) struct PluginReturnTests {
  @Test func instanceThatGoesBackTakesTheOthersWithIt() throws {
    let (fixture, publisher) = try upgraded(after: 1000)
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
    let (fixture, publisher) = try upgraded(after: 500)
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

  /// Two instances that have copied so many records, and a version 2 that fails in the second one.
  private func upgraded(after count: Int) throws -> (PluginFixture, LoadPublisher) {
    let fixture = try PluginFixture.ofTwoInstances()
    try fixture.install(try fixture.bundle(version: 1))
    try fixture.startAgent()
    let publisher = try fixture.agent.publisher()
    publisher.publish(count)
    #expect(fixture.waitForCopies(count) && fixture.waitForCopies(count, in: "copies-too"))
    #expect(try fixture.install(try fixture.bundle(version: 2, mode: 10)).code == 0)
    return (fixture, publisher)
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

  /// agent.conf is as the version that failed needs it; nobody has been there to change it back.
  @Test func returnStopsNoStartAndNoReloadWhatEverTheVersionBeforeDoesNotKnow() throws {
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1))
    try fixture.startAgent()
    let publisher = try fixture.agent.publisher()
    publisher.publish(500)
    #expect(fixture.waitForCopies(500))
    let file = fixture.agent.configuration
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try (text + "\n[plugin.options]\nstep = 3\n").write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try fixture.install(try fixture.bundle(version: 2, mode: 7, option: "step")).code == 0)
    #expect(waitUntil("the store says so") { (try? self.versionInStore(fixture)) == "1.0.0" })
    let ignored = "option \"step\" of plugin \"copier\" is ignored: version 2.0.0 knows it, from which it has gone back"
    func expectIgnored() throws {
      #expect(
        waitUntil("the version before runs") {
          fixture.status?["state"] as? String == "running" && fixture.status?["version"] as? String == "1.0.0"
        }, "\(fixture.status ?? [:])")
      let notes = fixture.status?["ignored_options"] as? [String] ?? []
      #expect(notes.count == 1 && notes[0].contains(ignored), "\(notes)")
      let status = try runToEnd("crossdock", ["status", "--config", file])
      #expect(status.output.contains("copier: \(notes.first ?? "")"), "\(status.output)")
    }
    try expectIgnored()
    let listed = try fixture.plugin("list")
    #expect(listed.code == 0 && listed.output.contains("went back: copier: 2.0.0 failed: "), "\(listed)")
    #expect(listed.output.contains(ignored), "\(listed.output)")

    let checked = try runToEnd("crossdock", ["check-config", "--config", file])
    #expect(checked.code == 0 && checked.errors.contains("warning: \(ignored)"), "\(checked.errors)")
    #expect(try runToEnd("crossdock", ["reload", "--config", file]).code == 0)
    try expectIgnored()
    publisher.publish(500)
    #expect(fixture.waitForCopies(1000))
    #expect(fixture.agent.stopAgent() == 0)
    try fixture.startAgent()
    try expectIgnored()
    publisher.publish(500)
    #expect(fixture.waitForCopies(1500))
    #expect(try fixture.copies().map(\.count) == Array(1...1500))
    #expect(try fixture.plugin("enable", "copier").code == 0)

    // What no version knows is an error as ever.
    try (text + "\n[plugin.options]\nstep = 3\nstpe = 3\n").write(toFile: file, atomically: true, encoding: .utf8)
    let wrong = try runToEnd("crossdock", ["check-config", "--config", file])
    #expect(wrong.code == 78 && wrong.errors.contains("error: unknown option \"stpe\""), "\(wrong.errors)")
    // Back by hand is as ever, too: the operator is there.
    try (text + "\n[plugin.options]\nstep = 3\n").write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try fixture.plugin("disable", "copier").code == 0)
    #expect(try fixture.plugin("rollback", "copier").code == 0)
    let back = try fixture.plugin("rollback", "copier")
    #expect(back.code == 0, "a disabled one is judged when it is enabled: \(back)")
    let enabled = try fixture.plugin("enable", "copier")
    #expect(enabled.code == 1 && enabled.errors.contains("unknown option \"step\""), "\(enabled)")
  }

  /// What the version before cannot do without is no way back: the new one is parked, and the start goes on.
  @Test func versionThatDoesNotFitIsNotGoneBackTo() throws {
    let fixture = try PluginFixture()
    let file = fixture.agent.configuration
    let text = try String(contentsOfFile: file, encoding: .utf8)
    func write(_ option: String) throws {
      try (text + "\n[plugin.options]\n\(option)\n").write(toFile: file, atomically: true, encoding: .utf8)
    }
    try write("step = 3")
    try fixture.install(try fixture.bundle(version: 1, option: "step"))
    try fixture.startAgent()
    try fixture.agent.publisher().publish(100)
    #expect(fixture.waitForCopies(100))
    try write("limit = 3")
    #expect(try fixture.install(try fixture.bundle(version: 2, mode: 9, option: "limit")).code == 0)
    #expect(
      waitUntil("it is parked") {
        fixture.status?["state"] as? String == "parked" && fixture.status?["version"] as? String == "2.0.0"
      }, "\(fixture.status ?? [:])")
    #expect(fixture.figure("rollbacks_total") == 0)
    #expect(fixture.agent.stopAgent() == 0)
    try fixture.startAgent()
    #expect(waitUntil("it is parked") { fixture.status?["state"] as? String == "parked" })
  }

  /// By hand as by itself: the version before has its own state, brought to where the plugin is.
  @Test func rollbackByHandGivesTheVersionBeforeItsOwnState() throws {
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1))
    try fixture.startAgent()
    let publisher = try fixture.agent.publisher()
    publisher.publish(500)
    #expect(fixture.waitForCopies(500))
    #expect(try fixture.install(try fixture.bundle(version: 2, mode: 11)).code == 0)
    publisher.publish(500)
    #expect(fixture.waitForCopies(1000))
    #expect(try fixture.plugin("rollback", "copier").code == 0)
    publisher.publish(500)
    #expect(fixture.waitForCopies(1500))
    // And forward again: the newer one takes over from the older.
    #expect(try fixture.plugin("rollback", "copier").code == 0)
    publisher.publish(500)
    #expect(fixture.waitForCopies(2000))
    fixture.agent.stopAgent(signal: SIGKILL)
    try fixture.startAgent()
    #expect(try fixture.plugin("rollback", "copier").code == 0)
    publisher.publish(500)
    #expect(fixture.waitForCopies(2500))
    let copies = try fixture.copies()
    #expect(copies.map(\.n) == Array(1...2500))
    #expect(copies.map(\.count) == Array(1...2500))
    #expect(copies.filter { $0.n % 500 == 0 }.map(\.version) == [1, 2, 1, 2, 1])
  }

  @Test(arguments: ["", "\nrun = \"in-process\""])
  func olderVersionWithoutAStateOfItsOwnBeginsWithout(run: String) throws {
    let fixture = try PluginFixture()
    let file = fixture.agent.configuration
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try text.replacing("plugin = \"copier\"", with: "plugin = \"copier\"\(run)").write(
      toFile: file, atomically: true, encoding: .utf8)
    try fixture.install(try fixture.bundle(version: 2, mode: 11))
    try fixture.startAgent()
    let publisher = try fixture.agent.publisher()
    publisher.publish(500)
    #expect(fixture.waitForCopies(500))
    if run.isEmpty {
      #expect(try fixture.plugin("install", try fixture.bundle(version: 1), "--allow-downgrade").code == 0)
    } else {
      // A shared object that is loaded stays.
      #expect(fixture.agent.stopAgent() == 0)
      try fixture.plugin("install", try fixture.bundle(version: 1), "--allow-downgrade")
      try fixture.startAgent()
    }
    publisher.publish(500)
    #expect(fixture.waitForCopies(1000))
    let log = fixture.agent.agent?.log ?? ""
    #expect(log.contains("the state here is a newer version's: the plugin starts without one"), "\(log)")
    #expect(try fixture.copies().map(\.count) == Array(1...500) + Array(1...500))
  }
}
