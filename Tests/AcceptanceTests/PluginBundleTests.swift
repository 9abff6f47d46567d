import Foundation
import Seeded
import Testing

/// A plugin from its folder to the store of a box, by the commands as an operator types them; the real host runs its cases.
@Suite(.serialized) struct PluginBundleTests {
  private struct Box {
    let sandbox: Sandbox
    let configuration: String
    var store: String { sandbox.path("data/plugins") }

    init(extra: String = "") throws {
      sandbox = try Sandbox()
      configuration = sandbox.path("agent.conf")
      let key = try runToEnd(
        "crossdock", ["plugin", "sign", "--new-key", sandbox.path("release.key"), "--no-password"])
      #expect(key.code == 0, "\(key.errors)")
      _ = try sandbox.write(
        "agent.conf",
        """
        [agent]
        id = "dock-7"
        data_dir = "\(sandbox.path("data"))"
        [plugins]
        trust_keys = ["release.key.pub"]
        \(extra)
        """)
    }

    func plugin(_ words: String...) throws -> (code: Int32, output: String, errors: String) {
      try runToEnd("crossdock", ["plugin"] + words)
    }

    /// A C model of the templates, in a version.
    func makePlugin(_ version: String = "0.1.0") throws -> String {
      let folder = sandbox.path("watch-\(version)")
      let made = try plugin("new", "watch", "--role", "model", "--language", "c", "--folder", folder)
      #expect(made.code == 0, "\(made.errors)")
      for file in ["plugin.toml", "plugin.c"] { try replace("\(folder)/\(file)", "\"0.1.0\"", "\"\(version)\"") }
      try allowTime(folder)
      return folder
    }

    /// A busy machine may keep a plugin waiting far longer than it takes, and no test here is about that.
    func allowTime(_ folder: String) throws {
      try replace("\(folder)/plugin.toml", "batch_ms = 1000", "batch_ms = 120000")
      try replace("\(folder)/plugin.toml", "start_ms = 5000", "start_ms = 120000")
    }

    func replace(_ path: String, _ old: String, _ new: String) throws {
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text.contains(old), "\(path)")
      try Data(text.replacing(old, with: new).utf8).write(to: URL(filePath: path))
    }

    /// Packed and signed.
    func makeBundle(_ folder: String, _ name: String = "bundle.cdp", sign: Bool = true) throws -> String {
      let path = sandbox.path(name)
      let packed = try plugin("pack", folder, "-o", path)
      #expect(packed.code == 0 && packed.output == "\(path)\n", "\(packed.errors)")
      if sign {
        let signed = try plugin("sign", path, "--key", sandbox.path("release.key"))
        #expect(signed.code == 0, "\(signed.errors)")
      }
      return path
    }

    func install(_ path: String, _ more: String...) throws -> (code: Int32, output: String, errors: String) {
      try runToEnd("crossdock", ["plugin", "install", path, "--config", configuration] + more)
    }

    func installed() throws -> [[String: Any]] {
      let listed = try plugin("list", "--config", configuration, "--json")
      #expect(listed.code == 0, "\(listed.errors)")
      let document = try JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [String: Any]
      return document?["plugins"] as? [[String: Any]] ?? []
    }

    var version: String? {
      get throws { try installed().first?["version"] as? String }
    }

