import Foundation
import Testing

/// Code without a signature runs only as long as agent.conf says that it may.
@Suite(.serialized) struct UnsignedPluginTests {
  @Test(arguments: ["", "\nrun = \"in-process\""])
  func unsignedPluginDoesNotRunWithoutTheSetting(run: String) throws {
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1))
    let path = fixture.agent.configuration
    let original = try String(contentsOfFile: path, encoding: .utf8)
    let allowed = original.replacing("plugin = \"copier\"", with: "plugin = \"copier\"\(run)")
    let forbidden = allowed.replacing("allow_unsigned = true", with: "")
    try #require(forbidden != allowed)
    let configuration = ["--config", path]
    func write(_ text: String) throws { try text.write(toFile: path, atomically: true, encoding: .utf8) }
    func reload() throws {
      let reloaded = try runToEnd("crossdock", ["reload"] + configuration)
      #expect(reloaded.code == 0, "\(reloaded.errors)")
    }
    let reason = "it was installed without a signature, and allow_unsigned is false"

    // At the start.
    try write(forbidden)
    let checked = try runToEnd("crossdock", ["check-config"] + configuration)
    #expect(checked.code == 0)
    #expect(checked.errors.contains("warning: plugin \"copier\" does not run: \(reason); install a bundle"))
    try fixture.startAgent()
    let publisher = try fixture.agent.publisher()
    publisher.publish(100)
    #expect(waitUntil("all is in") { fixture.agent.received == 100 })
    #expect(waitUntil("it is parked") { fixture.status?["state"] as? String == "parked" }, "\(fixture.status ?? [:])")
    #expect(fixture.pluginProcesses().isEmpty)
    #expect(try fixture.copies().isEmpty)
    let status = try runToEnd("crossdock", ["status"] + configuration)
    #expect(status.output.contains("copier is parked: \(reason)"), "\(status.output)")

    // Allowed again: with its place in what it reads.
    try write(allowed)
    try reload()
    publisher.publish(100)
    #expect(fixture.waitForCopies(run.isEmpty ? 200 : 100), "\(fixture.agent.agent?.log ?? "")")
    let count = try fixture.copies().count

    // And taken back while it runs.
    try write(forbidden)
    try reload()
    #expect(waitUntil("it is parked") { fixture.status?["state"] as? String == "parked" }, "\(fixture.status ?? [:])")
    #expect(waitUntil("its process has ended") { fixture.pluginProcesses().isEmpty })
    publisher.publish(100)
    #expect(waitUntil("all is in") { fixture.agent.received == 300 })
    #expect(try fixture.copies().count == count)
  }

  /// Isolated it goes on where it was. In the agent it learns from what has come meanwhile: that is said, and once.
  @Test(arguments: ["", "\nrun = \"in-process\""])
  func resultsThatAreMissingWhereAPluginWasParkedAreNamed(run: String) throws {
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1))
    let path = fixture.agent.configuration
    let original = try String(contentsOfFile: path, encoding: .utf8)
    let allowed = original.replacing("plugin = \"copier\"", with: "plugin = \"copier\"\(run)")
    func reload(_ text: String) throws {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      let reloaded = try runToEnd("crossdock", ["reload", "--config", path])
      #expect(reloaded.code == 0, "\(reloaded.errors)")
    }
    func gaps() -> [Substring] {
      fixture.agent.agent?.log.split(separator: "\n").filter { $0.contains("its results for them are missing") } ?? []
    }
    try allowed.write(toFile: path, atomically: true, encoding: .utf8)
    try fixture.startAgent()
    let publisher = try fixture.agent.publisher()
    publisher.publish(100)
    #expect(fixture.waitForCopies(100), "\(fixture.agent.agent?.log ?? "")")
    try reload(allowed.replacing("allow_unsigned = true", with: ""))
    #expect(waitUntil("it is parked") { fixture.status?["state"] as? String == "parked" }, "\(fixture.status ?? [:])")
    publisher.publish(100)
    #expect(waitUntil("all is in") { fixture.agent.received == 200 })
    try reload(allowed)
    publisher.publish(100)
    #expect(fixture.waitForCopies(run.isEmpty ? 300 : 200), "\(fixture.agent.agent?.log ?? "")")
    let said = gaps()
    #expect(said.count == (run.isEmpty ? 0 : 1), "\(said)")
    #expect(said.allSatisfy { $0.contains("records=100") && $0.contains("model=copier") }, "\(said)")
    // An engine anew is no absence.
    try reload(allowed.replacing("[mqtt.floor]", with: "[mqtt.floor]\nkeepalive_s = 50"))
    publisher.publish(100)
    #expect(fixture.waitForCopies(run.isEmpty ? 400 : 300), "\(fixture.agent.agent?.log ?? "")")
    #expect(gaps() == said)
  }

  /// Also of one whose options nobody has written down: what is not to run is not asked for them.
  @Test func checkOfTheConfigurationStartsNothingUnsignedOrChanged() throws {
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1))
    try fixture.forgetWhatItSays()
    // It would be found out: it crashes before it has said what it is.
    _ = try fixture.agent.sandbox.write("data/plugins/copier/1.0.0/crash", "")
    let path = fixture.agent.configuration
    func check() throws -> (code: Int32, output: String, errors: String) {
      try runToEnd("crossdock", ["check-config", "--config", path])
    }
    #expect(try check().code == 78)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try text.replacing("allow_unsigned = true", with: "").write(toFile: path, atomically: true, encoding: .utf8)
    let unsigned = try check()
    #expect(unsigned.code == 0, "\(unsigned.errors)")
    #expect(unsigned.errors.contains("does not run: it was installed without a signature"), "\(unsigned.errors)")
    // It is check-config that says so, and names no other command.
    #expect(
      unsigned.errors.contains(
        "the options of plugin \"copier\" are not checked: it may not run, so it is not asked for them"),
      "\(unsigned.errors)")
    #expect(!unsigned.errors.contains("check-config checks them"), "\(unsigned.errors)")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    try #require(truncate("\(fixture.versionFolder(1))/copier.so", 3000) == 0)
    let changed = try check()
    #expect(
      changed.code == 78 && changed.errors.contains("it is not what was installed: copier.so"), "\(changed.errors)")
  }
}
