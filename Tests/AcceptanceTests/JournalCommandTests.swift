import Foundation
import SQLite
import Testing

/// The journal's tools as an operator runs them, beside a running agent and without one.
@Suite(.serialized) struct JournalCommandTests {
  private func json(_ text: String) -> [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
  }

  private func tool(_ fixture: AgentFixture, _ words: String...) throws -> (code: Int32, output: String, errors: String)
  {
    try runToEnd("crossdock", ["journal"] + words)
  }

  private func number(_ value: Any?) -> Int { (value as? NSNumber)?.intValue ?? -1 }

  /// An agent that has stored some thousand messages while central was away.
  private func agentWithABacklog(
    _ count: Double = 3, padding: @escaping () -> String = { "" }
  ) throws -> (AgentFixture, LoadPublisher) {
    let fixture = try AgentFixture()
    fixture.stopCentral()
    try fixture.startAgent()
    #expect(waitUntil("the agent is connected", { fixture.isConnected }))
    let publisher = try LoadPublisher(
      port: fixture.sandbox.brokerPort, name: "load", topic: { "site/asset-\($0 % 10)/numbers" },
      payload: { "{\"n\":\($0),\"v\":\(Double($0 % 100) / 10),\"pad\":\"\(padding())\"}" })
    try publisher.run(perSecond: 3000, seconds: count)
    #expect(waitUntil("everything is stored", { fixture.received >= publisher.count }))
    return (fixture, publisher)
  }

