import Foundation
import Testing

/// Installed plugins whose processes do not come up: the agent starts, takes in, and does what it is told, whatever becomes of them.
@Suite(.serialized) struct PluginStartTests {
  /// Publishes so many more, and expects them in the journal while the plugin does what it does.
  private func expectIngest(_ fixture: PluginFixture, _ publisher: LoadPublisher, upTo count: Int) throws {
    publisher.publish(100)
    #expect(waitUntil("all is in") { (try? fixture.agent.journalNumbers().count) == count })
    #expect(try fixture.agent.journalNumbers() == Array(1...count))
  }

  /// A bit that has rotted: not even started, because it might be anything.
  @Test func pluginThatIsNotWhatWasInstalledIsParkedUnstartedAndTheAgentRuns() throws {
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1))
    try #require(truncate("\(fixture.versionFolder(1))/copier.so", 3000) == 0)
    try fixture.startAgent()
    try expectIngest(fixture, try fixture.agent.publisher(), upTo: 100)
    #expect(waitUntil("it is parked") { fixture.status?["state"] as? String == "parked" })
    #expect((fixture.status?["reason"] as? String)?.contains("it is not what was installed: copier.so") == true)
    #expect((fixture.status?["reason"] as? String)?.hasSuffix("; install the bundle of 1.0.0 again") == true)
    #expect(fixture.figure("failures_total") == 0)
    // The operator's way out, and the others' way on.
    let disabled = try fixture.plugin("disable", "copier")
    #expect(disabled.code == 0, "\(disabled.errors)")
    #expect(waitUntil("it is disabled") { fixture.status?["state"] as? String == "disabled" })
    #expect(fixture.agent.stopAgent() == 0)
    try fixture.startAgent()
    #expect(fixture.status?["state"] as? String == "disabled")
  }

  @Test func pluginThatCrashesBeforeItsHelloBacksOffAndCanBeDisabled() throws {
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1))
    _ = try fixture.agent.sandbox.write("data/plugins/copier/1.0.0/crash", "")
    try fixture.startAgent()
    try expectIngest(fixture, try fixture.agent.publisher(), upTo: 100)
    #expect(waitUntil("it has failed") { fixture.figure("failures_total") > 0 })
    #expect(["waiting", "parked"].contains(fixture.status?["state"] as? String), "\(fixture.status ?? [:])")
    let disabled = try fixture.plugin("disable", "copier")
    #expect(disabled.code == 0, "\(disabled.errors)")
    #expect(waitUntil("it is disabled") { fixture.status?["state"] as? String == "disabled" })
  }

  /// Neither the start nor a reload waits for it: it has a minute, and every command is done before it is over.
  @Test(arguments: [true, false]) func pluginThatHangsBeforeItsHelloHoldsUpNothing(isWrittenDown: Bool) throws {
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1))
    if !isWrittenDown { try fixture.forgetWhatItSays() }
    _ = try fixture.agent.sandbox.write("data/plugins/copier/1.0.0/hang", "")
    try fixture.startAgent()
    let publisher = try fixture.agent.publisher()
    try expectIngest(fixture, publisher, upTo: 100)
    #expect(waitUntil("its process hangs") { !fixture.pluginProcesses().isEmpty })
    #expect(fixture.status?["state"] as? String == "starting")
    let disabled = try fixture.plugin("disable", "copier")
    #expect(disabled.code == 0, "\(disabled.errors)")
    let outcome =
      try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: fixture.agent.sandbox.path("data/reload.json")))) as? [String: Any]
    let took = (outcome?["duration_ms"] as? NSNumber)?.intValue ?? -1
    #expect((0..<60_000).contains(took), "less than the plugin has for its start: \(outcome ?? [:])")
    try expectIngest(fixture, publisher, upTo: 200)
    #expect(waitUntil("its process is gone") { fixture.pluginProcesses().isEmpty })
  }

  @Test func pluginOfAnEarlierInstallIsAskedWhereItRunsAndWrittenDown() throws {
    let fixture = try PluginFixture()
    let file = fixture.agent.configuration
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try (text + "\n[plugin.options]\nstep = 3\n").write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try fixture.install(try fixture.bundle(version: 1, option: "step")).code == 0)
    try fixture.forgetWhatItSays()
    try fixture.startAgent()
    try fixture.agent.publisher().publish(100)
    #expect(fixture.waitForCopies(100), "\(fixture.agent.agent?.log ?? "")")
    #expect(fixture.agent.agent?.log.contains("the options of plugin \"copier\" are not checked here") == true)
    let state = try String(
      contentsOfFile: fixture.agent.sandbox.path("data/plugins/copier/state.json"), encoding: .utf8)
    #expect(state.contains("\"key\":\"step\""), "\(state)")
  }

  /// Nothing is taken into use that the agent would then refuse, now or at its next start.
  @Test func versionWhoseOptionsDoNotFitIsRefusedBeforeItIsTakenIntoUse() throws {
    let fixture = try PluginFixture()
    #expect(try fixture.install(try fixture.bundle(version: 1)).code == 0)
    let second = try fixture.bundle(version: 2, option: "step")
    let refused = try fixture.install(second)
    #expect(refused.code == 1 && refused.output == "", "\(refused)")
    let file = fixture.agent.configuration
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let line = text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0 == "[[plugin]]" } ?? -1
    #expect(
      refused.errors.contains("agent.conf:\(line + 1):1: error: missing option \"step\" of plugin \"copier\""),
      "\(refused.errors)")
    func version() throws -> String? {
      let listed = try fixture.plugin("list", "--json")
      let document = try JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [String: Any]
      return (document?["plugins"] as? [[String: Any]])?.first?["version"] as? String
    }
    #expect(try version() == "1.0.0")
    // What agent.conf has for the new version does not fit the one before.
    try (text + "\n[plugin.options]\nstep = 3\n").write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try fixture.install(second).code == 0)
    let back = try fixture.plugin("rollback", "copier")
    #expect(back.code == 1 && back.errors.contains("unknown option \"step\" of plugin \"copier\""), "\(back.errors)")
    #expect(try version() == "2.0.0")
    // A disabled one is judged when it is to run.
    #expect(try fixture.plugin("disable", "copier").code == 0)
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try runToEnd("crossdock", ["check-config", "--config", file]).code == 0)
    let enabled = try fixture.plugin("enable", "copier")
    #expect(enabled.code == 1 && enabled.errors.contains("missing option \"step\""), "\(enabled.errors)")
  }

  @Test(arguments: ["1.0.0/manifest.json", "state.json"]) func pluginThatCannotBeReadIsParkedAndTheAgentRuns(
    _ file: String
  ) throws {
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1))
    try #require(truncate(fixture.agent.sandbox.path("data/plugins/copier/\(file)"), 40) == 0)
    #expect(try runToEnd("crossdock", ["check-config", "--config", fixture.agent.configuration]).code == 78)
    try fixture.startAgent()
    try expectIngest(fixture, try fixture.agent.publisher(), upTo: 100)
    #expect(waitUntil("it is parked") { fixture.status?["state"] as? String == "parked" })
    #expect((fixture.status?["reason"] as? String)?.contains(file) == true, "\(fixture.status ?? [:])")
    // Nor does it keep anything else of agent.conf from being taken up.
    let reloaded = try runToEnd("crossdock", ["reload", "--config", fixture.agent.configuration])
    #expect(reloaded.code == 0, "\(reloaded.errors)")
  }
}
