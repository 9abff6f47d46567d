import Foundation
import Testing

/// What an operator is told about plugins, and what the commands do to a running agent.
@Suite(.serialized) struct PluginOperatorTests {
  @Test func parkedPluginIsTriedAgainWhenItIsEnabled() throws {
    let fixture = try PluginFixture.running(mode: 9)
    func timesParked() -> Int {
      (fixture.agent.agent?.log ?? "").components(separatedBy: "the plugin is parked").count - 1
    }
    #expect(waitUntil("it is parked") { fixture.status?["state"] as? String == "parked" })
    let configuration = ["--config", fixture.agent.configuration]
    for round in 2...3 {
      #expect(try runToEnd("crossdock", ["plugin", "enable", "copier"] + configuration).code == 0)
      // The log tells it a moment before the status does, and what is not parked yet is not tried again.
      #expect(
        waitUntil("it was tried") { timesParked() == round && fixture.status?["state"] as? String == "parked" },
        "\(fixture.status ?? [:])")
    }
    let status = try runToEnd("crossdock", ["status"] + configuration)
    #expect(status.output.contains("copier is parked: it cannot use its options"), "\(status.output)")
    #expect(status.output.contains("`crossdock plugin enable copier` tries it again"))
  }

  @Test func statusIsThereWhenAnOptionOfAPluginIsWrong() throws {
    let fixture = try PluginFixture.running()
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
    let fixture = try PluginFixture.running()
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
