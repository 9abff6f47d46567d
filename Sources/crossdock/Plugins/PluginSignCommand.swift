import CommandSyntax
import PluginBundles
import Records

/// `crossdock plugin sign`: a bundle's signature, or a new key.
struct PluginSignCommand: Command {
  static let syntax = CommandSyntax(
    name: "plugin sign", summary: "sign a bundle, or make a key to sign with",
    discussion: """
      Writes BUNDLE.minisig beside the bundle: Ed25519 over its BLAKE2b-512, in minisign's format, with name, version, file and time (now, or \
      $SOURCE_DATE_EPOCH) in the trusted comment. Keys are minisign's too: `minisign -V` accepts what is signed here, and a key that `minisign -G` made signs here. \
      `--new-key FILE` makes one: FILE is the secret, for whoever releases plugins; FILE.pub belongs into "trust_keys" of [plugins] on \
      the boxes.

      Exit codes: 0 done; 64 no password, or a file that is there already; 65 no bundle, no key, or a wrong password; 73 cannot write.
      """,
    positionals: [.init("BUNDLE", help: "the .cdp file", isRequired: false)],
    options: BundleSigning.options,
    examples: [
      "crossdock plugin sign --new-key release.key",
      "crossdock plugin sign cold-chain-watch-1.2.0.cdp --key release.key",
    ])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    try BundleSigning.run(arguments, BundleManifest.self)
  }
}
