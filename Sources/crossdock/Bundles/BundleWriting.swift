import CommandSyntax
import Glibc
import Platform
import PluginBundles
import Records

/// What `plugin pack` and `model pack` end with: the bundle as a file.
enum BundleWriting {
  static let output = CommandSyntax.Option(
    "-o", "FILE", help: "write this file instead of ./NAME-VERSION and the extension")

  static func write<Manifest>(_ bundle: FileBundle<Manifest>, _ arguments: ParsedArguments) throws(CrossdockError) {
    let bytes = try bundle.encoded()
    let path = arguments.value(output.name) ?? bundle.fileName
    try Files.replace(path, with: bytes, mode: 0o644)
    let unpacked = bundle.files.reduce(0) { $0 + $1.bytes.count }
    Terminal.writeError(
      "\(bundle.manifest.name) \(bundle.manifest.version): \(bundle.files.count) files, \(TextTable.bytes(unpacked)); "
        + "bundle \(TextTable.bytes(bytes.count))\n")
    Terminal.write("\(path)\n")
  }

  /// Of reproducible-builds.org.
  static func sourceDate(for action: String) throws(CrossdockError) -> Int64? {
    guard let value = getenv("SOURCE_DATE_EPOCH") else { return nil }
    guard let seconds = Int64(String(cString: value)), (0...9_000_000_000).contains(seconds) else {
      throw CrossdockError(
        action, at: "$SOURCE_DATE_EPOCH", reason: "it is no number of seconds", exitCode: .wrongUsage)
    }
    return seconds * 1_000_000_000
  }
}
