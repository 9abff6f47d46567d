import Foundation
import Testing

/// An operator's plugin beside a real agent: whatever it does, the agent takes everything in, and what the plugin says is there once.
@Suite(.serialized) struct PluginTests {
  private func run(
    mode: Int, at: Int, count: Int = 2000, memoryMb: Int = 64, batchMs: Int = 10_000, expecting missing: Set<Int>
  ) throws -> PluginFixture {
    let fixture = try PluginFixture.running(mode: mode, at: at, memoryMb: memoryMb, batchMs: batchMs)
    let publisher = try fixture.agent.publisher()
    publisher.publish(count)
    #expect(fixture.waitForCopies(count - missing.count), "\(fixture.status ?? [:])\n\(fixture.agent.agent?.log ?? "")")
    let copies = try fixture.copies().map(\.n)
    #expect(copies == (1...count).filter { !missing.contains($0) })
    #expect(try fixture.agent.journalNumbers() == Array(1...count))
    return fixture
  }

  /// Where numbers are not 1, 2, … count.
  private func firstWrong(_ numbers: [Int], _ count: Int) -> String? {
    for (index, number) in numbers.enumerated() where number != index + 1 {
      return "at \(index): \(numbers[max(0, index - 3)..<min(numbers.count, index + 4)])"
    }
    return numbers.count == count ? nil : "\(numbers.count) of \(count)"
  }

  @Test func everyRecordHasItsCopyOnceAndInOrderWhenTheProcessIsKilledAgainAndAgain() throws {
    let fixture = try PluginFixture.running()
    let publisher = try fixture.agent.publisher()
    var published = 0
    for _ in 0..<8 {
      // What a killed process had in hand is handed over singly, and a kill there would be that record's fault: not before it is through.
      #expect(fixture.waitForCopies(published))
      publisher.publish(1500)
      published += 1500
      #expect(waitUntil("a process", { !fixture.pluginProcesses().isEmpty }))
      for pid in fixture.pluginProcesses() { kill(pid, SIGKILL) }
    }
    #expect(fixture.waitForCopies(published))
    let copies = try fixture.copies()
    #expect(firstWrong(copies.map(\.n), published) == nil)
    // Its own count went on from checkpoint to checkpoint as if nothing had happened.
    #expect(firstWrong(copies.map(\.count), published) == nil, "\(fixture.agent.agent?.log ?? "")")
    #expect(fixture.figure("restarts_total") >= 1)
  }

  @Test func everyRecordHasItsCopyOnceWhenTheAgentIsKilledAgainAndAgain() throws {
    let fixture = try PluginFixture.running()
    let publisher = try fixture.agent.publisher()
    var published = 0
    for round in 0..<6 {
      publisher.publish(1000 + 137 * round)
      published += 1000 + 137 * round
      fixture.agent.stopAgent(signal: SIGKILL)
      try fixture.startAgent()
    }
    #expect(fixture.waitForCopies(published))
    let copies = try fixture.copies()
    #expect(firstWrong(copies.map(\.n), published) == nil)
    #expect(firstWrong(copies.map(\.count), published) == nil)
  }

  @Test func recordThatCrashesItIsSetAsideAndTheOthersGoOn() throws {
    let fixture = try run(mode: 1, at: 777, expecting: [777])
    let aside = try fixture.bodies("_quarantine")
    #expect(aside.count == 1)
    #expect(aside.first?["plugin"] as? String == "copier")
    #expect(aside.first?["stream"] as? String == "telemetry")
    #expect((aside.first?["reason"] as? String)?.contains("SIGABRT") == true)
    #expect(fixture.figure("set_aside_total") == 1)
  }

  @Test func recordThatMakesItHangIsSetAsideAndTheOthersGoOn() throws {
    let fixture = try run(mode: 2, at: 500, batchMs: 4000, expecting: [500])
    #expect((try fixture.bodies("_quarantine").first?["reason"] as? String) == "it did not answer within 4000 ms")
  }

