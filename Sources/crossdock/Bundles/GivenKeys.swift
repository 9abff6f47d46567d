import CommandSyntax
import Platform
import PluginBundles
import Records

/// The keys that a verification holds a signature against: `--key`, or those of agent.conf.
enum GivenKeys {
  static let options: [CommandSyntax.Option] = [
    .init("--key", "KEY", help: "a public key, or its file; may be repeated", isRepeated: true),
    .init("--config", "FILE", help: "the agent's configuration, with its trust_keys"),
  ]

  /// - Parameter configured: takes the trust of the right section.
  static func trust(
    _ arguments: ParsedArguments, noun: String, configured: (StorePlace) -> TrustCheck
  ) throws(CrossdockError) -> TrustCheck {
    let given = arguments.values("--key")
    if given.isEmpty {
      guard arguments.has("--config") else {
        throw CrossdockError(
          "verify the bundle", at: "--key", reason: "no key is given",
          hint: "--key FILE.pub, or --config with trust_keys", exitCode: .wrongUsage)
      }
      return configured(try StorePlace(arguments))
    }
    var keys: [MinisignPublicKey] = []
    for text in given {
      if let key = MinisignPublicKey(text: text) {
        keys.append(key)
      } else {
        keys.append(try MinisignPublicKey(file: try Files.readInput(text, limit: 4096), path: text))
      }
    }
    return TrustCheck(keys: keys, allowsUnsigned: false, noun: noun)
  }
}
