import Foundation
import Records
import SQLite
import Testing

/// What an agent meets at its start and its end: broken files, a full disk, ports and brokers that are not there.
@Suite(.serialized) struct StartTests {
  private func plainAgent(_ sandbox: Sandbox, id: String = "dock-7", listen: String = "127.0.0.1:0") throws -> LoneAgent
  {
    try LoneAgent(sandbox, id: id, listen: listen, extra: LoneAgent.connection(sandbox) + LoneAgent.feed())
  }

  private func journal(_ agent: LoneAgent) -> String { "\(agent.dataDirectory)/journal.db" }

  private func write(_ bytes: [UInt8], to path: String) throws {
    let url = URL(fileURLWithPath: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  private func contents(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

  // MARK: broken journals

  @Test(arguments: [10, 4096, 20_000])
  func garbageInPlaceOfTheJournalIsSetAsideAndANewEpochBegins(size: Int) throws {
    let sandbox = try Sandbox.withBroker()
    let agent = try plainAgent(sandbox)
    let garbage = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
    try write(garbage, to: journal(agent))
    try agent.startConnected()
    #expect(try contents(journal(agent) + ".damaged-1") == garbage)
    #expect(agent.log.contains("journal.db.damaged-1"), "\(agent.log)")
    try sandbox.publishNumbers(1...5)
    try agent.expectStored(1...5, inOrder: true)
    // What began anew is said in the data, too.
    let tombstone = try #require(try agent.records("_tombstones").first)
    #expect((tombstone.body["reason"] as? String)?.contains("journal.db.damaged-1") == true)
  }

  @Test(arguments: [0.1, 0.5, 0.99])
  func truncatedJournalIsSetAsideAndTheAgentGoesOn(part: Double) throws {
    let sandbox = try Sandbox.withBroker()
    let agent = try plainAgent(sandbox)
    try agent.startConnected()
    try sandbox.publishNumbers(1...3000)
    try agent.expectStored(1...3000, inOrder: true)
    let epoch = agent.epoch
    #expect(agent.stop() == 0)
    let whole = try contents(journal(agent))
    try write(Array(whole.prefix(Int(Double(whole.count) * part))), to: journal(agent))
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: journal(agent) + suffix) }
    try agent.startConnected()
    #expect(FileManager.default.fileExists(atPath: journal(agent) + ".damaged-1"))
    #expect(agent.log.contains("journal.db.damaged-1"), "\(agent.log)")
    #expect(agent.epoch != epoch)
    // What could be read is still there, in its order; the rest is new.
    let salvaged = try agent.numbers()
    #expect(salvaged == salvaged.sorted() && Set(salvaged).count == salvaged.count)
    #expect(Set(salvaged).isSubset(of: Set(1...3000)))
    try sandbox.publishNumbers(4001...4005)
    waitUntil("the new ones are stored") { (try? agent.numbers().suffix(5)) ?? [] == Array(4001...4005) }
    #expect(try agent.numbers() == salvaged + Array(4001...4005), "\(agent.log)")
  }

  /// Damage that shows only when a page is read: at the start, or with the first commit, which then ends the agent. Either way
  /// the start after it finds a way on, and what was not acknowledged comes from the broker.
  @Test(arguments: [0.01, 0.3, 0.7, 0.95])
  func damagedPagesAreNoticedAndTheNextStartGoesOn(from part: Double) throws {
    let sandbox = try Sandbox.withBroker()
    let agent = try plainAgent(sandbox)
    try agent.startConnected()
    try sandbox.publishNumbers(1...3000)
    try agent.expectStored(1...3000, inOrder: true)
    #expect(agent.stop() == 0)
    var damaged = try contents(journal(agent))
    for at in max(4096, Int(Double(damaged.count) * part))..<damaged.count { damaged[at] = 0xA5 }
    try write(damaged, to: journal(agent))
    try agent.start()
    try sandbox.publishNumbers(3001...3010)
    func isStored() -> Bool { Array((try? agent.numbers()) ?? []).suffix(10) == Array(3001...3010) }
    waitUntil("the new records, or the end") { agent.child?.isRunning != true || isStored() }
    if agent.child?.isRunning != true {
      #expect(agent.child?.wait() == 65, "\(agent.log)")
      try agent.start()
    }
    #expect(waitUntil("the new records") { isStored() }, "\(agent.log)")
    #expect(FileManager.default.fileExists(atPath: journal(agent) + ".damaged-1"))
    #expect(!FileManager.default.fileExists(atPath: journal(agent) + ".damaged"))
    #expect(agent.log.contains("journal.db.damaged-1"), "\(agent.log)")
  }

  @Test func foreignDatabaseInPlaceOfTheJournalIsRefusedAndLeftAsItIs() throws {
    let sandbox = try Sandbox()
    let agent = try LoneAgent(
      sandbox, extra: "[mqtt.floor]\nhost = \"127.0.0.1\"\nport = 1\n" + LoneAgent.feed())
    try write([], to: journal(agent))
    do {
      let database = try SQLiteConnection(path: journal(agent), mode: .createReadWrite)
      try database.execute("CREATE TABLE book(title TEXT); INSERT INTO book VALUES('Moby-Dick')")
    }
    let before = try contents(journal(agent))
    let refused = try agent.runRefused()
    #expect(refused.code == 65)
    #expect(refused.errors.contains(journal(agent)))
    #expect(refused.errors.contains("not a Crossdock journal"), "\(refused.errors)")
    #expect(try contents(journal(agent)) == before)
  }

  @Test func journalOfAnotherAgentIsRefusedAndBothAreNamed() throws {
    let sandbox = try Sandbox.withBroker()
    let owner = try plainAgent(sandbox, id: "dock-1")
    try owner.startConnected()
    #expect(owner.stop() == 0)
    let other = try LoneAgent(
      sandbox, id: "dock-2", dataDirectory: owner.dataDirectory, extra: LoneAgent.connection(sandbox) + LoneAgent.feed()
    )
    let refused = try other.runRefused()
    #expect(refused.code == 78)
    #expect(refused.errors.contains("\"dock-1\"") && refused.errors.contains("\"dock-2\""), "\(refused.errors)")
    try owner.startConnected()
  }

  @Test func secondAgentOnADataFolderIsRefusedAndNamesTheFirst() throws {
    let sandbox = try Sandbox.withBroker()
    let first = try plainAgent(sandbox)
    try first.startConnected()
    let pid = try #require(first.child?.pid)
    let refused = try first.runRefused()
    #expect(refused.code == 1)
    #expect(refused.errors.contains("process \(pid)"), "\(refused.errors)")
    // The first has lost nothing by it: neither its journal nor the way to its status.
    try sandbox.publishNumbers(1...5)
    try first.expectStored(1...5, inOrder: true)
    #expect(first.isConnectedNow)
  }

  // MARK: full disk

  @Test func fullDiskHoldsTheAgentAndNothingIsLostOrDouble() throws {
    let sandbox = try Sandbox.withBroker()
    let disk = sandbox.path("disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    let mounted = try runToEnd("/usr/bin/mount", ["-t", "tmpfs", "-o", "size=6m", "crossdock-test", disk])
    guard mounted.code == 0 else {
      print("skipped: a small file system cannot be mounted here: \(mounted.errors)")
      return
    }
    defer { _ = try? runToEnd("/usr/bin/umount", ["-l", disk]) }
    let agent = try LoneAgent(
      sandbox, dataDirectory: disk + "/data", extra: LoneAgent.connection(sandbox) + LoneAgent.feed())
    try agent.startConnected()
    let publisher = try LoadPublisher(
      port: sandbox.brokerPort, name: "load", topic: { _ in "site/asset-1/numbers" }, payload: { "{\"n\":\($0)}" })
    try publisher.run(perSecond: 500, seconds: 0.5)
    fill(disk + "/filler")
    try publisher.run(perSecond: 2000, seconds: 1)
    try agent.waitUntilItHolds(publisher)
    #expect(agent.log.contains("nothing is acknowledged until it can"))
    let reason = (agent.status()?["journal"] as? [String: Any])?["hold_reason"] as? String
    #expect(reason?.contains("full") == true, "\(reason ?? "none")")
    try publisher.run(perSecond: 1000, seconds: 0.5)

    try FileManager.default.removeItem(atPath: disk + "/filler")
    #expect(waitUntil("the agent goes on by itself") { agent.journalState == "writing" })
    #expect(waitUntil("everything is published") { publisher.isAllAcknowledged })
    try agent.expectStored(1...publisher.count, inOrder: true)
    #expect(agent.account(received: publisher.count).stored == publisher.count)
    #expect(agent.stop() == 0)
  }

  private func fill(_ path: String) {
    let file = open(path, O_WRONLY | O_CREAT, 0o600)
    let zeros = [UInt8](repeating: 0, count: 4096)
    while Foundation.write(file, zeros, zeros.count) > 0 {}
    close(file)
  }

  @Test func startOnAFullDiskIsRefusedAndNamesThePlace() throws {
    let sandbox = try Sandbox.withBroker()
    let disk = sandbox.path("disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    guard try runToEnd("/usr/bin/mount", ["-t", "tmpfs", "-o", "size=1m", "crossdock-test", disk]).code == 0 else {
      print("skipped: a small file system cannot be mounted here")
      return
    }
    defer { _ = try? runToEnd("/usr/bin/umount", ["-l", disk]) }
    let agent = try LoneAgent(
      sandbox, dataDirectory: disk + "/data", extra: LoneAgent.connection(sandbox) + LoneAgent.feed())
    try FileManager.default.createDirectory(atPath: disk + "/data", withIntermediateDirectories: true)
    fill(disk + "/filler")
    let refused = try agent.runRefused()
    #expect(refused.code == 73, "\(refused.errors)")
    #expect(refused.errors.contains(disk + "/data"), "\(refused.errors)")
    #expect(refused.errors.contains("space"), "\(refused.errors)")
  }

  // MARK: what is not there

  @Test func missingBrokerIsNoErrorAndConnectedToWhenItComes() throws {
    let sandbox = try Sandbox.withBroker()
    let agent = try plainAgent(sandbox)
    sandbox.stopBroker()
    try agent.start()
    #expect(waitUntil("the agent says why") { agent.lastError()?.contains("refused") == true })
    #expect(agent.child?.isRunning == true)
    try sandbox.startBroker()
    try #require(waitUntil("the agent is connected") { agent.isConnected })
    try sandbox.publishNumbers(1...5)
    try agent.expectStored(1...5, inOrder: true)
  }

  @Test func portInUseIsNamedByCentral() throws {
    let sandbox = try Sandbox.withBroker()
    let result = try runToEnd(
      "crossdock-central", ["run", "--data", sandbox.path("central"), "--listen", "127.0.0.1:\(sandbox.brokerPort)"])
    #expect(result.code == 69)
    #expect(result.errors.contains("port \(sandbox.brokerPort) is in use"), "\(result.errors)")
  }

  @Test func controlPortInUseIsNamedByTheAgent() throws {
    let sandbox = try Sandbox.withBroker()
    let refused = try plainAgent(sandbox, listen: "127.0.0.1:\(sandbox.brokerPort)").runRefused()
    #expect(refused.code == 69)
    #expect(refused.errors.contains("port \(sandbox.brokerPort) is in use"), "\(refused.errors)")
  }

  @Test func configurationThatCannotBeReadIsRefused() throws {
    let sandbox = try Sandbox()
    let missing = try runToEnd("crossdock", ["run", "--config", sandbox.path("none.conf")])
    #expect(missing.code == 78)
    #expect(missing.errors.contains(sandbox.path("none.conf")))
    let folder = try runToEnd("crossdock", ["run", "--config", sandbox.folder])
    #expect(folder.code == 78)
    let broken = try sandbox.write("broken.conf", "[agent]\nid = \"a\"\ndata_dir = \n")
    let syntax = try runToEnd("crossdock", ["run", "--config", broken])
    #expect(syntax.code == 78)
    #expect(syntax.errors.contains("\(broken):3:"), "\(syntax.errors)")
  }

  // MARK: the end, and the service manager

  @Test(arguments: [SIGTERM, SIGINT])
  func stopSignalCommitsWhatWasReadAndEndsWithZero(signal: Int32) throws {
    let sandbox = try Sandbox.withBroker()
    let agent = try plainAgent(sandbox)
    try agent.startConnected()
    let publisher = try LoadPublisher(
      port: sandbox.brokerPort, name: "load", topic: { _ in "site/asset-1/numbers" }, payload: { "{\"n\":\($0)}" })
    try publisher.run(perSecond: 2000, seconds: 0.5)
    #expect(agent.stop(signal) == 0)
    #expect(!FileManager.default.fileExists(atPath: agent.dataDirectory + "/control.addr"))
    try publisher.run(perSecond: 2000, seconds: 0.2)
    #expect(waitUntil("everything is published") { publisher.isAllAcknowledged })
    try agent.startConnected()
    try agent.expectStored(1...publisher.count, inOrder: true)
    #expect(agent.counters().dropped["redelivered"] == 0, "what was stored was acknowledged before the end")
  }

  @Test func serviceManagerHearsReadyWatchdogAndStopping() throws {
    let sandbox = try Sandbox.withBroker()
    let agent = try plainAgent(sandbox)
    let manager = try NotifySocket(path: sandbox.path("notify"))
    try agent.start(environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "2000000"])
    #expect(manager.receive()?.hasPrefix("READY=1") == true)
    #expect(manager.receive("WATCHDOG=1"))
    #expect(manager.receive("WATCHDOG=1"))
    agent.child?.send(SIGTERM)
    #expect(manager.receive("STOPPING=1"))
    #expect(agent.child?.wait() == 0)
  }
}
