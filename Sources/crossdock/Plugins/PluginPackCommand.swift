import CommandSyntax
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
      BundleWriting.output,
      .init("--no-build", help: "pack what is there"),
    ],
    examples: ["crossdock plugin pack plugins/cold-chain-watch", "crossdock plugin pack . -o out/watch.cdp"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let file = try PluginFolderFile(arguments.positionals[0])
    if !arguments.has("--no-build") { try file.build() }
    let (files, newest) = try BundleFolder.files(
      of: file.folder, noun: BundleManifest.noun, artefact: file.manifest.artefact,
      exclude: file.manifest.bundleExclude)
    let created = try BundleWriting.sourceDate(for: "pack the \(BundleManifest.noun)") ?? newest
    try BundleWriting.write(
      try PluginBundle(plugin: file.manifest, files: files, createdNs: created), arguments)
    return .success
  }
}