  @Test func inspectVerifyAndExportWorkBesideARunningAgentAndTheOthersRefuse() throws {
    let (fixture, publisher) = try agentWithABacklog(1)
    let data = fixture.sandbox.path("data")
    let inspect = try tool(fixture, "inspect", "--config", fixture.configuration, "--json")
    #expect(inspect.code == 0, "\(inspect.errors)")
    let found = json(inspect.output)
    #expect(found["agent"] as? String == "dock-7")
    let stream = (found["streams"] as? [[String: Any]])?.first { $0["name"] as? String == "telemetry" }
    #expect(number(stream?["records"]) == publisher.count)
    let table = try tool(fixture, "inspect", data)
    #expect(table.code == 0)
    #expect(table.output.contains("telemetry"))
    let verify = try tool(fixture, "verify", data, "--json")
    #expect(verify.code == 0, "\(verify.output)")
    #expect(json(verify.output)["ok"] as? Bool == true)
    let out = fixture.sandbox.path("out.segments")
    let export = try tool(fixture, "export", "\(data)/journal.db", "--stream", "telemetry", "--out", out)
    #expect(export.code == 0, "\(export.errors)")
    #expect(export.output.isEmpty)
    for (command, operation) in [("repair", "repair"), ("compact", "compact")] {
      let refused = try tool(fixture, command, data)
      #expect(refused.code == 1)
      let pid = try #require(fixture.agent?.pid)
      #expect(
        refused.errors
          == """
          crossdock: cannot \(operation) the journal: \(data): the agent runs: its folder is already in use by process \(pid)
            hint: stop it first; inspect, verify and export work beside it

          """)
    }
    fixture.stopAgent()
    #expect(try tool(fixture, "compact", data).code == 0)
    let mode = try FileManager.default.attributesOfItem(atPath: "\(data)/journal.db")[.posixPermissions] as? NSNumber
    #expect(mode?.intValue == 0o600)
    #expect(try tool(fixture, "repair", "--config", fixture.configuration).output.hasSuffix("; nothing was changed\n"))
  }

  @Test func importTwiceGivesCentralEveryRecordOnce() throws {
    let (fixture, publisher) = try agentWithABacklog(1)
    fixture.stopAgent()
    try fixture.startCentral()
    let data = fixture.sandbox.path("data")
    let out = fixture.sandbox.path("out.segments")
    #expect(try tool(fixture, "export", data, "--out", out).code == 0)
    let url = "http://\(fixture.centralAddress)"
    let token = fixture.sandbox.path("central.token")
    let first = try tool(fixture, "import", out, "--to", url, "--token-file", token)
    #expect(first.code == 0, "\(first.errors)")
    #expect(first.output.hasSuffix("records, \(publisher.count) new at central\n"), "\(first.output)")
    let second = try tool(fixture, "import", out, "--to", url + "/", "--token-file", token)
    #expect(second.code == 0, "\(second.errors)")
    #expect(second.output.hasSuffix("records, 0 new at central\n"), "\(second.output)")
    #expect(try Set(fixture.centralNumbers()) == Set(1...publisher.count))
    // The agent goes on where the file ended: central's watermark tells it so.
    try fixture.startAgent()
    #expect(waitUntil("the uplink is done", { fixture.hasArrived(publisher.count) }))
    let account = try fixture.account()
    #expect(account.code == 0, "\(account.line)")
    #expect(try fixture.centralNumbers().count == publisher.count)
  }

  @Test func importSaysWhatCentralLacksAndWhatIsWrong() throws {
    let (fixture, _) = try agentWithABacklog(1)
    fixture.stopAgent()
    try fixture.startCentral()
    let out = fixture.sandbox.path("out.segments")
    let data = fixture.sandbox.path("data")
    let url = "http://\(fixture.centralAddress)"
    let token = fixture.sandbox.path("central.token")
    #expect(try tool(fixture, "export", data, "--stream", "telemetry", "--since", "101", "--out", out).code == 0)
    let ahead = try tool(fixture, "import", out, "--to", url, "--token-file", token)
    #expect(ahead.code == 1)
    #expect(
      ahead.errors
        == "telemetry: the rest was not sent: central lacks 1-100, which comes before it and is in none of the files\n")
    let noToken = try tool(fixture, "import", out, "--to", url)
    #expect(noToken.code == 78)
    #expect(noToken.errors.contains("it answers 401"))
    fixture.stopCentral()
    let away = try tool(fixture, "import", out, "--to", "http://127.0.0.1:1", "--token-file", token)
    #expect(away.code == 69)
    try Data("no segments".utf8).write(to: URL(fileURLWithPath: out))
    let bad = try tool(fixture, "import", out, "--to", url)
    #expect(bad.code == 65)
    #expect(
      bad.errors
        == """
        crossdock: cannot read the segments: \(out): byte 0: 11 bytes are less than a header (byte 11 of the segment)
          hint: nothing was imported; copy the file again, or export again

        """)
    #expect(try tool(fixture, "import", out).code == 64)
    #expect(try tool(fixture, "repair", fixture.sandbox.path("elsewhere/journal.db")).code == 69)
    #expect(try tool(fixture, "repair", out).code == 64)
    #expect(try tool(fixture, "export", data, "--stream", "telemetri").code == 65)
    #expect(try tool(fixture, "export", data, "--since", "yesterday").code == 64)
  }

  @Test func restoredJournalIsAnAgentsNextLife() throws {
    let (fixture, publisher) = try agentWithABacklog(1)
    fixture.stopAgent()
    let data = fixture.sandbox.path("data")
    let out = fixture.sandbox.path("out.segments")
    #expect(try tool(fixture, "export", data, "--out", out).code == 0)
    let taken = try tool(fixture, "import", out, "--data", data)
    #expect(taken.code == 73)
    try FileManager.default.removeItem(atPath: data)
    let restore = try tool(fixture, "import", out, "--data", data)
    #expect(restore.code == 0, "\(restore.errors)")
    #expect(try tool(fixture, "verify", data).code == 0)
    try fixture.startCentral()
    try fixture.startAgent()
    // What the broker still has of the backlog comes too.
    #expect(waitUntil("everything is at central", { (try? fixture.centralNumbers().count) ?? 0 >= publisher.count }))
    #expect(try fixture.centralNumbers() == Array(1...publisher.count))
    #expect(fixture.epoch?.hasPrefix("2-") == true)
    #expect(try fixture.account().code == 0)
  }

  /// A bit flips in a block while the agent runs and central is away: the agent finds it when it reads, and goes on behind it.
  @Test func blockThatIsDamagedUnderARunningAgentIsDeclaredAndTheRestArrives() throws {
    // Text that does not compress: what the agent has in its cache, it could write anew.
    let (fixture, publisher) = try agentWithABacklog {
      (0..<16).map { _ in String(UInt64.random(in: 0...UInt64.max), radix: 36) }.joined()
    }
    let data = fixture.sandbox.path("data")
    // Until it lies in a segment, and the segment in the database: the write-ahead log is moved now and then.
    let middle = publisher.count / 2
    var flipped: ClosedRange<Int>?
    for _ in 0..<60 where flipped == nil {
      try publisher.run(perSecond: 4000, seconds: 1)
      flipped = try flipBlock(data, with: middle)
    }
    let range = try #require(flipped)
    #expect(waitUntil("everything is stored", { fixture.received >= publisher.count }))
    try fixture.startCentral()
    #expect(
      waitUntil("the uplink is done", { fixture.hasArrived(publisher.count - range.count) }),
      "\(fixture.agent?.log ?? "")")
    let account = try fixture.account()
    #expect(account.code == 0, "\(account.line)")
    let missing = Set(1...publisher.count).subtracting(try fixture.centralNumbers())
    #expect(missing.count == range.count)
    let tombstones = try runToEnd("crossdock", ["export", "_tombstones", "--config", fixture.configuration])
    #expect(
      tombstones.output.contains(
        "\"stream\":\"telemetry\",\"first\":\(range.lowerBound),\"last\":\(range.upperBound),\"count\":\(range.count),\"reason\":\"damaged\""
      ), "\(tombstones.output)")
    #expect(try tool(fixture, "verify", data).code == 0)
    let inspect = json(try tool(fixture, "inspect", data, "--json").output)
    let stream = (inspect["streams"] as? [[String: Any]])?.first { $0["name"] as? String == "telemetry" }
    #expect(number(stream?["missing"]) == range.count)
    // Central has it as declared, not as missing.
    #expect(account.line.contains(" 0 missing, 0 double"))
  }

  /// Flips a bit of the block of a telemetry segment, in the file itself, as a disk would.
  private func flipBlock(_ data: String, with sequence: Int) throws -> ClosedRange<Int>? {
    let path = "\(data)/journal.db"
    guard let (range, head) = try block(path, with: sequence) else { return nil }
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    defer { try? file.close() }
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    // The part of the block that lies in the page of its row.
    guard let place = bytes.range(of: head) else { return nil }
    try file.seek(toOffset: UInt64(place.lowerBound + 200))
    try file.write(contentsOf: Data([head[200] ^ 0x10]))
    // It may have been a page that is free by now, or one that a reader takes from the write-ahead log.
    guard let now = try block(path, with: sequence), now.range == range, now.head != head else { return nil }
    return range
  }

  /// Of a telemetry segment, read anew: what a connection has read before, it keeps.
  private func block(_ path: String, with sequence: Int) throws -> (range: ClosedRange<Int>, head: Data)? {
    let database = try SQLiteConnection(path: path, mode: .readOnly)
    let row = try database.prepare(
      """
      SELECT key & 0xFFFFFFFFFFFF, last, substr(block, 1, 400) FROM segment WHERE last >= \(sequence)
      AND key >> 48 = (SELECT id FROM stream WHERE name = 'telemetry') ORDER BY key LIMIT 1
      """)
    guard try row.step() else { return nil }
    return (Int(row.integer(0))...Int(row.integer(1)), Data(row.bytes(2)))
  }
}
