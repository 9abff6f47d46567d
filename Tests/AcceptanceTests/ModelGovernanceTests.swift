import Foundation
import Testing

/// Trained models on a box, by the commands as an operator types them, with a real agent and a real broker.
@Suite(.serialized) struct GovernedModelAcceptanceTests {
  private typealias Version = ModelFixture.Version
  private static let rolledBack = ["active": "2.0.0", "previous": "3.0.0"]

  /// One life under load: v1, v2 in shadow, compared, promoted; v3 that has learned from other data is promoted from a topic and sent back by
  /// itself. Meanwhile every message is stored once, and every record has its verdict once, in order, whatever version gave it.
  @Test func installShadowPromoteAndRollbackUnderLoadLeaveNoGap() throws {
    let fixture = try ModelFixture()
    let first = try fixture.bundle(Version(number: "1.0.0"))
    let second = try fixture.bundle(
      Version(number: "2.0.0", leaves: (10, 21), rules: ",\"agreement\":{\"within\":0.5},\"compare_every\":200"))
    let third = try fixture.bundle(
      Version(
        number: "3.0.0", leaves: (11, 22), rules: ",\"rollback\":{\"window\":300,\"psi\":0.25}",
        trainedBetween: 500...900))
    #expect(try fixture.onBox("install", first).output.contains("1.0.0: installed, active, signed with key"))
    try fixture.startAgent()
    let publisher = try LoadPublisher(
      port: fixture.agent.sandbox.brokerPort, name: "load", topic: { "site/asset-\($0 % 10)/numbers" },
      payload: { "{\"n\":\($0),\"v\":\(($0 * 37) % 101)}" })
    let commander = try LoadPublisher(
      port: fixture.agent.sandbox.brokerPort, name: "commander", topic: { _ in "site/commands" },
      payload: { _ in
        "{\"command\":\"promote\",\"model\":\"load-guess\",\"version\":\"3.0.0\",\"reason\":\"from the topic\"}"
      })
    // Commands run beside the load, one after the other.
    var step = 0
    var failures: [String] = []
    func command(_ words: String...) throws {
      let answer = try runToEnd("crossdock", ["model"] + words + ["--config", fixture.configuration])
      if answer.code != 0 { failures.append("\(words): \(answer.errors)") }
    }
    var last = 0.0
    var compared = ""
    var replayed: (versions: [String], errors: String) = ([], "")
    try publisher.run(perSecond: 800, atLeastSeconds: 4, until: { step == 6 }) { gone in
      guard gone > last + 0.5 else { return }
      switch step {
      case 0: try command("install", second)
      case 1:
        // Once there is something to compare.
        compared = try fixture.onBox("compare", "load-guess", "--json").output
        guard compared.contains("\"from\":\"1.0.0\",\"to\":\"2.0.0\"") else { return }
        try command("promote", "load-guess")
      case 2:
        // The store has 2.0.0 active, and a replay begins with the version that judged first.
        replayed = try replay(fixture)
        guard replayed.versions == ["1.0.0", "2.0.0"] else { return }
        try command("install", third)
      case 3: commander.publish()
      case 4:
        // Until there was enough for the new version's features to be seen as other ones.
        guard (try? fixture.stages()) == Self.rolledBack else { return }
      // And some more, for the version that is back.
      case 5: break
      default: return
      }
      (step, last) = (step + 1, gone)
    }
    #expect(failures == [])
    try expectEachOnceAndRolledBack(fixture, publisher)
    try expectEveryRecordHasItsVerdict(fixture, publisher.count)
    #expect(replayed.errors.contains("began with load-guess: 1.0.0 active\n"), "\(replayed.errors.suffix(1000))")
    try expectReplayNamesTheVersionThatIsGone(fixture)
    try expectComparisonsOfBeforeAreNotThoseOfNow(fixture)
  }