    /// Names in the store but the lock.
    func names() throws -> [String] {
      guard FileManager.default.fileExists(atPath: store) else { return [] }
      return try FileManager.default.contentsOfDirectory(atPath: store).filter { $0 != ".lock" }.sorted()
    }
  }

  @Test func pluginGoesFromItsFolderIntoUseAndBack() throws {
    let box = try Box()
    let first = try box.makeBundle(try box.makePlugin("0.1.0"), "first.cdp")
    let second = try box.makeBundle(try box.makePlugin("0.2.0"), "second.cdp")
    let verified = try box.plugin("verify", first, "--key", box.sandbox.path("release.key.pub"), "--json")
    #expect(
      verified.code == 0 && verified.output.contains("\"name\":\"watch\",\"version\":\"0.1.0\""), "\(verified.errors)")
    let installed = try box.install(first)
    #expect(installed.code == 0 && installed.errors.contains("ok    passes-the-limit"), "\(installed.errors)")
    #expect(installed.output.hasPrefix("watch 0.1.0: installed, signed with key "))
    #expect(try box.install(first).output == "watch 0.1.0 is installed already\n")
    #expect(try box.install(second).output.hasPrefix("watch 0.2.0: installed over 0.1.0"))
    #expect(try box.version == "0.2.0")
    let config = ["--config", box.configuration]
    #expect(
      try runToEnd("crossdock", ["plugin", "rollback", "watch"] + config).output
        == "watch: 0.1.0 is in use again, 0.2.0 is kept\n")
    #expect(try runToEnd("crossdock", ["plugin", "disable", "watch"] + config).output == "watch: disabled\n")
    #expect(try box.installed().first?["enabled"] as? Bool == false)
    #expect(try runToEnd("crossdock", ["plugin", "disable", "watch"] + config).output == "watch is disabled already\n")
    #expect(try runToEnd("crossdock", ["plugin", "enable", "watch"] + config).code == 0)
    for word in ["disable", "enable"] {
      let refused = try runToEnd("crossdock", ["plugin", word, "pick-routing"] + config)
      #expect(refused.code == 1 && refused.errors.contains("it is built into the agent"), "\(refused.errors)")
    }
    let removed = try runToEnd("crossdock", ["plugin", "remove", "watch"] + config)
    #expect(removed.output.hasPrefix("watch: removed version 0.2.0, 0.1.0, "))
    #expect(try box.names() == [])
    let missing = try runToEnd("crossdock", ["plugin", "rollback", "watch"] + config)
    #expect(missing.code == 1 && missing.errors.contains("no plugin of this name is installed"))
  }

  /// Each with its reason, its exit code, and a store that has nothing of it.
  @Test func whatMayNotBeInstalledIsRefusedWithItsReason() throws {
    let box = try Box()
    let folder = try box.makePlugin("0.2.0")
    let good = try box.makeBundle(folder, "good.cdp")
    func refuse(_ path: String, _ code: Int32, _ reason: String, _ more: String...) throws {
      let result = try runToEnd("crossdock", ["plugin", "install", path, "--config", box.configuration] + more)
      #expect(result.code == code && result.errors.contains(reason), "\(path): \(result.code) \(result.errors)")
      #expect(result.output == "")
    }
    try refuse(try box.makeBundle(folder, "unsigned.cdp", sign: false), 1, "it has no signature")
    try refuse(try box.sandbox.write("text.cdp", "hello"), 65, "it is no bundle")
    // A byte changed, in the bundle and in the signature.
    var bytes = try Data(contentsOf: URL(filePath: good))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(filePath: box.sandbox.path("changed.cdp")))
    try FileManager.default.copyItem(atPath: good + ".minisig", toPath: box.sandbox.path("changed.cdp.minisig"))
    try refuse(box.sandbox.path("changed.cdp"), 1, "the signature does not fit")
    // A signature that is cut short, or too large, is none.
    let signature = try Data(contentsOf: URL(filePath: good + ".minisig"))
    for wrong in [signature.prefix(100), signature + Data(repeating: 0x61, count: 1 << 20)] {
      try wrong.write(to: URL(filePath: box.sandbox.path("changed.cdp.minisig")))
      try refuse(box.sandbox.path("changed.cdp"), 65, "changed.cdp.minisig")
    }
    // Somebody else's key.
    let other = box.sandbox.path("other.key")
    #expect(try box.plugin("sign", "--new-key", other, "--no-password").code == 0)
    let foreign = try box.makeBundle(folder, "foreign.cdp", sign: false)
    #expect(try box.plugin("sign", foreign, "--key", other).code == 0)
    try refuse(foreign, 1, "which is not trusted")
    // Expired; a test case that fails here.
    try box.replace("\(folder)/plugin.toml", "license =", "expires = \"2020-01-31\"\nlicense =")
    try refuse(try box.makeBundle(folder, "expired.cdp"), 1, "it expired on 2020-01-31")
    try box.replace("\(folder)/plugin.toml", "expires = \"2020-01-31\"\n", "")
    let expected = "\(folder)/testcases/passes-the-limit/expected.ndjson"
    try box.replace(expected, "51.5", "52.5")
    let failing = try box.makeBundle(folder, "failing.cdp")
    try refuse(failing, 1, "1 of its 1 test cases failed on this machine")
    #expect(try box.install(failing).errors.contains("output 1, body.value: expected 52.5, found 51.5"))
    #expect(try box.names() == [])
    // Against an installed version.
    #expect(try box.install(good).code == 0)
    try box.replace(expected, "52.5", "51.5")
    try box.replace("\(folder)/README.md", "watch", "Watch")
    try refuse(try box.makeBundle(folder, "same.cdp"), 1, "this version is installed with other contents")
    let old = try box.makeBundle(try box.makePlugin("0.1.9"), "old.cdp")
    try refuse(old, 1, "it is older than the installed 0.2.0")
    #expect(try box.version == "0.2.0")
    #expect(try box.install(old, "--allow-downgrade").code == 0)
    #expect(try box.version == "0.1.9")
    #expect(try box.names() == ["watch"])
  }

  @Test func unsignedPluginNeedsTheSettingAndIsShown() throws {
    let box = try Box(extra: "allow_unsigned = true")
    let path = try box.makeBundle(try box.makePlugin(), "unsigned.cdp", sign: false)
    let installed = try box.install(path)
    #expect(
      installed.code == 0 && installed.output.hasPrefix("watch 0.1.0: installed, NOT SIGNED\n"), "\(installed.errors)")
    let listed = try box.plugin("list", "--config", box.configuration)
    #expect(listed.output.contains("UNSIGNED ones are allowed") && listed.output.contains("NOBODY"))
    #expect(listed.code == 0)
    // Whether all is well is in the exit code, too.
    _ = try box.sandbox.write("data/plugins/watch/0.1.0/README.md", "another\n")
    for more in [[], ["--json"]] {
      let damaged = try runToEnd("crossdock", ["plugin", "list", "--config", box.configuration] + more)
      #expect(damaged.code == 1 && damaged.output.contains(more.isEmpty ? "DAMAGED" : "README.md"), "\(damaged.errors)")
    }
  }

  /// Whatever of it is damaged, also what says which files it has.
  @Test(arguments: ["README.md", "manifest.json"]) func damagedVersionIsMendedByItsOwnBundle(_ file: String) throws {
    let box = try Box()
    let path = try box.makeBundle(try box.makePlugin(), "b.cdp")
    #expect(try box.install(path).code == 0)
    _ = try box.sandbox.write("data/plugins/watch/0.1.0/\(file)", "{")
    #expect(try box.plugin("list", "--config", box.configuration).code == 1)
    let mended = try box.install(path)
    #expect(mended.code == 0, "\(mended.errors)")
    #expect(try box.plugin("list", "--config", box.configuration).code == 0)
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/minisign"), "minisign is not installed"))
  func bundleSignedByMinisignIsInstalled() throws {
    let box = try Box()
    let path = try box.makeBundle(try box.makePlugin(), "b.cdp", sign: false)
    let signed = try runToEnd("/usr/bin/minisign", ["-S", "-s", box.sandbox.path("release.key"), "-m", path])
    #expect(signed.code == 0, "\(signed.errors)")
    #expect(try box.install(path).code == 0)
    let ours = try box.makeBundle(box.sandbox.path("watch-0.1.0"), "ours.cdp")
    let verified = try runToEnd("/usr/bin/minisign", ["-V", "-p", box.sandbox.path("release.key.pub"), "-m", ours])
    #expect(verified.code == 0, "\(verified.errors)")
  }

  /// The command killed at random moments, over and over: the version in use is the old one or the new one, whole, and nothing lies
  /// around after the next command.
  @Test func killedInstallLeavesTheOldVersionOrTheNewOne() throws {
    let seed = SeededNumbers.seed()
    var state = seed
    let box = try Box()
    let bundles = try ["0.1.0", "0.2.0"].map { try box.makeBundle(try box.makePlugin($0), "\($0).cdp") }
    #expect(try box.install(bundles[0]).code == 0)
    let start = Date()
    #expect(try box.install(bundles[1]).code == 0)
    var tookUs = UInt64(Date().timeIntervalSince(start) * 1_000_000)
    var (killed, round) = (0, 0)
    while killed < 10, round < 200 {
      round += 1
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let before = try #require(try box.version)
      let next = before == "0.1.0" ? bundles[1] : bundles[0]
      let child = try box.sandbox.start(
        "crossdock", ["plugin", "install", next, "--config", box.configuration, "--allow-downgrade"], log: "install.log"
      )
      usleep(UInt32((state >> 33) % (tookUs + tookUs / 8)))
      // It takes as long as the machine lets it.
      if child.isRunning { killed += 1 } else { tookUs = max(1000, tookUs * 3 / 4) }
      child.kill()
      // The list looks at every file's hash and exits with 1 when one is not right.
      let found = try #require(try box.installed().first, "round \(round)")
      let version = try #require(found["version"] as? String)
      #expect(["0.1.0", "0.2.0"].contains(version), "round \(round)")
      #expect(try box.plugin("enable", "watch", "--config", box.configuration).code == 0)
      #expect(try box.names() == ["watch"], "round \(round)")
    }
    #expect(killed == 10, "in \(round) rounds")
  }

  @Test func testShowsWhatDiffersAndForPrograms() throws {
    let box = try Box()
    let folder = try box.makePlugin()
    let passed = try box.plugin("test", folder)
    #expect(passed.code == 0 && passed.output.hasSuffix("watch 0.1.0: 1 of 1 cases passed\n"), "\(passed.errors)")
    try box.replace("\(folder)/testcases/passes-the-limit/expected.ndjson", "\"limit\":50", "\"limit\":\"*\"")
    #expect(try box.plugin("test", folder).code == 0)
    try box.replace("\(folder)/testcases/passes-the-limit/expected.ndjson", "pump-1", "pump-2")
    let failed = try box.plugin("test", folder)
    #expect(failed.code == 1 && failed.output.contains("output 1, source: expected \"pump-2\", found \"pump-1\""))
    let json = try box.plugin("test", folder, "--json")
    #expect(json.code == 1 && json.output.contains("\"passed\":false"))
    let other = try box.plugin("test", folder, "--case", "none")
    #expect(other.code == 64 && other.errors.contains("there are: passes-the-limit"))
    // A program: a Python decoder.
    let decoder = box.sandbox.path("decoder")
    #expect(try box.plugin("new", "lines", "--role", "decoder", "--language", "python", "--folder", decoder).code == 0)
    try box.allowTime(decoder)
    let tested = try box.plugin("test", decoder)
    #expect(tested.code == 0, "\(tested.output)\(tested.errors)")
    try box.replace("\(decoder)/testcases/good-and-bad-lines/expected.ndjson", "\"rejected\":1", "\"rejected\":0")
    let wrong = try box.plugin("test", decoder)
    #expect(wrong.code == 1 && wrong.output.contains("record 0: expected to be rejected, and was not"))
    #expect(wrong.output.contains("record 1: rejected, which is not expected: "))
    try box.replace("\(decoder)/plugin.toml", "role = \"decoder\"", "role = \"decoder\"\nsumary = \"x\"")
    let broken = try box.plugin("test", decoder)
    #expect(
      broken.code == 65 && broken.errors.contains("unknown key \"sumary\" in plugin.toml; did you mean \"summary\"?"))
  }

  /// As the agent would refuse it, in its words; a stream that is said to hold bytes takes any.
  @Test func testRefusesABodyThatTheAgentWouldRefuse() throws {
    let box = try Box()
    let folder = try box.makePlugin()
    try box.replace("\(folder)/plugin.c", #"{\"value\":%.10g"#, "{value:%.10g")
    let testCase = "watch-0.1.0/testcases/passes-the-limit"
    _ = try box.sandbox.write("\(testCase)/expected.ndjson", "{\"body\":\"*\"}\n")
    let refused = try box.plugin("test", folder)
    #expect(
      refused.code == 1
        && refused.output.contains(
          "output 1: refused: its body is not JSON: byte 1: expected a key in double quotes: "),
      "\(refused.output)\(refused.errors)")
    _ = try box.sandbox.write(
      "\(testCase)/case.json",
      """
      {"streams":[{"name":"temperature","columns":["value"]},{"name":"alerts","raw":true}],"writes":["alerts"]}
      """)
    let passed = try box.plugin("test", folder)
    #expect(passed.code == 0, "\(passed.output)\(passed.errors)")
  }

  /// A feed and an uplink, whose effects are outputs of their own and files.
  @Test func feedAndUplinkAreTestedByWhatTheyDo() throws {
    let box = try Box()
    let uplink = box.sandbox.path("drop")
    #expect(try box.plugin("new", "drop", "--role", "uplink", "--language", "c", "--folder", uplink).code == 0)
    try box.allowTime(uplink)
    _ = try box.sandbox.write(
      "drop/testcases/one/input.ndjson",
      "{\"stream\":\"s\",\"source\":\"a\",\"time\":\"2026-01-01T00:00:00Z\",\"body\":{\"v\":1}}\n")
    _ = try box.sandbox.write("drop/testcases/one/case.json", "{\"expected_files\":{\"*\":\"wanted.txt\"}}")
    _ = try box.sandbox.write("drop/testcases/one/wanted.txt", "nothing of the kind\n")
    let differs = try box.plugin("test", uplink)
    #expect(
      differs.code == 1 && differs.output.contains("file *, line 1: expected \"nothing of the kind\", found"),
      "\(differs.output)\(differs.errors)")
  }
}