  @Test func recordThatMakesItGrowIsSetAsideAndTheOthersGoOn() throws {
    let fixture = try run(mode: 3, at: 1500, memoryMb: 32, expecting: [1500])
    let reason = try fixture.bodies("_quarantine").first?["reason"] as? String ?? ""
    // The kernel's limit or the agent's look at it, whichever comes first.
    #expect(reason.contains("grew") || reason.contains("crashed"), "\(reason)")
  }

  @Test func recordThatItFailsOnIsSetAsideWithWhatItSaid() throws {
    let fixture = try run(mode: 4, at: 3, expecting: [3])
    #expect(
      (try fixture.bodies("_quarantine").first?["reason"] as? String) == "it said that it failed: this one is too much")
  }

  @Test func floodOfOutputsIsRefusedAndTheRecordSetAside() throws {
    _ = try run(mode: 5, at: 1999, expecting: [1999])
  }

  @Test func recordForAStreamThatItMayNotWriteIsRefused() throws {
    let fixture = try run(mode: 6, at: 1, expecting: [1])
    #expect(try fixture.agent.journalNumbers().count == 2000)
  }

  @Test func pluginThatCannotBeOpenedIsParkedVisiblyAndTheAgentGoesOn() throws {
    let fixture = try PluginFixture.running(mode: 7)
    let publisher = try fixture.agent.publisher()
    publisher.publish(1000)
    #expect(waitUntil("it is parked") { fixture.status?["state"] as? String == "parked" })
    #expect((fixture.status?["reason"] as? String)?.contains("10 times in a row") == true)
    #expect(waitUntil("all is in") { fixture.agent.received == 1000 })
    #expect(try fixture.agent.journalNumbers() == Array(1...1000))
  }

  @Test func pluginThatHangsInItsEndDoesNotHoldTheAgentBack() throws {
    let fixture = try run(mode: 8, at: -1, batchMs: 4000, expecting: [])
    let processes = fixture.pluginProcesses()
    try #require(!processes.isEmpty)
    let began = Date()
    #expect(fixture.agent.stopAgent() == 0)
    print("stopped within \(Date().timeIntervalSince(began)) s")
    // The agent has waited for them: they are not even a zombie of init's.
    for process in processes { #expect(kill(process, 0) != 0) }
  }

  @Test func upgradeUnderLoadLosesAndDoublesNothing() throws {
    let fixture = try PluginFixture.running()
    let publisher = try fixture.agent.publisher()
    let bundles = try (2...5).map { try fixture.bundle(version: $0) }
    var published = 0
    for bundle in bundles {
      publisher.publish(2000)
      published += 2000
      let installed = try fixture.install(bundle)
      #expect(installed.code == 0, "\(installed.errors)")
      publisher.publish(500)
      published += 500
    }
    #expect(fixture.waitForCopies(published))
    let copies = try fixture.copies()
    #expect(firstWrong(copies.map(\.n), published) == nil)
    #expect(firstWrong(copies.map(\.count), published) == nil)
    #expect(Set(copies.map(\.version)).count >= 2)
    #expect(copies.last?.version == 5)
    #expect(zip(copies, copies.dropFirst()).allSatisfy { $0.version <= $1.version })
  }

  @Test func upgradeThatFailsItsFirstBatchesGoesBackByItself() throws {
    let fixture = try PluginFixture.running()
    let publisher = try fixture.agent.publisher()
    publisher.publish(1000)
    #expect(fixture.waitForCopies(1000))
    #expect(try fixture.install(try fixture.bundle(version: 2, mode: 7)).code == 0)
    publisher.publish(1000)
    #expect(fixture.waitForCopies(2000))
    #expect(waitUntil("it went back") { fixture.status?["version"] as? String == "1.0.0" })
    let copies = try fixture.copies()
    #expect(firstWrong(copies.map(\.n), 2000) == nil)
    #expect(firstWrong(copies.map(\.count), 2000) == nil)
    #expect(fixture.figure("rollbacks_total") == 1)
    let listed = try runToEnd("crossdock", ["plugin", "list", "--config", fixture.agent.configuration])
    #expect(listed.output.contains("1.0.0"))
  }

  @Test func disabledPluginStopsAndGoesOnWhereItWasWhenItIsEnabled() throws {
    let fixture = try PluginFixture.running()
    let publisher = try fixture.agent.publisher()
    publisher.publish(1000)
    #expect(fixture.waitForCopies(1000))
    let configuration = ["--config", fixture.agent.configuration]
    #expect(try runToEnd("crossdock", ["plugin", "disable", "copier"] + configuration).code == 0)
    #expect(waitUntil("it is disabled") { fixture.status?["state"] as? String == "disabled" })
    #expect(waitUntil("its process has ended") { fixture.pluginProcesses().isEmpty })
    publisher.publish(1000)
    #expect(waitUntil("all is in") { fixture.agent.received == 2000 })
    #expect(try fixture.copies().count == 1000)
    #expect(try runToEnd("crossdock", ["plugin", "enable", "copier"] + configuration).code == 0)
    #expect(fixture.waitForCopies(2000))
    #expect(try fixture.copies().map(\.n) == Array(1...2000))
  }

  /// A reload of what the engine is made of makes everything anew, the plugin's thread too.
  @Test func pluginGoesOnAfterAReloadThatMakesTheEngineAnew() throws {
    let fixture = try PluginFixture.running()
    let publisher = try fixture.agent.publisher()
    publisher.publish(1000)
    let file = URL(fileURLWithPath: fixture.agent.configuration)
    let text = try String(contentsOf: file, encoding: .utf8)
    try text.replacing("\"256MiB\"", with: "\"255MiB\"").write(to: file, atomically: true, encoding: .utf8)
    let reloaded = try runToEnd("crossdock", ["reload", "--config", fixture.agent.configuration])
    #expect(reloaded.code == 0, "\(reloaded.errors)")
    publisher.publish(1000)
    #expect(fixture.waitForCopies(2000), "\(fixture.status ?? [:])")
    let copies = try fixture.copies()
    #expect(firstWrong(copies.map(\.n), 2000) == nil)
    #expect(firstWrong(copies.map(\.count), 2000) == nil)
  }

  /// Whatever a plugin takes for its end: the writer's thread does not wait for it.
  @Test func reloadDoesNotWaitForAPluginThatHangsInItsEnd() throws {
    let fixture = try PluginFixture.running(mode: 8, batchMs: 20_000)
    let publisher = try fixture.agent.publisher()
    publisher.publish(100)
    #expect(fixture.waitForCopies(100))
    let configuration = ["--config", fixture.agent.configuration]
    #expect(try runToEnd("crossdock", ["plugin", "disable", "copier"] + configuration).code == 0)
    let outcome =
      try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: fixture.agent.sandbox.path("data/reload.json")))) as? [String: Any]
    let took = (outcome?["duration_ms"] as? NSNumber)?.intValue ?? -1
    #expect((0..<20_000).contains(took), "less than the plugin has for its end: \(outcome ?? [:])")
    #expect(waitUntil("it has ended") { fixture.pluginProcesses().isEmpty })
  }

  /// Where it runs is the operator's choice, at any time: the same state, the same place in what it reads.
  @Test func pluginThatMovesIntoTheAgentAndOutAgainLosesAndDoublesNothing() throws {
    let fixture = try PluginFixture.running()
    let publisher = try fixture.agent.publisher()
    let file = URL(fileURLWithPath: fixture.agent.configuration)
    let isolated = try String(contentsOf: file, encoding: .utf8)
    let inProcess = isolated.replacing("plugin = \"copier\"", with: "plugin = \"copier\"\nrun = \"in-process\"")
    var published = 0
    for text in [inProcess, isolated, inProcess, isolated] {
      publisher.publish(700)
      published += 700
      #expect(fixture.waitForCopies(published), "\(fixture.agent.agent?.log ?? "")")
      try text.write(to: file, atomically: true, encoding: .utf8)
      let reloaded = try runToEnd("crossdock", ["reload", "--config", fixture.agent.configuration])
      #expect(reloaded.code == 0, "\(reloaded.errors)")
    }
    publisher.publish(700)
    #expect(fixture.waitForCopies(published + 700))
    let copies = try fixture.copies()
    #expect(firstWrong(copies.map(\.n), published + 700) == nil)
    #expect(firstWrong(copies.map(\.count), published + 700) == nil)
  }
}
