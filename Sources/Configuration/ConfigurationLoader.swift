import Glibc

/// Reads agent.conf: every problem that can be found in one go, and the configuration when none of them is an error.
package enum ConfigurationLoader {
  package typealias Environment = @Sendable (_ name: String) -> String?

  static let maxFileBytes = 1 << 20
  /// Beyond this the rest is counted, not listed.
  static let maxProblems = 500

  /// The variables of this process.
  package static let processEnvironment: Environment = { name in
    guard let value = getenv(name) else { return nil }
    return String(cString: value)
  }

  /// Reads and checks a file.
  ///
  /// - Parameters:
  ///   - plugins: What the names of plugins mean: models and plugins are then checked against it. Nil leaves them
  ///     unchecked.
  ///   - modelFiles: What the names of trained models mean. Nil: there are none.
  /// - Returns: The configuration, nil when a problem is an error; and the problems in the order of the file.
  package static func load(
    path: String, environment: @escaping Environment = processEnvironment,
    plugins: PluginLookup?, modelFiles: ModelFilesLookup? = nil
  ) -> (configuration: AgentConfiguration?, problems: [ConfigurationProblem]) {
    switch FileContents.read(path, maxBytes: maxFileBytes) {
    case .failure(let failure):
      let problem = ConfigurationProblem(
        file: path, line: 0, column: 0, message: "cannot read the configuration: \(failure.reason)")
      return (nil, [problem])
    case .success(let contents):
      return load(text: contents.bytes, path: path, environment: environment, plugins: plugins, modelFiles: modelFiles)
    }
  }

  /// The same from text; `path` stands in the messages, and its folder is what relative paths are relative to.
  package static func load(
    text: [UInt8], path: String, environment: @escaping Environment = processEnvironment,
    plugins: PluginLookup?, modelFiles: ModelFilesLookup? = nil
  ) -> (configuration: AgentConfiguration?, problems: [ConfigurationProblem]) {
    let context = ReadingContext(file: path, environment: environment)
    let recovery = SyntaxRecovery(text)
    for syntax in recovery.errors { context.error(syntax.position, "syntax error: \(syntax.summary)") }
    guard let root = recovery.root else {
      let last = recovery.errors.last?.position ?? SourcePosition(line: 1, column: 1)
      context.error(last, "too many syntax errors: what follows was not checked")
      return (nil, sorted(context.problems))
    }
    let configuration = DocumentReading(root: root, context: context, plugins: plugins, modelFiles: modelFiles)
      .configuration()
    return (context.hasErrors ? nil : configuration, sorted(context.problems))
  }

  /// The same with the option tables of the plugins that there are, by name; nil leaves them unchecked.
  package static func load(
    path: String, environment: @escaping Environment = processEnvironment,
    plugins: [String: [PluginOptionDescription]]? = nil
  ) -> (configuration: AgentConfiguration?, problems: [ConfigurationProblem]) {
    load(path: path, environment: environment, plugins: plugins.map(lookup))
  }

  package static func load(
    text: [UInt8], path: String, environment: @escaping Environment = processEnvironment,
    plugins: [String: [PluginOptionDescription]]? = nil
  ) -> (configuration: AgentConfiguration?, problems: [ConfigurationProblem]) {
    load(text: text, path: path, environment: environment, plugins: plugins.map(lookup))
  }

  private static func lookup(_ tables: [String: [PluginOptionDescription]]) -> PluginLookup {
    { _, model in tables[model.plugin].map { .found($0, misfits: []) } ?? .unknown(tables.keys.sorted()) }
  }

  static func sorted(_ problems: [ConfigurationProblem]) -> [ConfigurationProblem] {
    var sorted = problems.enumerated().sorted { a, b in
      (a.element.line, a.element.column, a.offset) < (b.element.line, b.element.column, b.offset)
    }.map(\.element)
    if sorted.count > maxProblems, let last = sorted.last {
      let left = sorted.count - maxProblems
      sorted.removeLast(left)
      var rest = last
      rest.severity = .error
      rest.message = "\(left) more problems are not listed"
      rest.hint = ""
      sorted.append(rest)
    }
    return sorted
  }
}

extension TOMLSyntaxError {
  /// toml++'s words for people: `Error while parsing table header: expected ']', saw '\n'` → `expected ']', saw the end of
  /// the line (in a table header)`.
  var summary: String {
    var text = message
    var place = ""
    let prefix = "Error while parsing "
    if text.hasPrefix(prefix), let colon = text.firstIndex(of: ":") {
      place = " (in a \(text[..<colon].dropFirst(prefix.count)))"
      if place.hasPrefix(" (in a array") || place.hasPrefix(" (in a inline") { place = " (in an" + place.dropFirst(6) }
      text = String(text[colon...].dropFirst(2))
    }
    if text == "could not determine value type" { return "this is not a value; text stands in quotes" }
    if text.hasSuffix("saw '\\n'") { text = text.dropLast(4) + "the end of the line" }
    return printable(text) + place
  }
}