  /// Of 1.0.0 with 2.0.0 at least one is stored. It is shown as of before, and not at all when another version is in shadow.
  private func expectComparisonsOfBeforeAreNotThoseOfNow(_ fixture: ModelFixture) throws {
    let before = try fixture.onBox("compare", "load-guess")
    #expect(before.code == 0)
    #expect(
      before.output.hasPrefix("no version is in shadow now, and 2.0.0 is active; the comparison is of before:\nactive ")
    )
    _ = fixture.agent.stopAgent()
    let fourth = try fixture.bundle(Version(number: "4.0.0", leaves: (10, 21)))
    #expect(try fixture.onBox("install", fourth).code == 0)
    let now = try fixture.onBox("compare", "load-guess")
    #expect(now.code == 1 && now.errors.contains("nothing was compared yet"), "\(now.output)\(now.errors)")
  }

  /// 1.0.0 is gone by now: what the replay begins with instead, it says.
  private func expectReplayNamesTheVersionThatIsGone(_ fixture: ModelFixture) throws {
    let (versions, errors) = try replay(fixture)
    #expect(versions == ["2.0.0"])
    for words in [
      "began with load-guess: 2.0.0 active, 3.0.0 previous", "version 1.0.0, which was active then, is gone",
    ] {
      #expect(errors.contains(words), "\(words): \(errors.suffix(1000))")
    }
  }

  /// The versions that have judged, one after the other.
  private func replay(_ fixture: ModelFixture) throws -> (versions: [String], errors: String) {
    let replayed = try runToEnd("crossdock", ["replay", "--model", "guesses", "--config", fixture.configuration])
    #expect(replayed.code == 0)
    var versions: [String] = []
    for line in replayed.output.split(separator: "\n") where line.contains("\"stream\":\"verdicts\"") {
      let said = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let model = (said?["body"] as? [String: Any])?["model"] as? [String: Any]
      let version = said?["said"] as? String == "gone" ? nil : model?["version"] as? String
      if let version, versions.last != version { versions.append(version) }
    }
    return (versions, replayed.errors)
  }

  private func expectEachOnceAndRolledBack(_ fixture: ModelFixture, _ publisher: LoadPublisher) throws {
    try #require(waitUntil("everything is published") { publisher.isAllAcknowledged })
    try #require(
      waitUntil("all have come and gone") {
        fixture.agent.received >= publisher.count && fixture.agent.hasArrived(publisher.count)
      }, "\(fixture.agent.received) of \(publisher.count)\n\(fixture.agent.agent?.log.suffix(4000) ?? "")")
    try #require(
      waitUntil("the store knows of the rollback") {
        (try? fixture.stages()) == Self.rolledBack
      }, "\((try? fixture.stages()) ?? [:])\n\(fixture.agent.agent?.log.suffix(4000) ?? "")")
    #expect(
      try fixture.events().filter { $0.kind != "comparison" }.map { "\($0.kind) \($0.to) by \($0.by)" }
        == ["promoted 2.0.0 by command", "promoted 3.0.0 by command", "rolled-back 2.0.0 by drift"])
    for (place, numbers) in [
      ("journal", try fixture.agent.journalNumbers()), ("central", try fixture.agent.centralNumbers()),
    ] {
      let account = fixture.agent.missingAndDouble(published: publisher.count, in: numbers)
      #expect(account.missing == 0 && account.double == 0, "\(place): \(account) of \(publisher.count)")
    }
    #expect(try fixture.agent.account().code == 0)
  }

  private func expectEveryRecordHasItsVerdict(_ fixture: ModelFixture, _ count: Int) throws {
    let verdicts = try fixture.bodies("verdicts")
    let sequences = verdicts.compactMap { ($0["sequence"] as? NSNumber)?.intValue }
    #expect(sequences == Array(1...count))
    let versions = verdicts.map { ($0["model"] as? [String: Any])?["version"] as? String ?? "none" }
    var order: [String] = []
    for version in versions where order.last != version { order.append(version) }
    #expect(order == ["1.0.0", "2.0.0", "3.0.0", "2.0.0"])
    print("\(count) records, verdicts by version: \(Dictionary(versions.map { ($0, 1) }, uniquingKeysWith: +))")
    // The features are warm in every version, from the first record on: the mean of the last three of the asset.
    var last: [String: [Double]] = [:]
    let values = try fixture.bodies("telemetry").map { ($0["v"] as? NSNumber)?.doubleValue ?? .nan }
    for (verdict, value) in zip(verdicts, values) {
      let asset = verdict["asset"] as? String ?? ""
      last[asset] = (last[asset, default: []] + [value]).suffix(3)
      let mean = (verdict["features"] as? [String: Any])?["v_mean"] as? Double ?? .nan
      let expected = last[asset, default: []].reduce(0, +) / Double(last[asset, default: []].count)
      guard (mean - expected).magnitude < 1e-9 else {
        Issue.record("\(verdict): expected a mean of \(expected)")
        return
      }
    }
  }

  /// Each with its reason and exit code; and a store that has nothing of it.
  @Test func whatMayNotBeInstalledIsRefusedWithItsReason() throws {
    let fixture = try ModelFixture()
    let sandbox = fixture.agent.sandbox
    let good = try fixture.bundle(Version(number: "1.1.0"))
    func refuse(_ path: String, _ code: Int32, _ reason: String) throws {
      let result = try fixture.onBox("install", path)
      #expect(result.code == code && result.errors.contains(reason), "\(path): \(result.code) \(result.errors)")
      #expect(result.output == "")
    }
    try refuse(try fixture.bundle(Version(number: "1.1.0"), sign: false), 1, "it has no signature")
    try refuse(try sandbox.write("text.cdm", "hello"), 65, "it is no bundle")
    var bytes = try Data(contentsOf: URL(filePath: good))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(filePath: sandbox.path("changed.cdm")))
    try FileManager.default.copyItem(atPath: good + ".minisig", toPath: sandbox.path("changed.cdm.minisig"))
    try refuse(sandbox.path("changed.cdm"), 1, "the signature does not fit")
    let other = sandbox.path("other.key")
    #expect(try fixture.model("sign", "--new-key", other, "--no-password").code == 0)
    let foreign = try fixture.bundle(Version(number: "1.2.0"), sign: false)
    #expect(try fixture.model("sign", foreign, "--key", other).code == 0)
    try refuse(foreign, 1, "which is not trusted")
    #expect(try fixture.stages() == [:])
    // Against an installed version.
    #expect(try fixture.onBox("install", good).code == 0)
    try refuse(try fixture.bundle(Version(number: "1.0.0")), 1, "it is older than the installed 1.1.0")
    let same = try fixture.bundle(Version(number: "1.1.0", leaves: (1, 2)), sign: false)
    #expect(try fixture.model("sign", same, "--key", sandbox.path("release.key")).code == 0)
    try refuse(same, 1, "this version is installed with other contents")
    #expect(try fixture.stages() == ["active": "1.1.0"])
  }

  /// A version that came without a signature when that was allowed: neither a command nor the running agent brings it back.
  @Test func versionWithoutASignatureDoesNotComeBackWhenThatIsNotAllowedAnyMore() throws {
    let fixture = try ModelFixture()
    let unsigned = try fixture.bundle(Version(number: "1.0.0"), sign: false)
    let signed = try fixture.bundle(Version(number: "1.1.0"))
    try fixture.rewrite { $0.replacingOccurrences(of: "[models]\n", with: "[models]\nallow_unsigned = true\n") }
    #expect(try fixture.onBox("install", unsigned).code == 0)
    #expect(try fixture.onBox("install", signed, "--active").code == 0)
    try fixture.rewrite { $0.replacingOccurrences(of: "allow_unsigned = true\n", with: "") }
    let answer = try fixture.onBox("rollback", ModelFixture.name)
    #expect(answer.code == 1 && answer.output.isEmpty)
    #expect(answer.errors.contains("it was installed without a signature, and allow_unsigned is false"), "\(answer)")
    #expect(try fixture.stages() == ["active": "1.1.0", "previous": "1.0.0"])
    try fixture.startAgent()
    try fixture.agent.sandbox.publish("site/commands", "{\"command\":\"rollback\",\"model\":\"\(ModelFixture.name)\"}")
    try #require(waitUntil("the command is answered") { fixture.agent.last("events") >= 1 })
    let kinds = try fixture.events().map(\.kind)
    #expect(!kinds.contains("rolled-back"), "\(kinds)")
    #expect(try fixture.stages()["active"] == "1.1.0")
    try fixture.rewrite { $0.replacingOccurrences(of: "[models]\n", with: "[models]\nallow_unsigned = true\n") }
    #expect(try fixture.onBox("rollback", ModelFixture.name).code == 0)
    #expect(try fixture.stages() == ["active": "1.0.0", "previous": "1.1.0"])
  }

  /// What pack would not make, made by hand: somebody else's tool may.
  @Test func bundlesThatDoNotFitThemselvesAreNotPacked() throws {
    let fixture = try ModelFixture()
    func refuse(_ version: Version, _ file: String, _ old: String, _ new: String, _ code: Int32, _ reason: String)
      throws
    {
      let folder = try fixture.folder(version)
      #expect(try fixture.model("pack", folder, "--fill", "-o", fixture.agent.sandbox.path("x.cdm")).code == 0)
      let path = "\(folder)/\(file)"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text.contains(old), "\(file): \(text)")
      try Data(text.replacing(old, with: new).utf8).write(to: URL(filePath: path))
      let result = try fixture.model("pack", folder, "-o", fixture.agent.sandbox.path("x.cdm"))
      #expect(result.code == code && result.errors.contains(reason), "\(result.code) \(result.errors)")
    }
    let version = Version(number: "1.0.0")
    try refuse(version, "golden/output.csv", "20.0", "20.5", 1, "golden case 4, point: 20.0, expected 20.5")
    try refuse(version, "features.json", "\"count\":3", "\"count\":4", 65, "its hash is ")
    try refuse(version, "model.json", "\"lightgbm\"", "\"pickle\"", 65, "the format \"pickle\" is not known")
    try refuse(version, "tree.txt", "num_leaves=2", "num_leaves=3", 65, "tree.txt")
  }

  /// A file of the active version is damaged on the disk: the agent goes back to the version before at the next start, by itself.
  @Test(arguments: [("tree.txt", "leaf_value=10"), ("manifest.json", "{")])
  func damagedActiveVersionGivesWayAtTheNextStart(file: String, damaged: String) throws {
    let fixture = try ModelFixture()
    #expect(try fixture.onBox("install", try fixture.bundle(Version(number: "1.0.0"))).code == 0)
    #expect(
      try fixture.onBox("install", try fixture.bundle(Version(number: "2.0.0", leaves: (10, 30))), "--active").code == 0
    )
    #expect(try fixture.stages() == ["active": "2.0.0", "previous": "1.0.0"])
    let path = fixture.agent.sandbox.path("data/models/load-guess/2.0.0/\(file)")
    try Data(String(contentsOfFile: path, encoding: .utf8).replacing(damaged, with: "leaf_value=99").utf8).write(
      to: URL(filePath: path))
    let shown = try fixture.onBox("show", ModelFixture.name)
    #expect(shown.code == 1 && shown.errors.contains("damaged: load-guess: 2.0.0: "), "\(shown)")
    #expect(shown.output.contains("active: load-guess 2.0.0, DAMAGED: "), "\(shown.output)")
    #expect(shown.output.contains("kept as the version before: load-guess 1.0.0, regression"), "\(shown.output)")
    #expect(shown.output.contains("rows not said") && shown.output.contains("VERSION"), "\(shown.output)")
    try fixture.startAgent()
    let publisher = try LoadPublisher(
      port: fixture.agent.sandbox.brokerPort, name: "load", topic: { _ in "site/a/numbers" },
      payload: { "{\"n\":\($0),\"v\":20}" })
    for _ in 0..<20 { publisher.publish() }
    try #require(waitUntil("all have come") { fixture.agent.received >= 20 })
    try #require(
      waitUntil("the store knows") { (try? fixture.stages())?["active"] == "1.0.0" },
      "\(fixture.agent.agent?.log.suffix(3000) ?? "")")
    #expect(try fixture.events().map(\.kind) == ["rolled-back"])
    let points = try fixture.bodies("verdicts").compactMap { ($0["verdict"] as? [String: Any])?["point"] as? Double }
    #expect(points == Array(repeating: 10, count: 20))
    #expect(try fixture.onBox("list").code == 1)
    let explained = try runToEnd("crossdock", ["explain", "events:1", "--config", fixture.configuration])
    #expect(explained.code == 0, "\(explained.errors)")
    for words in ["rolled-back", "load-guess", "2.0.0", "1.0.0", "golden"] {
      #expect(explained.output.contains(words), "\(words): \(explained.output)")
    }
    #expect(!explained.output.contains("not said"), "\(explained.output)")
  }

  /// Commands that were posted to central come into the agent's stream once each and in order, whatever is killed meanwhile.
  @Test func commandsFromCentralArriveOnceThroughKillsAndPromote() throws {
    let fixture = try ModelFixture()
    try fixture.rewrite {
      $0.replacingOccurrences(of: "name = \"central\"\n", with: "name = \"central\"\ncommands = \"commands\"\n")
    }
    #expect(try fixture.onBox("install", try fixture.bundle(Version(number: "1.0.0"))).code == 0)
    #expect(try fixture.onBox("install", try fixture.bundle(Version(number: "2.0.0", leaves: (10, 30)))).code == 0)
    func post(_ body: String) throws -> String {
      try runToEnd(
        "/usr/bin/curl",
        [
          "-s", "-H", "Authorization: Bearer test-token-central", "--data-binary", body,
          "http://\(fixture.agent.centralAddress)/v1/agents/dock-7/commands",
        ]
      ).output.trimmingCharacters(in: .newlines)
    }
    #expect(try post("nonsense").contains("the body is no JSON object"))
    #expect(try post("{\"note\":1}") == "{\"number\":1}")
    try fixture.startAgent()
    var posted = 1
    for round in 0..<3 {
      for _ in 0..<5 {
        posted += 1
        #expect(try post("{\"note\":\(posted)}") == "{\"number\":\(posted)}")
      }
      if round == 1 {
        fixture.agent.stopCentral(signal: SIGKILL)
        try fixture.agent.startCentral()
      }
      fixture.agent.stopAgent(signal: SIGKILL)
      try fixture.startAgent()
      try #require(
        waitUntil("they have come") { (try? fixture.bodies("commands").count) == posted },
        "\(posted): \((try? fixture.bodies("commands").count) ?? -1)\n\(fixture.agent.agent?.log.suffix(3000) ?? "")")
    }
    let numbers = try fixture.bodies("commands").compactMap { ($0["note"] as? NSNumber)?.intValue }
    #expect(numbers == Array(1...posted))
    #expect(try post("{\"command\":\"promote\",\"model\":\"load-guess\"}").contains("number"))
    try #require(
      waitUntil("the model is promoted") { (try? fixture.stages())?["active"] == "2.0.0" },
      "\((try? fixture.bodies("events")) ?? [])\n\(fixture.agent.agent?.log.suffix(3000) ?? "")")
    #expect(try fixture.events().map { "\($0.kind) \($0.to) by \($0.by)" } == ["promoted 2.0.0 by command"])
  }
}
