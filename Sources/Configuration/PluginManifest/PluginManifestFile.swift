package import Records

/// Reads plugin.toml: every problem that can be found in one go, with line and column, and the manifest when none of them is
/// an error. The same reader and rules as agent.conf, except that `${NAME}` means nothing here: the file says the same on
/// every machine.
package enum PluginManifestFile {
  package static let fileName = "plugin.toml"
  package static let maxFileBytes = 65_536

  /// Reads and checks `plugin.toml` of a folder.
  package static func load(folder: String) -> (manifest: PluginManifest?, problems: [ConfigurationProblem]) {
    let path = FileContents.path(fileName, in: folder)
    switch FileContents.read(path, maxBytes: maxFileBytes) {
    case .failure(let failure):
      let problem = ConfigurationProblem(
        file: path, line: 0, column: 0, message: "cannot read the plugin's description: \(failure.reason)",
        hint: "every plugin's folder has a \(fileName)")
      return (nil, [problem])
    case .success(let contents): return load(text: contents.bytes, path: path)
    }
  }

  /// The same from text; `path` stands in the messages.
  package static func load(
    text: [UInt8], path: String
  ) -> (manifest: PluginManifest?, problems: [ConfigurationProblem]) {
    let context = ReadingContext(file: path, environment: { _ in nil }, substitutesVariables: false)
    let recovery = SyntaxRecovery(text)
    for syntax in recovery.errors { context.error(syntax.position, "syntax error: \(syntax.summary)") }
    guard let root = recovery.root else {
      let last = recovery.errors.last?.position ?? SourcePosition(line: 1, column: 1)
      context.error(last, "too many syntax errors: what follows was not checked")
      return (nil, ConfigurationLoader.sorted(context.problems))
    }
    let manifest = PluginManifestReading(root: root, context: context).manifest()
    return (context.hasErrors ? nil : manifest, ConfigurationLoader.sorted(context.problems))
  }

  /// The same; the first problem as an error.
  package static func read(folder: String) throws(CrossdockError) -> PluginManifest {
    let (manifest, problems) = load(folder: folder)
    if let manifest { return manifest }
    let first = problems.first { $0.severity == .error }
    throw CrossdockError(
      "read the plugin's description",
      at: first.map { $0.line == 0 ? $0.file : "\($0.file):\($0.line):\($0.column)" } ?? folder,
      reason: first?.message ?? "unreadable", hint: first?.hint ?? "", exitCode: .badInput)
  }
}
