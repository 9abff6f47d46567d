import CommandSyntax
import JSONText
import Platform
import PluginBundles
import Records

/// `crossdock plugin verify`: whether a bundle may be installed, and why not.
struct PluginVerifyCommand: Command {
  static let syntax = CommandSyntax(
    name: "plugin verify", summary: "check a bundle's signature, contents and expiry",
    discussion: """
      Holds the signature beside the bundle against the keys: those given, or "trust_keys" of agent.conf. Then every file against the \
      manifest, and the expiry against the clock. Installs nothing and runs nothing of it.

      Exit codes: 0 it may be installed; 1 it may not, with the reason; 65 the file is no bundle; 78 bad agent.conf.
      """,
    positionals: [.init("BUNDLE", help: "the .cdp file; its signature is BUNDLE.minisig")],
    options: GivenKeys.options + [.init("--json", help: "one JSON object")],
    examples: [
      "crossdock plugin verify watch-1.2.0.cdp --key release.key.pub",
      "crossdock plugin verify watch-1.2.0.cdp --config /etc/crossdock/agent.conf",
    ])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let trust = try GivenKeys.trust(arguments, noun: BundleManifest.noun) { $0.pluginTrust }
    let file = try BundleFileOnDisk<BundleManifest>(arguments.positionals[0])
    let (bundle, verdict) = try file.checked(trust, nowNs: SystemClock().now().wallNs)
    if arguments.has("--json") {
      Terminal.write(bytes: json(bundle, verdict) + [0x0A])
    } else {
      let plugin = bundle.manifest.plugin
      var text =
        "\(plugin.name) \(plugin.version), \(plugin.role == .uplink ? "an" : "a") \(plugin.role.rawValue): \(plugin.summary)\n"
      switch verdict {
      case .signed(let key, let comment): text += "signed with key \(key): \(comment)\n"
      case .unsigned: text += "NOT SIGNED; allow_unsigned is set\n"
      }
      text += "\(bundle.files.count) files, packed \(Timestamp.text(bundle.manifest.createdNs)), "
      text += plugin.expires.map { "to be installed until \($0)\n" } ?? "no expiry\n"
      Terminal.write(text + CapabilityText.lines(plugin.capabilities))
    }
    return .success
  }

  private static func json(_ bundle: PluginBundle, _ verdict: TrustCheck.Verdict) -> [UInt8] {
    let plugin = bundle.manifest.plugin
    var json = JSONWriter()
    json.object {
      $0.member("name", plugin.name)
      $0.member("version", plugin.version.text)
      $0.member("role", plugin.role.rawValue)
      $0.member("abi", plugin.abi)
      switch verdict {
      case .signed(let key, let comment):
        $0.member("signed_by", key)
        $0.member("trusted_comment", comment)
      case .unsigned: $0.member("signed_by", String?.none)
      }
      $0.member("created", Timestamp.text(bundle.manifest.createdNs))
      $0.member("expires", plugin.expires?.text)
      $0.member("files", bundle.files.count)
    }
    return json.bytes
  }
}
