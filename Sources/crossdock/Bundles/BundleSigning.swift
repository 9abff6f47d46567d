import CommandSyntax
import Platform
import PluginBundles
import Records

/// What `plugin sign` and `model sign` do: a bundle's signature, or a new key.
enum BundleSigning {
  static let options: [CommandSyntax.Option] = [
    .init("--key", "FILE", help: "the secret key"),
    .init("--new-key", "FILE", help: "make a new key: FILE and FILE.pub"),
    .init("--no-password", help: "the new key has no password: its file alone signs"),
    PasswordPrompt.option,
  ]

  static func run<Manifest: CheckedContents>(
    _ arguments: ParsedArguments, _: Manifest.Type
  ) throws -> ExitCode {
    let command = "crossdock \(Manifest.noun) sign"
    let newKey = arguments.value("--new-key")
    if let newKey { try makeKey(newKey, arguments) }
    guard let path = arguments.positionals.first else {
      if newKey != nil { return .success }
      throw wrong("BUNDLE", "the argument is missing", hint: "\(command) BUNDLE --key FILE")
    }
    guard let keyPath = arguments.value("--key") ?? newKey else {
      throw wrong("--key", "it is missing", hint: "--new-key FILE makes one")
    }
    let file = try BundleFileOnDisk<Manifest>(path)
    let manifest = try file.decoded().manifest
    guard Files.exists(keyPath) else {
      throw CrossdockError(
        "sign the bundle", at: keyPath, reason: "there is no such key",
        hint: "\(command) --new-key \(keyPath) makes one, once", exitCode: .badInput)
    }
    let contents = try Files.readInput(keyPath, limit: 4096)
    let isSealed = try MinisignSecretKey.isSealed(file: contents, path: keyPath)
    let password = isSealed ? try PasswordPrompt.password(arguments, for: keyPath, isNew: false) : nil
    let key = try MinisignSecretKey(file: contents, path: keyPath, password: password)
    let name = String(path.split(separator: "/").last ?? "")
    guard !name.utf8.contains(where: { $0 < 0x20 }) else { throw wrong(path, "a control character in the file's name") }
    let timeNs = try BundleWriting.sourceDate(for: "sign the \(Manifest.noun)") ?? SystemClock().now().wallNs
    let comment =
      "name:\(manifest.name)\tversion:\(manifest.version)\tfile:\(name)\ttimestamp:\(timeNs / 1_000_000_000)"
    let signature = MinisignSignature(of: file.bytes, by: key, trustedComment: comment)
    try Files.replace(path + BundleFormat.signatureExtension, with: Array(signature.fileText.utf8), mode: 0o644)
    Terminal.writeError("\(manifest.name) \(manifest.version): signed with key \(key.number)\n")
    Terminal.write("\(path)\(BundleFormat.signatureExtension)\n")
    return .success
  }

  private static func makeKey(_ path: String, _ arguments: ParsedArguments) throws(CrossdockError) {
    for file in [path, path + ".pub"] where Files.exists(file) {
      throw wrong(file, "it is there already", hint: "a key that is lost cannot be replaced: choose another name")
    }
    let key = MinisignSecretKey.generate()
    let password =
      arguments.has("--no-password") ? nil : try PasswordPrompt.password(arguments, for: path, isNew: true)
    try Files.replace(path, with: Array(try key.fileText(password: password).utf8), mode: 0o600)
    try Files.replace(path + ".pub", with: Array(key.publicKey.fileText.utf8), mode: 0o644)
    Terminal.writeError("key \(key.number): \(path) is the secret, \(path).pub is for \"trust_keys\"\n")
    Terminal.write("\(key.publicKey.text)\n")
  }

  private static func wrong(_ place: String, _ reason: String, hint: String = "") -> CrossdockError {
    CrossdockError("sign the bundle", at: place, reason: reason, hint: hint, exitCode: .wrongUsage)
  }
}
