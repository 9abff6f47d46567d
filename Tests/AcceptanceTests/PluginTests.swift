import Foundation
import Testing

/// An operator's plugin beside a real agent: whatever it does, the agent takes everything in, and what the plugin says is there once.
@Suite(.serialized) struct PluginTests {
  private func run(
    mode: Int, at: Int, count: Int = 2000, memoryMb: Int = 64, expecting missing: Set<Int>
  ) throws -> PluginFixture {
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1, mode: mode, at: at, memoryMb: memoryMb))
    try fixture.startAgent()
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
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1))
    try fixture.startAgent()
    let publisher = try fixture.agent.publisher()
    var published = 0
    for _ in 0..<8 {
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
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1))
    try fixture.startAgent()
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
    let fixture = try run(mode: 2, at: 500, expecting: [500])
    #expect((try fixture.bodies("_quarantine").first?["reason"] as? String) == "it did not answer within 500 ms")
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
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1, mode: 7))
    try fixture.startAgent()
    let publisher = try fixture.agent.publisher()
    publisher.publish(1000)
    #expect(waitUntil("it is parked", seconds: 120) { fixture.status?["state"] as? String == "parked" })
    #expect((fixture.status?["reason"] as? String)?.contains("10 times in a row") == true)
    #expect(try fixture.agent.journalNumbers() == Array(1...1000))
  }

  @Test func parkedPluginIsTriedAgainWhenItIsEnabled() throws {
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1, mode: 9))
    try fixture.startAgent()
    func timesParked() -> Int {
      (fixture.agent.agent?.log ?? "").components(separatedBy: "the plugin is parked").count - 1
    }
    #expect(waitUntil("it is parked") { fixture.status?["state"] as? String == "parked" })
    let configuration = ["--config", fixture.agent.configuration]
    for round in 2...3 {
      #expect(try runToEnd("crossdock", ["plugin", "enable", "copier"] + configuration).code == 0)
      #expect(waitUntil("it was tried", seconds: 10) { timesParked() == round }, "\(fixture.status ?? [:])")
    }
    #expect(fixture.status?["state"] as? String == "parked")
    let status = try runToEnd("crossdock", ["status"] + configuration)
    #expect(status.output.contains("copier is parked: it cannot use its options"), "\(status.output)")
    #expect(status.output.contains("`crossdock plugin enable copier` tries it again"))
  }

  @Test func pluginThatHangsInItsEndDoesNotHoldTheAgentBack() throws {
    let fixture = try run(mode: 8, at: -1, expecting: [])
    let began = Date()
    #expect(fixture.agent.stopAgent() == 0)
    print("stopped within \(Date().timeIntervalSince(began)) s")
    #expect(fixture.pluginProcesses().isEmpty)
  }

  @Test func upgradeUnderLoadLosesAndDoublesNothing() throws {
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1))
    try fixture.startAgent()
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
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1))
    try fixture.startAgent()
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
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1))
    try fixture.startAgent()
    let publisher = try fixture.agent.publisher()
    publisher.publish(1000)
    #expect(fixture.waitForCopies(1000))
    let configuration = ["--config", fixture.agent.configuration]
    #expect(try runToEnd("crossdock", ["plugin", "disable", "copier"] + configuration).code == 0)
    #expect(waitUntil("it is disabled") { fixture.status?["state"] as? String == "disabled" })
    #expect(fixture.pluginProcesses().isEmpty)
    publisher.publish(1000)
    #expect(waitUntil("all is in") { fixture.agent.received == 2000 })
    #expect(try fixture.copies().count == 1000)
    #expect(try runToEnd("crossdock", ["plugin", "enable", "copier"] + configuration).code == 0)
    #expect(fixture.waitForCopies(2000))
    #expect(try fixture.copies().map(\.n) == Array(1...2000))
  }

  @Test func statusIsThereWhenAnOptionOfAPluginIsWrong() throws {
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1))
    try fixture.startAgent()
    let right = try String(contentsOfFile: fixture.agent.configuration, encoding: .utf8)
    let wrong = right.replacing("begin = \"oldest\"", with: "begin = \"oldest\"\n[plugin.options]\nnone = 1")
    try #require(wrong != right)
    try wrong.write(toFile: fixture.agent.configuration, atomically: true, encoding: .utf8)
    let configuration = ["--config", fixture.agent.configuration]
    #expect(try runToEnd("crossdock", ["check-config"] + configuration).code == 78)
    let status = try runToEnd("crossdock", ["status"] + configuration)
    #expect(status.code == 0 && status.output.contains("copier"), "\(status.errors)")
  }

  @Test func traceShowsBatchesAndNamesWhatThereIs() throws {
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1))
    try fixture.startAgent()
    try fixture.agent.publisher().publish(10)
    #expect(fixture.waitForCopies(10))
    let configuration = ["--config", fixture.agent.configuration]
    let traced = try runToEnd("crossdock", ["plugin", "trace", "copier", "-n", "1"] + configuration)
    let lines = traced.output.split(separator: "\n")
    #expect(
      traced.code == 0 && lines.count == 2 && lines[0].hasPrefix("TIME ") && lines[1].hasSuffix("  ok"), "\(traced)")
    let unknown = try runToEnd("crossdock", ["plugin", "trace", "copy"] + configuration)
    #expect(unknown.code == 1 && unknown.output.isEmpty && unknown.errors.contains("there is: copier"), "\(unknown)")
  }

  @Test func installSaysWhatIsLeftToDo() throws {
    let fixture = try PluginFixture()
    let bundle = try fixture.bundle(version: 1)
    let installed = try fixture.install(bundle)
    #expect(!installed.errors.contains("uses it yet"))
    let text = try String(contentsOfFile: fixture.agent.configuration, encoding: .utf8)
    let end = try #require(text.range(of: "[[plugin]]")).lowerBound
    try String(text[..<end]).write(toFile: fixture.agent.configuration, atomically: true, encoding: .utf8)
    #expect(
      try runToEnd("crossdock", ["plugin", "remove", "copier", "--config", fixture.agent.configuration]).code == 0)
    #expect(try fixture.install(bundle).errors.contains("no [[plugin]] of agent.conf uses it yet"))
  }

  /// Built in, it runs isolated from a file of its own only.
  @Test func isolatedBuiltInModelWithoutItsFileIsSaid() throws {
    let sandbox = try Sandbox()
    let program = sandbox.path("crossdock")
    try FileManager.default.copyItem(atPath: "\(Sandbox.programs)/crossdock", toPath: program)
    let configuration = try sandbox.write(
      "agent.conf",
      """
      [agent]
      id = "dock"
      data_dir = "data"
      [[stream]]
      name = "picks"
      class = "decision"
      [[stream]]
      name = "alerts"
      class = "alert"
      [[model]]
      name = "health"
      plugin = "predictive-maintenance"
      run = "isolated"
      reads = ["picks"]
      writes = ["alerts"]
      """)
    let checked = try runToEnd(program, ["check-config", "--config", configuration])
    #expect(checked.code == 78)
    #expect(checked.errors.contains("libpredictive-maintenance.so: it is not there"), "\(checked.errors)")
  }

  @Test func pluginInTheAgentsProcessIsShownAsUnsignedAndNotDisabled() throws {
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1))
    let text = try String(contentsOfFile: fixture.agent.configuration, encoding: .utf8)
    try text.replacing("begin = \"oldest\"", with: "run = \"in-process\"")
      .write(toFile: fixture.agent.configuration, atomically: true, encoding: .utf8)
    try fixture.startAgent()
    let configuration = ["--config", fixture.agent.configuration]
    #expect(try runToEnd("crossdock", ["status"] + configuration).output.contains("\ncopier UNSIGNED  running "))
    let refused = try runToEnd("crossdock", ["plugin", "disable", "copier"] + configuration)
    #expect(refused.code == 1 && refused.errors.contains("runs it in the agent's process"), "\(refused.errors)")
    #expect(try !runToEnd("crossdock", ["plugin", "list"] + configuration).output.contains("disabled"))
  }
}
