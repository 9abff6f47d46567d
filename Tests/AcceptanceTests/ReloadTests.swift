import Foundation
import Testing

/// A changed configuration under a running agent: what is said, what is refused, and what stays as it was.
@Suite(.serialized) struct ReloadTests {
  private static let extraFeed = LoneAgent.feed("extra", topic: "{site}/{asset}/extra")

  private func outcome(_ agent: LoneAgent) -> [String: Any]? {
    let path = agent.dataDirectory + "/reload.json"
    guard let text = FileManager.default.contents(atPath: path) else { return nil }
    return (try? JSONSerialization.jsonObject(with: text)) as? [String: Any]
  }

  private func generation(_ agent: LoneAgent) -> Int { (outcome(agent)?["generation"] as? NSNumber)?.intValue ?? -1 }

  // MARK: what is said

  @Test func reloadSaysWhatChangedAndTheNewFeedFlows() throws {
    let sandbox = try Sandbox.withBroker()
    let base = LoneAgent.connection(sandbox) + LoneAgent.feed()
    let agent = try LoneAgent(sandbox, extra: base)
    try agent.startConnected()
    let unchanged = try agent.reload()
    #expect(unchanged.code == 0 && unchanged.output == "nothing changed\n", "\(unchanged)")
    let address = try String(contentsOfFile: agent.dataDirectory + "/control.addr", encoding: .utf8)
    try agent.configure(base + Self.extraFeed)
    let added = try agent.reload()
    #expect(added.code == 0 && added.errors.isEmpty, "\(added)")
    #expect(added.output.hasPrefix("feed \"extra\" added\nreloaded in "), "\(added.output)")
    try #require(waitUntil("connected again") { agent.isConnectedNow })
    try sandbox.publish("site/a/extra", "{\"n\":1}")
    try agent.expectStored(1...1, inOrder: true)
    #expect(try String(contentsOfFile: agent.dataDirectory + "/control.addr", encoding: .utf8) == address)
    // The feed goes again, and its subscription with it.
    try agent.configure(base)
    #expect(try agent.reload().output.hasPrefix("feed \"extra\" removed\n"))
    try #require(waitUntil("connected again") { agent.isConnectedNow })
    try sandbox.publish("site/a/extra", "{\"n\":2}")
    try sandbox.publishNumbers(2...2)
    try agent.expectStored(1...2, inOrder: true)
    #expect(agent.counters("_unrouted").received == 0)
  }

  @Test func outcomeIsOneJSONObjectForPrograms() throws {
    let sandbox = try Sandbox.withBroker()
    let base = LoneAgent.connection(sandbox) + LoneAgent.feed()
    let agent = try LoneAgent(sandbox, extra: base)
    try agent.startConnected()
    try agent.configure(base + "[[uplink]]\nname = \"c\"\nurl = \"http://127.0.0.1:1\"\ntoken = \"hunter2\"\n")
    _ = try agent.reload()
    try agent.configure(base + "[[uplink]]\nname = \"c\"\nurl = \"http://127.0.0.1:1\"\ntoken = \"hunter3\"\n")
    let result = try agent.reload(["--json"])
    #expect(result.code == 0, "\(result)")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(json["ok"] as? Bool == true)
    #expect(json["changes"] as? [String] == ["uplink \"c\": token changed"])
    #expect((json["generation"] as? NSNumber)?.intValue == 2)
    #expect(json["file"] as? String == realpath(agent.configuration))
    #expect(!agent.log.contains("hunter"))
    // The generation goes on in the next life, so that an old outcome is never taken for a new one.
    #expect(agent.stop() == 0)
    try agent.startConnected()
    _ = try agent.reload()
    #expect(generation(agent) == 3)
  }

