internal import Configuration
internal import JSONText
internal import Platform
internal import PluginRuntime
internal import Records

/// options.json of a case, by the plugin's own option table.
struct CaseOptions {
  var values: [PluginOptionValue] = []
  /// As text, for `{option:KEY}` of the capabilities.
  var texts: [String: String] = [:]

  /// - Parameters:
  ///   - data: what `{data}` in a text stands for.
  ///   - pluginFolder: files are looked up in the case's folder, then here.
  init(
    of testCase: PluginCase, plugin: String, table: [PluginDescriptor.Option], data: String, pluginFolder: String
  ) throws(CrossdockError) {
    let file = CaseFile(path: "\(testCase.folder)/options.json")
    let members = try file.document()?.object ?? []
    let rows = table.compactMap { option in
      PluginOptionDescription.Kind(rawValue: option.type).map {
        PluginOptionDescription(key: option.key, kind: $0, defaultValue: option.defaultValue, help: option.help)
      }
    }
    var values: [(key: String, value: ModelOption.Value)] = []
    for (key, value) in members {
      let isFile = rows.contains { $0.key == key && ($0.kind == .file || $0.kind == .files) }
      guard let option = Self.option(value, isFile: isFile, testCase, data: data) else {
        throw file.failure("\"\(key)\" is no value that an option may have")
      }
      values.append((key, option))
    }
    let (resolved, problems) = resolveOptions(
      values, of: plugin, file: file.path, folder: pluginFolder, against: rows)
    if let problem = problems.first(where: { $0.severity == .error }) {
      throw file.failure(problem.hint.isEmpty ? problem.message : "\(problem.message); \(problem.hint)")
    }
    for option in resolved { add(option) }
  }

  private mutating func add(_ option: ResolvedModelOption) {
    let value: PluginOptionValue.Value
    switch option.value {
    case .string(let text): (value, texts[option.key]) = (.string(text), text)
    case .integer(let number): (value, texts[option.key]) = (.integer(number), "\(number)")
    case .number(let number): (value, texts[option.key]) = (.number(number), "\(number)")
    case .boolean(let flag): (value, texts[option.key]) = (.boolean(flag), "\(flag)")
    case .files(let files):
      value = .files(files.map { PluginOptionValue.File(path: $0.path, contents: $0.contents) })
    }
    values.append(PluginOptionValue(key: option.key, value: value))
  }

  private static func option(
    _ value: JSONValue, isFile: Bool, _ testCase: PluginCase, data: String
  ) -> ModelOption.Value? {
    func text(_ text: String) -> String {
      if isFile { return Files.exists("\(testCase.folder)/\(text)") ? "\(testCase.folder)/\(text)" : text }
      return text.replacing("{data}", with: data)
    }
    switch value {
    case .bool(let flag): return .boolean(flag)
    case .number(let number): return Int64(exactly: number).map { .integer($0) } ?? .number(number)
    case .string(let string): return .string(text(string))
    case .array(let elements):
      let texts = elements.compactMap(\.string).map(text)
      return texts.count == elements.count ? .strings(texts) : nil
    case .null, .object: return nil
    }
  }
}
