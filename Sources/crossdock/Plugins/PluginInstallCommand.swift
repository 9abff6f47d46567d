import CommandSyntax
import Configuration
import Logging
import Platform
import PluginBundles
import PluginCases
import Records

/// `crossdock plugin install`: a bundle checked, tried and taken into use, or nothing.
struct PluginInstallCommand: Command {
  static let syntax = CommandSyntax(
    name: "plugin install", summary: "check a bundle, run its test cases, and take it into use",
    discussion: """
      Refuses what is not signed with a key of "trust_keys" in [plugins], what has expired, what is older than the installed version, and \
      what has the installed version's number and other contents. Runs the bundle's own test cases in the real host, confined, before it \
      goes live. Refuses, too, whose options do not fit agent.conf. Then the running agent takes it up without a restart. A power cut at any moment leaves the old version or the new \
      one. The version before is kept for `plugin rollback`.

      Exit codes: 0 installed; 1 refused, with the reason, or the agent would not take it up; 65 the file is no bundle; 73 the store cannot be \
      written; 78 bad agent.conf.
      """,
    positionals: [.init("BUNDLE", help: "the .cdp file; its signature is BUNDLE.minisig")],
    options: [
      ConfigurationFile.option,
      .init("--allow-downgrade", help: "an older version than the installed one is wanted"),
      StoreChange.option,
    ],
    examples: ["crossdock plugin install cold-chain-watch-1.2.0.cdp --config /etc/crossdock/agent.conf"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let place = try StorePlace(arguments)
    let file = try BundleFileOnDisk<BundleManifest>(arguments.positionals[0])
    let nowNs = SystemClock().now().wallNs
    let (bundle, verdict) = try file.checked(place.pluginTrust, nowNs: nowNs)
    let plugin = bundle.manifest.plugin
    guard try BuiltInPlugins.descriptors()[plugin.name] == nil else {
      throw refusal(plugin, "a plugin of this name is built into this program")
    }
    guard let standing = try install(bundle, verdict, in: place, arguments, nowNs: nowNs) else {
      Terminal.write("\(plugin.name) \(plugin.version) is installed already\n")
      return .success
    }
    Terminal.write(report(plugin, standing, verdict))
    if !place.configuration.models.contains(where: { $0.plugin == plugin.name }) { sayHowToUse(plugin, place) }
    // The store is not locked any more: an agent that goes back to the version before writes it down there.
    return try StoreChange.takeUp(place, arguments) ? .success : .failure
  }

  /// It is there and does nothing yet.
  private static func sayHowToUse(_ plugin: PluginManifest, _ place: StorePlace) {
    let sample = "\(place.pluginFolder)/\(plugin.name)/\(plugin.version)/sample.conf"
    Terminal.writeError(
      "no [[plugin]] of agent.conf uses it yet" + (Files.exists(sample) ? "; an example: \(sample)\n" : "\n"))
  }

  /// - Returns: nil when it was there already.
  private static func install(
    _ bundle: PluginBundle, _ verdict: TrustCheck.Verdict, in place: StorePlace, _ arguments: ParsedArguments,
    nowNs: Int64
  ) throws -> StoreStanding? {
    let plugin = bundle.manifest.plugin
    let store = try PluginStore(folder: place.pluginFolder)
    defer { withExtendedLifetime(store) {} }
    let standing = try store.standing(of: bundle)
    switch standing {
    case .downgrade(let from) where !arguments.has("--allow-downgrade"):
      throw refusal(plugin, "it is older than the installed \(from)", hint: "--allow-downgrade, if that is wanted")
    case .same where isAllThere(plugin.name, store): return nil
    default: break
    }
    let staged = try store.stage(bundle, key: verdict.key)
    let says: PluginStatement
    do {
      says = try tryOut(staged, store, place)
      // One that is disabled is judged when it is enabled.
      if try PluginStore.state(plugin.name, in: store.folder)?.isEnabled ?? true {
        try VersionFit.check(plugin, says, place, for: "install the plugin")
      }
    } catch {
      try store.discard(staged)
      throw error
    }
    try store.activate(staged, says: says, nowNs: nowNs)
    return standing
  }

  /// Whole, and with what it says of itself: an earlier build of this program has not written that down. One whose manifest cannot be read
  /// is not.
  private static func isAllThere(_ name: String, _ store: PluginStore) -> Bool {
    guard let plugin = try? store.plugin(name) else { return false }
    return plugin.damage().isEmpty && plugin.says != nil
  }

  /// The bundle's own test cases, on the files as they were staged.
  /// - Returns: what its process says of itself.
  private static func tryOut(
    _ staged: StagedBundle<BundleManifest>, _ store: PluginStore, _ place: StorePlace
  ) throws -> PluginStatement {
    let plugin = staged.manifest.plugin
    let scratch = try store.scratchFolder()
    defer { try? store.disk.removeTree(scratch) }
    let log = Logger(label: plugin.name) { StderrLogHandler(label: $0, level: .error) }
    let runner = try PluginCaseRunner(
      plugin, folder: staged.folder, hostPath: place.hostPath, scratch: scratch, log: log)
    let cases = try PluginCase.all(of: staged.folder, role: plugin.role)
    if cases.isEmpty { Terminal.writeError("\(plugin.name) has no test cases; it starts\n") }
    var failed = 0
    for testCase in cases {
      let result = try runner.run(testCase)
      Terminal.writeError(CaseReport.text(result))
      if !result.isPassed { failed += 1 }
    }
    if failed > 0 { throw refusal(plugin, "\(failed) of its \(cases.count) test cases failed on this machine") }
    let says = PluginStatement(plugin.role, runner.table)
    guard says.byteCount <= PluginStatement.maxBytes else {
      throw refusal(plugin, "its options and their texts take more than \(PluginStatement.maxBytes >> 10) KiB")
    }
    return says
  }

  private static func report(
    _ plugin: PluginManifest, _ standing: StoreStanding, _ verdict: TrustCheck.Verdict
  ) -> String {
    "\(plugin.name) \(plugin.version): \(standing.words), \(verdict.words)\n"
      + CapabilityText.lines(plugin.capabilities)
  }

  private static func refusal(_ plugin: PluginManifest, _ reason: String, hint: String = "") -> CrossdockError {
    CrossdockError("install the plugin", at: "\(plugin.name) \(plugin.version)", reason: reason, hint: hint)
  }
}
