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
    if !isWrittenDown { try forgetWhatItSays(fixture) }
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

  /// As a state was before it held what a plugin says.
  private func forgetWhatItSays(_ fixture: PluginFixture) throws {
    let file = URL(fileURLWithPath: fixture.agent.sandbox.path("data/plugins/copier/state.json"))
    var state = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    var versions = try #require(state["versions"] as? [[String: Any]])
    for index in versions.indices { try #require(versions[index].removeValue(forKey: "says") != nil) }
    state["versions"] = versions
    try JSONSerialization.data(withJSONObject: state).write(to: file)
  }

  @Test func pluginOfAnEarlierInstallIsAskedWhereItRunsAndWrittenDown() throws {
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1, option: "step"))
    let file = fixture.agent.configuration
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try (text + "\n[plugin.options]\nstep = 3\n").write(toFile: file, atomically: true, encoding: .utf8)
    try forgetWhatItSays(fixture)
    try fixture.startAgent()
    try fixture.agent.publisher().publish(100)
    #expect(fixture.waitForCopies(100), "\(fixture.agent.agent?.log ?? "")")
    #expect(fixture.agent.agent?.log.contains("the options of plugin \"copier\" are not checked here") == true)
    let state = try String(
      contentsOfFile: fixture.agent.sandbox.path("data/plugins/copier/state.json"), encoding: .utf8)
    #expect(state.contains("\"key\":\"step\""), "\(state)")
  }
}