  private func realpath(_ path: String) -> String {
    guard let resolved = Foundation.realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  @Test func logLevelChangesInPlace() throws {
    let sandbox = try Sandbox.withBroker()
    let base = LoneAgent.connection(sandbox) + LoneAgent.feed()
    let agent = try LoneAgent(sandbox, extra: base + "[log]\nlevel = \"error\"\n")
    try agent.startConnected()
    #expect(agent.log == "")
    try agent.configure(base + "[log]\nlevel = \"info\"\n")
    #expect(try agent.reload().output.hasPrefix("log: level \"error\" → \"info\"\n"))
    #expect(agent.log.contains("reloaded"))
    #expect(!agent.log.contains("leaves the broker"), "\(agent.log)")
    #expect(agent.isConnectedNow)
  }

  @Test func figuresSinceTheStartCountOn() throws {
    let fixture = try AgentFixture()
    try fixture.startAgent()
    try #require(waitUntil("the agent is connected") { fixture.isConnected })
    try fixture.sandbox.publishNumbers(1...500)
    func figures() throws -> (started: String, commits: Int, sent: Int) {
      let status = try #require(fixture.status())
      let commits = ((status["journal"] as? [String: Any])?["commits_total"] as? NSNumber)?.intValue ?? 0
      let sent = ((status["uplinks"] as? [[String: Any]])?.first?["sent_records_total"] as? NSNumber)?.intValue ?? 0
      return (status["started"] as? String ?? "", commits, sent)
    }
    try #require(try waitUntil("all sent") { try fixture.received == 500 && figures().sent >= 500 })
    let before = try figures()
    #expect(before.commits > 0)
    for age in [3600, 7200] {
      try fixture.rewrite {
        $0.replacingOccurrences(of: "class = \"telemetry\"", with: "class = \"telemetry\"\nmax_age_s = \(age)")
      }
      let result = try fixture.reload()
      #expect(result.code == 0 && result.output.contains("max_age_s"), "\(result)")
      let after = try figures()
      #expect(after.started == before.started)
      #expect(after.commits >= before.commits && after.sent >= before.sent, "\(before) \(after)")
    }
    #expect(try fixture.metrics()["crossdock_feed_received_messages_total{feed=\"numbers\"}"] == 500)
  }

  @Test func serviceManagerHearsReloadingAndReady() throws {
    let sandbox = try Sandbox.withBroker()
    let base = LoneAgent.connection(sandbox) + LoneAgent.feed()
    let agent = try LoneAgent(sandbox, extra: base)
    let manager = try NotifySocket(path: sandbox.path("notify"))
    try agent.start(environment: ["NOTIFY_SOCKET": manager.path])
    #expect(manager.receive()?.hasPrefix("READY=1") == true)
    try agent.configure(base + Self.extraFeed)
    agent.child?.send(SIGHUP)
    var reloading = try #require(manager.receive())
    while !reloading.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") { reloading = try #require(manager.receive()) }
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let sentUs = Int(reloading.split(separator: "=").last ?? "") ?? 0
    #expect(sentUs > 0 && sentUs <= time.tv_sec * 1_000_000 + time.tv_nsec / 1000)
    #expect(manager.receive("READY=1"))
    #expect(agent.stop() == 0)
  }

  // MARK: what is refused

  @Test func brokenFileChangesNothingAndEveryProblemIsNamed() throws {
    let sandbox = try Sandbox.withBroker()
    let base = LoneAgent.connection(sandbox) + LoneAgent.feed()
    let agent = try LoneAgent(sandbox, extra: base)
    try agent.startConnected()
    try agent.configure(base + Self.extraFeed + "topci = \"x\"\n[[uplink]]\nname = \"c\"\nurl = \"nowhere\"\n")
    let before = generation(agent)
    let refused = try agent.reload()
    #expect(refused.code == 78, "\(refused)")
    #expect(
      refused.errors.contains("unknown key \"topci\"") && refused.errors.contains("2 errors"), "\(refused.errors)")
    #expect(generation(agent) == before, "the agent was not asked")
    // Asked without that check, the agent finds the same.
    let byTheAgent = try agent.reload(data: true)
    #expect(byTheAgent.code == 1)
    #expect(generation(agent) == before + 1 && outcome(agent)?["ok"] as? Bool == false)
    let problems = outcome(agent)?["problems"] as? [String] ?? []
    #expect(problems.count == 2 && problems[0].contains(".conf:") && problems[0].contains("topci"), "\(problems)")
    for problem in problems { #expect(byTheAgent.errors.contains(problem)) }
    #expect(agent.log.contains("topci") && !agent.log.contains("leaves the broker"))
    // Put right, it is taken up; what came meanwhile has gone its way.
    try sandbox.publishNumbers(1...5)
    try agent.configure(base + Self.extraFeed)
    #expect(try agent.reload().code == 0)
    try agent.expectStored(1...5, inOrder: true)
  }

  @Test func whatOnlyARestartCanChangeIsRefusedWithTheHint() throws {
    let sandbox = try Sandbox.withBroker()
    let base = LoneAgent.connection(sandbox) + LoneAgent.feed()
    let agent = try LoneAgent(sandbox, extra: base)
    try agent.startConnected()
    let text = try String(contentsOfFile: agent.configuration, encoding: .utf8)
    _ = try sandbox.write("dock-7.conf", text.replacingOccurrences(of: "id = \"dock-7\"", with: "id = \"dock-8\""))
    let refused = try agent.reload()
    #expect(refused.code == 1)
    #expect(
      refused.errors.contains("agent: id \"dock-7\" → \"dock-8\"") && refused.errors.contains("restart"), "\(refused)")
    // With another data_dir there is no agent to ask.
    _ = try sandbox.write(
      "dock-7.conf", text.replacingOccurrences(of: agent.dataDirectory, with: sandbox.path("elsewhere")))
    #expect(try agent.reload().code == 69)
    let byTheAgent = try agent.reload(data: true)
    #expect(byTheAgent.code == 1 && byTheAgent.errors.contains("data_dir"), "\(byTheAgent)")
    _ = try sandbox.write("dock-7.conf", text)
    #expect(agent.isConnectedNow)
    #expect(!FileManager.default.fileExists(atPath: sandbox.path("elsewhere")))
  }

