/// A model with the places that checks across sections name.
struct ReadModel {
  var configuration: ModelConfiguration
  var name: Located<String>?
  var reads: [Located<String>]
  var writes: [Located<String>]
  var replyConnection: Located<String>?
  var header: String
}

extension SectionReader {
  /// A `[[model]]` or a `[[plugin]]`.
  func model() -> ReadModel {
    let name = identifier(ModelOptions.name)
    let plugin = identifier(ModelOptions.plugin)
    let reads = strings(ModelOptions.reads) ?? []
    let writes = strings(ModelOptions.writes) ?? []
    let reply = self.name(ModelOptions.replyConnection)
    let run = choice(ModelOptions.run, ModelConfiguration.Run.self)
    let begin = choice(ModelOptions.begin, ModelConfiguration.Begin.self)
    if header == ModelOptions.table.header, let node = node(ModelOptions.reads), case .array(let elements) = node.value,
      elements.isEmpty
    {
      context.error(node.position, "\"reads\" is empty: the model would never see a record")
    }
    let configuration = ModelConfiguration(
      section: header == ModelOptions.table.header ? .model : .plugin, name: name?.value ?? "",
      plugin: plugin?.value ?? "", run: run, begin: begin, reads: reads.map(\.value),
      writes: writes.map(\.value),
      replyConnection: reply?.value, options: modelOptions(),
      optionsPosition: table.entry(ModelOptions.options.key)?.node.position, position: position, file: context.file,
      folder: context.folder)
    return ReadModel(
      configuration: configuration, name: name, reads: reads, writes: writes, replyConnection: reply,
      header: header)
  }

  private func modelOptions() -> [ModelOption] {
    guard let node = node(ModelOptions.options) else { return [] }
    guard case .table(let table) = node.value else {
      wrongType(
        ModelOptions.options, node, expected: "a table",
        hint: "write \(header.dropFirst().dropLast(2)).options] below the \(header)")
      return []
    }
    return table.entries.map { entry in
      // A value that was reported already stays, so that its key does not also count as missing.
      let value = entry.node.isUnreadable ? nil : optionValue(entry.node)
      var option = ModelOption(
        key: entry.key, keyPosition: entry.keyPosition, value: value ?? .other(TOMLNode.unreadable),
        valuePosition: entry.node.position)
      option.elementPositions = entry.node.elements.map(\.position)
      option.misfitPosition = entry.node.misfit?.position
      return option
    }
  }

  private func optionValue(_ node: TOMLNode) -> ModelOption.Value? {
    switch node.value {
    case .string(let text): return context.substituted(text, at: node.position).map { .string($0) }
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    case .boolean(let value): return .boolean(value)
    case .array(let elements):
      var texts: [String] = []
      for element in elements {
        guard case .string(let text) = element.value else { return .other("an array with \(element.typeName) in it") }
        guard let text = context.substituted(text, at: element.position) else { return nil }
        texts.append(text)
      }
      return .strings(texts)
    case .table, .date: return .other(node.typeName)
    }
  }
}

extension TOMLNode {
  /// Nothing where it is no array.
  fileprivate var elements: [TOMLNode] {
    guard case .array(let elements) = value else { return [] }
    return elements
  }

  /// The first element of an array of texts that is none.
  fileprivate var misfit: TOMLNode? {
    elements.first { element in
      guard case .string = element.value else { return true }
      return false
    }
  }
}
