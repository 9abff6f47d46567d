import CLinux
import CommandSyntax
import Configuration
import Glibc
import Platform
import Records

/// A plugin's folder as `plugin pack` and `plugin test` get it: plugin.toml read, its artefact built.
struct PluginFolderFile {
  /// Absolute.
  let folder: String
  let manifest: PluginManifest

  /// - Throws: with exit code 65 when plugin.toml has an error; every problem has been printed then.
  init(_ path: String) throws(CrossdockError) {
    guard let folder = Files.realPath(path), Files.isFolder(folder) else {
      throw CrossdockError(
        "use the plugin's folder", at: path, reason: "it is no folder", exitCode: .badInput)
    }
    let (manifest, problems) = PluginManifestFile.load(folder: path)
    for problem in problems { Terminal.writeError("\(problem)\n") }
    guard let manifest else {
      throw CrossdockError(
        "use the plugin's folder", at: path, reason: "its plugin.toml has errors", hint: "they are above",
        exitCode: .badInput)
    }
    guard !manifest.isBuiltIn else {
      throw CrossdockError(
        "use the plugin's folder", at: path, reason: "\(manifest.name) is built into this program: it has no artefact",
        exitCode: .badInput)
    }
    self.folder = folder
    self.manifest = manifest
  }

  /// Runs the command of `[build]`, where there is one; what it says goes to stderr.
  func build() throws(CrossdockError) {
    guard !manifest.buildCommand.isEmpty else { return }
    let words = manifest.buildCommand.joined(separator: " ")
    Terminal.writeError("\(folder): \(words)\n")
    var argv: [UnsafeMutablePointer<CChar>?] = manifest.buildCommand.map { strdup($0) } + [nil]
    defer { for text in argv { free(text) } }
    var status: Int32 = 0
    let code = crossdock_run_in(folder, &argv, &status)
    guard code == 0, status == 0 else {
      throw CrossdockError(
        "build the plugin", at: folder,
        reason: code != 0 ? "\(words): \(String(cString: strerror(code)))" : "\(words): exit code \(status)",
        hint: code != 0 ? "[build] of plugin.toml names a program that is not there" : "what it said is above")
    }
  }
}