  @Test func withoutAnAgentItIsSaidWith69() throws {
    let sandbox = try Sandbox.withBroker()
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox) + LoneAgent.feed())
    let never = try agent.reload()
    #expect(never.code == 69 && never.errors.contains("no agent runs"), "\(never)")
    try agent.startConnected()
    agent.child?.kill()
    // The killed agent's number is still in the lock file: it is not signalled, whoever has it now.
    #expect(try agent.reload().code == 69)
  }

  @Test func toolThatHoldsTheLockIsNotSignalled() throws {
    let sandbox = try Sandbox.withBroker()
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox) + LoneAgent.feed())
    try agent.startConnected()
    #expect(agent.stop() == 0)
    // What a tool does: the lock of another kind, its number in the file.
    let held = sandbox.path("held")
    let holder = try sandbox.start(
      "/usr/bin/flock",
      ["--no-fork", agent.dataDirectory + "/lock", "/bin/sh", "-c", "touch '\(held)'; exec sleep 600"],
      log: "holder.log")
    try #require(waitUntil("the lock is held") { FileManager.default.fileExists(atPath: held) })
    #expect(try agent.runRefused().code == 1)
    #expect(try agent.reload().code == 69)
    #expect(holder.isRunning)
  }

  @Test func anotherFileThanTheAgentsIsRefused() throws {
    let sandbox = try Sandbox.withBroker()
    let agent = try LoneAgent(sandbox, extra: LoneAgent.connection(sandbox) + LoneAgent.feed())
    try agent.startConnected()
    let copy = sandbox.path("copy.conf")
    try FileManager.default.copyItem(atPath: agent.configuration, toPath: copy)
    let refused = try runToEnd("crossdock", ["reload", "--config", copy])
    #expect(refused.code == 1 && refused.errors.contains("the file it was started with"), "\(refused)")
  }

  // MARK: what does not open

  @Test func controlPortInUseIsRefusedBeforeAnythingIsTouched() throws {
    let sandbox = try Sandbox.withBroker()
    let base = LoneAgent.connection(sandbox) + LoneAgent.feed()
    let agent = try LoneAgent(sandbox, extra: base)
    try agent.startConnected()
    let text = try String(contentsOfFile: agent.configuration, encoding: .utf8)
    _ = try sandbox.write(
      "dock-7.conf",
      text.replacingOccurrences(of: "127.0.0.1:0\"", with: "127.0.0.1:\(sandbox.brokerPort)\"") + Self.extraFeed)
    let refused = try agent.reload()
    #expect(refused.code == 1 && refused.errors.contains("port \(sandbox.brokerPort) is in use"), "\(refused)")
    #expect(!agent.log.contains("leaves the broker"))
    _ = try sandbox.write("dock-7.conf", text)
    #expect(agent.isConnectedNow)
    try sandbox.publishNumbers(1...5)
    try agent.expectStored(1...5, inOrder: true)
    #expect(try agent.reload().output == "nothing changed\n")
  }

  /// The same port with a certificate that is none: the old one had to close first, and is opened again.
  @Test func controlThatDoesNotOpenAnewOnItsPortIsOpenedAsItWas() throws {
    let sandbox = try Sandbox.withBroker()
    let base = LoneAgent.connection(sandbox) + LoneAgent.feed()
    let port = try sandbox.unusedPort()
    let agent = try LoneAgent(sandbox, listen: "127.0.0.1:\(port)", extra: base)
    try agent.startConnected()
    let text = try String(contentsOfFile: agent.configuration, encoding: .utf8)
    _ = try sandbox.write("no.pem", "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n")
    _ = try sandbox.write(
      "dock-7.conf",
      text.replacingOccurrences(
        of: "127.0.0.1:\(port)\"", with: "127.0.0.1:\(port)\"\ncert_file = \"no.pem\"\nkey_file = \"no.pem\""))
    let refused = try agent.reload(data: true)
    #expect(refused.code == 1 && refused.errors.contains("TLS does not start"), "\(refused)")
    _ = try sandbox.write("dock-7.conf", text)
    #expect(agent.isConnectedNow)
    #expect(try agent.reload().output == "nothing changed\n")
  }

  /// What shows only when everything has been closed: the parts of before are opened again. An operator's plugin in the agent is such a
  /// thing: nobody but the agent asks it.
  @Test func pluginThatDoesNotOpenLeadsBackToTheOldConfiguration() throws {
    let fixture = try PluginFixture()
    try fixture.install(try fixture.bundle(version: 1, mode: 9))
    let file = URL(fileURLWithPath: fixture.agent.configuration)
    let isolated = try String(contentsOf: file, encoding: .utf8)
    try fixture.startAgent()
    let publisher = try fixture.agent.publisher()
    publisher.publish(5)
    try waitUntil("stored") { try fixture.agent.journalNumbers().count >= 5 }
    let epoch = fixture.agent.epoch
    #expect(epoch != nil)
    let inProcess = isolated.replacing("plugin = \"copier\"", with: "plugin = \"copier\"\nrun = \"in-process\"")
    try inProcess.write(to: file, atomically: true, encoding: .utf8)
    let refused = try runToEnd("crossdock", ["reload", "--config", file.path])
    #expect(refused.code == 1 && refused.errors.contains("copier"), "\(refused)")
    #expect(fixture.agent.agent?.log.contains("leaves the broker") == true)
    try #require(waitUntil("connected again") { fixture.agent.isConnected })
    publisher.publish(5)
    try waitUntil("stored") { try fixture.agent.journalNumbers().count >= 10 }
    #expect(try fixture.agent.journalNumbers() == Array(1...10))
    try isolated.write(to: file, atomically: true, encoding: .utf8)
    let unchanged = try runToEnd("crossdock", ["reload", "--config", file.path])
    #expect(unchanged.output == "nothing changed\n", "\(unchanged)")
    #expect(fixture.agent.epoch == epoch)
    #expect(fixture.agent.stopAgent() == 0)
  }

  // MARK: in bad company

  @Test func reloadWithTheBrokerAwayHoldsForWhenItComes() throws {
    let sandbox = try Sandbox.withBroker()
    let base = LoneAgent.connection(sandbox) + LoneAgent.feed()
    let agent = try LoneAgent(sandbox, extra: base)
    try agent.startConnected()
    sandbox.stopBroker()
    try #require(waitUntil("the link is gone") { agent.lastError() != nil })
    try agent.configure(base + Self.extraFeed)
    #expect(try agent.reload().code == 0)
    try sandbox.startBroker()
    try #require(waitUntil("connected") { agent.isConnected })
    try sandbox.publishNumbers(1...5)
    try sandbox.publishNumbers(6...10, topic: "site/a/extra")
    waitUntil("all stored") { (try? agent.numbers().count) ?? 0 >= 10 }
    #expect(try agent.numbers().sorted() == Array(1...10))
  }

  @Test func reloadWhileTheDiskIsFullIsRefusedAndLosesNothing() throws {
    let sandbox = try Sandbox.withBroker()
    guard let disk = try SmallDisk(sandbox, megabytes: 6) else {
      print("skipped: a small file system cannot be mounted here")
      return
    }
    let base = LoneAgent.connection(sandbox) + LoneAgent.feed()
    let agent = try LoneAgent(sandbox, dataDirectory: disk.path + "/data", extra: base)
    try agent.startConnected()
    let publisher = try LoadPublisher(
      port: sandbox.brokerPort, name: "load", topic: { _ in "site/asset-1/numbers" }, payload: { "{\"n\":\($0)}" })
    try publisher.run(perSecond: 500, seconds: 0.5)
    disk.fill()
    try publisher.run(perSecond: 2000, seconds: 1)
    try agent.waitUntilItHolds(publisher)
    try agent.configure(base + Self.extraFeed)
    for _ in 1...3 {
      let refused = try agent.reload(["--timeout", "120"])
      #expect(refused.code == 1 && refused.errors.contains("the journal cannot be written now"), "\(refused)")
    }
    #expect(agent.journalStateNow == "holding")
    try publisher.run(perSecond: 1000, seconds: 0.3)
    disk.empty()
    #expect(waitUntil("the agent goes on") { agent.journalState == "writing" })
    let reloaded = try agent.reload()
    #expect(reloaded.code == 0 && reloaded.output.contains("feed \"extra\" added"), "\(reloaded)")
    #expect(waitUntil("everything is published") { publisher.isAllAcknowledged })
    try agent.expectStored(1...publisher.count, inOrder: true)
    #expect(agent.stop() == 0)
  }

  /// Damage that the journal's new opening meets goes the way it goes at a start.
  @Test func damageThatAReloadMeetsIsSetAside() throws {
    let sandbox = try Sandbox.withBroker()
    let base = LoneAgent.connection(sandbox) + LoneAgent.feed()
    let agent = try LoneAgent(sandbox, extra: base)
    try agent.startConnected()
    try sandbox.publishNumbers(1...3000)
    try agent.expectStored(1...3000, inOrder: true)
    #expect(agent.stop() == 0)
    try agent.startConnected()
    let epoch = agent.epoch
    let journal = agent.dataDirectory + "/journal.db"
    let file = open(journal, O_WRONLY)
    let garbage = [UInt8](repeating: 0xA5, count: 4096)
    for page in stride(from: 4096, to: Int(lseek(file, 0, SEEK_END)), by: 4096) {
      pwrite(file, garbage, garbage.count, off_t(page))
    }
    close(file)
    try agent.configure(base + Self.extraFeed)
    let result = try agent.reload()
    if result.code != 0 {
      // The commit before leaving met it already: the agent ends, and the next start sets the file aside.
      #expect(agent.child?.wait() == 65, "\(result) \(agent.log)")
      try agent.start()
    }
    try #require(waitUntil("connected") { agent.isConnected }, "\(agent.log)")
    #expect(agent.epoch != epoch)
    #expect(FileManager.default.fileExists(atPath: journal + ".damaged-1"))
    try sandbox.publishNumbers(3001...3010)
    #expect(
      waitUntil("the new ones are stored") {
        Array((try? agent.numbers()) ?? []).suffix(10) == Array(3001...3010)
      }, "\(agent.log)")
  }
}

extension LoneAgent {
  /// `crossdock reload`, by the configuration or by the data folder.
  func reload(_ options: [String] = [], data: Bool = false) throws -> (code: Int32, output: String, errors: String) {
    try runToEnd(
      "crossdock", ["reload"] + (data ? ["--data", dataDirectory] : ["--config", configuration]) + options)
  }
}

extension AgentFixture {
  func reload() throws -> (code: Int32, output: String, errors: String) {
    try runToEnd("crossdock", ["reload", "--config", configuration])
  }

  /// Writes the configuration that the fixture began with, changed.
  func rewrite(_ change: (String) -> String) throws {
    let original = configuration + ".original"
    if !FileManager.default.fileExists(atPath: original) {
      try FileManager.default.copyItem(atPath: configuration, toPath: original)
    }
    let text = try String(contentsOfFile: original, encoding: .utf8)
    // At once, as an editor or a deployment tool should.
    try Data(change(text).utf8).write(to: URL(fileURLWithPath: configuration), options: .atomic)
  }
}
