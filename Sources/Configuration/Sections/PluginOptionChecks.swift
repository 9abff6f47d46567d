/// What is wrong with a model's options, by the option table of its plugin; FILE and FILES options are opened.
package func checkOptions(
  _ model: ModelConfiguration, against table: [PluginOptionDescription]
) -> [ConfigurationProblem] {
  resolveOptions(model, against: table).problems
}

/// The options as the plugin gets them: every option of the table, typed, defaults filled in, files read. Complete only when
/// no problem is an error.
///
/// - Parameter modelFiles: gives the files of a trained model by its name. Nil: there is no store of them.
package func resolveOptions(
  _ model: ModelConfiguration, against table: [PluginOptionDescription],
  modelFiles: ((String) -> Result<[OptionFile], ModelFilesFailure>)? = nil
) -> (options: [ResolvedModelOption], problems: [ConfigurationProblem]) {
  var resolution = OptionResolution(model: model, table: table, modelFiles: modelFiles)
  resolution.run()
  return (resolution.resolved, resolution.problems)
}

private struct OptionResolution {
  static let maxFileBytes = 16 << 20

  let model: ModelConfiguration
  let table: [PluginOptionDescription]
  let modelFiles: ((String) -> Result<[OptionFile], ModelFilesFailure>)?
  var resolved: [ResolvedModelOption] = []
  var problems: [ConfigurationProblem] = []

  init(
    model: ModelConfiguration, table: [PluginOptionDescription],
    modelFiles: ((String) -> Result<[OptionFile], ModelFilesFailure>)?
  ) {
    self.model = model
    self.table = table
    self.modelFiles = modelFiles
  }

  mutating func run() {
    for option in model.options where !table.contains(where: { $0.key == option.key }) {
      let hint =
        table.isEmpty
        ? "this plugin has no options" : EditDistance.suggestion(for: option.key, among: table.map(\.key))
      error(option.keyPosition, "unknown option \"\(printable(option.key))\" of plugin \"\(model.plugin)\"", hint)
    }
    for description in table {
      if let option = model.options.first(where: { $0.key == description.key }) {
        resolve(description, option.value, at: option.place(for: description.kind), elements: option.elementPositions)
      } else if let text = description.defaultValue {
        resolveDefault(description, text)
      } else {
        error(
          model.position,
          "missing option \"\(description.key)\" of plugin \"\(model.plugin)\" in \(model.section.rawValue) \"\(model.name)\"",
          "write it below [\(model.section.rawValue).options]")
      }
    }
  }

  /// A default's text has no quotes (crossdock_plugin.h); no path is no file.
  private mutating func resolveDefault(_ description: PluginOptionDescription, _ text: String) {
    switch description.kind {
    case .string: return resolve(description, .string(text), at: model.position)
    case .file, .files:
      if text.isEmpty {
        resolved.append(ResolvedModelOption(key: description.key, value: .files([])))
      } else {
        resolve(description, description.kind == .file ? .string(text) : .strings([text]), at: model.position)
      }
      return
    case .integer, .number, .boolean: break
    }
    guard case .success(let table) = TOMLTable.parse(Array("value = \(text)".utf8)), let entry = table.entry("value"),
      let value = ModelOption.Value(constant: entry.node)
    else {
      error(
        model.position,
        "plugin \"\(model.plugin)\" has a default for \"\(description.key)\" that is not a value: \(printable(text))",
        "")
      return
    }
    resolve(description, value, at: model.position)
  }

  /// - Parameter elements: where the elements of an array stand, as far as that is known.
  private mutating func resolve(
    _ description: PluginOptionDescription, _ value: ModelOption.Value, at position: SourcePosition,
    elements: [SourcePosition] = []
  ) {
    let typed: ResolvedModelOption.Value?
    switch (description.kind, value) {
    case (_, .other(TOMLNode.unreadable)): return
    case (.string, .string(let text)): typed = .string(text)
    case (.integer, .integer(let number)): typed = .integer(number)
    case (.number, .number(let number)) where number.isFinite: typed = .number(number)
    case (.number, .integer(let number)): typed = .number(Double(number))
    case (.boolean, .boolean(let flag)): typed = .boolean(flag)
    case (.file, .string("")) where description.defaultValue == "": typed = .files([])
    case (.file, .string(let path)): typed = read([path], at: position).map { .files($0) }
    case (.files, .strings(let paths)): typed = read(paths, at: position, elements).map { .files($0) }
    default:
      error(
        position, "option \"\(description.key)\" must be \(description.kind.words), found \(value.words)",
        description.help)
      return
    }
    if let typed { resolved.append(ResolvedModelOption(key: description.key, value: typed)) }
  }

  private mutating func read(
    _ paths: [String], at position: SourcePosition, _ elements: [SourcePosition] = []
  ) -> [OptionFile]? {
    var files: [OptionFile] = []
    var hasFailed = false
    for (number, written) in paths.enumerated() {
      let position = elements.indices.contains(number) ? elements[number] : position
      if written.hasPrefix(ModelFilesFailure.prefix) {
        guard let found = trainedModel(written, at: position) else {
          hasFailed = true
          continue
        }
        files += found
        continue
      }
      let path = FileContents.path(written, in: model.folder)
      switch FileContents.read(path, maxBytes: Self.maxFileBytes) {
      case .success(let contents): files.append(OptionFile(path: written, contents: contents.bytes))
      case .failure(let failure):
        hasFailed = true
        error(
          position, "cannot read \"\(printable(path))\": \(failure.reason)", "paths are relative to \(model.file)")
      }
    }
    return hasFailed ? nil : files
  }

  /// `model:NAME`: the files of the versions that are in use.
  private mutating func trainedModel(_ written: String, at position: SourcePosition) -> [OptionFile]? {
    let name = String(written.dropFirst(ModelFilesFailure.prefix.count))
    guard let modelFiles else {
      error(position, "\"\(printable(written))\" names a trained model, and there is no store of them here", "")
      return nil
    }
    switch modelFiles(name) {
    case .success(let files): return files
    case .failure(let failure):
      error(position, "the trained model \"\(printable(name))\": \(failure.reason)", failure.hint)
      return nil
    }
  }

  private mutating func error(_ position: SourcePosition, _ message: String, _ hint: String) {
    problems.append(
      ConfigurationProblem(
        file: model.file, line: position.line, column: position.column, message: message, hint: hint))
  }
}

extension ModelOption {
  /// An array that is wanted is wrong where its first wrong element stands.
  fileprivate func place(for kind: PluginOptionDescription.Kind) -> SourcePosition {
    kind == .files ? misfitPosition ?? valuePosition : valuePosition
  }
}

extension ModelOption.Value {
  fileprivate init?(constant node: TOMLNode) {
    switch node.value {
    case .string(let text): self = .string(text)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .boolean(let value): self = .boolean(value)
    case .array(let elements):
      var texts: [String] = []
      for element in elements {
        guard case .string(let text) = element.value else { return nil }
        texts.append(text)
      }
      self = .strings(texts)
    case .table, .date: return nil
    }
  }

  fileprivate var words: String {
    switch self {
    case .string: "a string"
    case .integer: "an integer"
    case .number(let number): number.isFinite ? "a number with a fraction" : "\(number)"
    case .boolean: "a boolean"
    case .strings: "an array of strings"
    case .other(let type): type
    }
  }
}

extension PluginOptionDescription.Kind {
  fileprivate var words: String {
    switch self {
    case .string: "a string"
    case .integer: "an integer"
    case .number: "a number"
    case .boolean: "true or false"
    case .file: "a path"
    case .files: "an array of paths"
    }
  }
}
