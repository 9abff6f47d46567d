import Records

/// Reads the document of a plugin.toml section by section, then checks what spans keys.
struct PluginManifestReading {
  static let maxCommandWords = 64

  let root: TOMLTable
  let context: ReadingContext

  func manifest() -> PluginManifest {
    // A header that cannot be read is reported already, as a syntax error.
    let known = TOMLTable(
      entries: root.entries.filter { $0.key != SyntaxRecovery.unreadableTable }, position: root.position)
    let top = SectionReader(known, PluginManifestSections.withMisplaced(PluginManifestOptions.table), context)
    let role = top.choice(PluginManifestOptions.role, PluginManifest.Role.self)
    let run = top.choice(PluginManifestOptions.run, PluginManifest.Run.self) ?? .sharedObject
    let isBuiltIn = top.boolean(PluginManifestOptions.builtin) ?? false
    let command = words(top, PluginManifestOptions.command)
    let artefact = top.artefact()
    checkProgram(top, run: run, artefact: artefact, command: command, isBuiltIn: isBuiltIn)
    let build = section(top, PluginManifestOptions.build, PluginBuildOptions.table)
    let bundle = section(top, PluginManifestOptions.bundle, PluginBundleOptions.table)
    let capabilities = section(top, PluginManifestOptions.capabilities, PluginCapabilityOptions.table)
    let declared = (capabilities ?? empty(PluginCapabilityOptions.table)).capabilities()
    if let role {
      checkRole(role, declared, capabilities ?? top, isDeclared: capabilities != nil, isBuiltIn: isBuiltIn)
    }
    return PluginManifest(
      name: top.pluginName(), version: top.version() ?? Self.noVersion, abi: top.abi(), role: role ?? .model,
      summary: top.summary(), license: top.string(PluginManifestOptions.license)?.value ?? "", artefact: artefact,
      run: run, command: command, isBuiltIn: isBuiltIn, expires: top.expires(),
      buildCommand: build.map(buildCommand) ?? [],
      bundleExclude: bundle?.exclude() ?? [], capabilities: declared,
      limits: (section(top, PluginManifestOptions.limits, PluginLimitOptions.table) ?? empty(PluginLimitOptions.table))
        .limits())
  }

  /// Stands in for a version that was reported as wrong: the manifest is not given away then.
  private static let noVersion: SemanticVersion = {
    guard let version = SemanticVersion("0.0.0") else { preconditionFailure("0.0.0 is a version") }
    return version
  }()

  private func section(_ top: SectionReader, _ row: OptionRow, _ options: OptionTable) -> SectionReader? {
    guard let node = top.node(row) else { return nil }
    guard case .table(let table) = node.value else {
      top.wrongType(row, node, expected: "a table", hint: "write the header as \(options.header)")
      return nil
    }
    return SectionReader(table, PluginManifestSections.withMisplaced(options), context)
  }

  private func empty(_ options: OptionTable) -> SectionReader {
    SectionReader(TOMLTable(entries: [], position: root.position), options, context)
  }

  /// Program and arguments: no empty program, no NUL, a bounded number.
  private func words(_ reader: SectionReader, _ row: OptionRow) -> [String] {
    let words = reader.strings(row) ?? []
    if words.count > Self.maxCommandWords {
      context.error(reader.position(of: row), "\"\(row.key)\" has more than \(Self.maxCommandWords) words")
    }
    if let first = words.first, first.value.isEmpty {
      context.error(first.position, "\"\(row.key)\" begins with an empty program")
    }
    for word in words where word.value.utf8.contains(0) {
      context.error(word.position, "\"\(row.key)\" contains a NUL character")
    }
    return words.map(\.value)
  }

  private func buildCommand(_ build: SectionReader) -> [String] {
    if build.isEmptyArray(PluginBuildOptions.command) {
      context.error(
        build.position(of: PluginBuildOptions.command), "\"command\" of [build] is empty",
        hint: "name the program that builds the artefact, or leave [build] out")
    }
    return words(build, PluginBuildOptions.command)
  }

  private func checkProgram(
    _ top: SectionReader, run: PluginManifest.Run, artefact: String?, command: [String], isBuiltIn: Bool
  ) {
    let isNamed = top.isGiven(PluginManifestOptions.artefact)
    if isBuiltIn {
      for row in [PluginManifestOptions.artefact, PluginManifestOptions.command, PluginManifestOptions.build]
      where top.isGiven(row) {
        context.error(top.position(of: row), "a built-in plugin has no \"\(row.key)\"")
      }
      return
    }
    switch run {
    case .sharedObject:
      if top.isGiven(PluginManifestOptions.command) {
        context.error(
          top.position(of: PluginManifestOptions.command), "\"command\" is for run = \"exec\" only")
      }
      if !isNamed {
        context.error(top.position, "missing key \"artefact\" in plugin.toml", hint: "name the shared object")
      }
    case .exec:
      if !isNamed, command.isEmpty {
        context.error(
          top.position(of: PluginManifestOptions.run), "run = \"exec\" needs \"command\" or \"artefact\"")
      }
    }
  }

  /// What a role cannot have, and what it must have to be of any use.
  private func checkRole(
    _ role: PluginManifest.Role, _ declared: PluginCapabilities, _ reader: SectionReader, isDeclared: Bool,
    isBuiltIn: Bool
  ) {
    func place(_ row: OptionRow) -> SourcePosition { isDeclared ? reader.position(of: row) : reader.position }
    func forbid(_ row: OptionRow, _ values: [String], _ reason: String) {
      if !values.isEmpty { context.error(place(row), "\"\(row.key)\": \(reason)") }
    }
    func require(_ row: OptionRow, _ values: [String], _ reason: String) {
      // What cannot be read has been reported.
      if values.isEmpty, !isDeclared || !reader.isGiven(row) || reader.isEmptyArray(row) {
        context.error(
          place(row), reason, hint: "declare \(row.key) = [\"*\"] in [capabilities], or patterns of streams")
      }
    }
    let isFeed = role == .feed
    if isFeed {
      forbid(PluginCapabilityOptions.reads, declared.reads, "a feed reads no stream")
    } else {
      require(PluginCapabilityOptions.reads, declared.reads, "a \(role.rawValue) that may read no stream")
    }
    if role == .uplink {
      forbid(PluginCapabilityOptions.writes, declared.writes, "an uplink writes no stream")
    } else if isFeed || role == .decoder {
      require(PluginCapabilityOptions.writes, declared.writes, "a \(role.rawValue) that may write no stream")
    }
    if role == .model || role == .decoder {
      for (row, values) in [
        (PluginCapabilityOptions.readFiles, declared.readFiles),
        (PluginCapabilityOptions.writeFiles, declared.writeFiles),
        (PluginCapabilityOptions.network, declared.network),
      ] {
        forbid(row, values, "a \(role.rawValue) is deterministic: files come as options, and it has no network")
      }
    }
    if declared.replies, role == .uplink {
      context.error(place(PluginCapabilityOptions.replies), "\"replies\": an uplink emits nothing")
    }
  }
}
