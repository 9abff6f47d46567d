import CommandSyntax
import Glibc
import Platform
import PluginBundles
import Records

/// `crossdock plugin pack`: a plugin's folder as one file.
struct PluginPackCommand: Command {
  static let syntax = CommandSyntax(
    name: "plugin pack", summary: "make a bundle of a plugin's folder",
    discussion: """
      Runs the command of [build] in plugin.toml, then writes NAME-VERSION.cdp: a tar.zst of the folder whose first file, \
      manifest.json, has the hashes of all others, the capabilities and the limits. Hidden files, objects, bundles and what [bundle] \
      excludes are left out. The same files give the same bytes; the time in the manifest is the newest of the files', or \
      $SOURCE_DATE_EPOCH. Prints the bundle's path.

      Exit codes: 0 done; 1 the build failed; 65 plugin.toml or a file cannot be packed; 73 the bundle cannot be written.
      """,
    positionals: [.init("DIR", help: "the plugin's folder, with plugin.toml")],
    options: [
      .init("-o", "FILE", help: "write this file instead of ./NAME-VERSION.cdp"),
      .init("--no-build", help: "pack what is there"),
    ],
    examples: ["crossdock plugin pack plugins/cold-chain-watch", "crossdock plugin pack . -o out/watch.cdp"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let file = try PluginFolderFile(arguments.positionals[0])
    if !arguments.has("--no-build") { try file.build() }
    let (files, newest) = try PluginFolder.files(
      of: file.folder, artefact: file.manifest.artefact, exclude: file.manifest.bundleExclude)
    let bundle = try PluginBundle(plugin: file.manifest, files: files, createdNs: try sourceDate() ?? newest)
    let bytes = try bundle.encoded()
    let path = arguments.value("-o") ?? PluginBundle.fileName(of: file.manifest)
    try Files.replace(path, with: bytes, mode: 0o644)
    let unpacked = bundle.files.reduce(0) { $0 + $1.bytes.count }
    Terminal.writeError(
      "\(file.manifest.name) \(file.manifest.version): \(bundle.files.count) files, \(TextTable.bytes(unpacked)); "
        + "bundle \(TextTable.bytes(bytes.count))\n")
    Terminal.write("\(path)\n")
    return .success
  }

  /// Of reproducible-builds.org.
  private static func sourceDate() throws(CrossdockError) -> Int64? {
    guard let value = getenv("SOURCE_DATE_EPOCH") else { return nil }
    guard let seconds = Int64(String(cString: value)), (0...9_000_000_000).contains(seconds) else {
      throw CrossdockError(
        "pack the plugin", at: "$SOURCE_DATE_EPOCH", reason: "it is no number of seconds", exitCode: .wrongUsage)
    }
    return seconds * 1_000_000_000
  }
}
