import Records

extension SectionReader {
  func pluginName() -> String {
    guard let name = name(PluginManifestOptions.name) else { return "" }
    if !PluginManifest.isValidName(name.value) {
      context.error(
        name.position, "\"\(printable(name.value))\" is not a valid name of a plugin",
        hint: "small letters, digits, \"-\", at most \(PluginManifest.maxNameBytes) bytes")
    }
    return name.value
  }

  func version() -> SemanticVersion? {
    guard let text = name(PluginManifestOptions.version) else { return nil }
    guard let version = SemanticVersion(text.value) else {
      context.error(
        text.position, "\"\(printable(text.value))\" is not a semantic version", hint: "write for example \"1.2.0\"")
      return nil
    }
    return version
  }

  func abi() -> Int {
    guard let abi = number(PluginManifestOptions.abi) else { return PluginManifest.abiVersion }
    if abi != PluginManifest.abiVersion {
      context.error(
        position(of: PluginManifestOptions.abi), "ABI \(abi) is not known",
        hint: "this Crossdock speaks ABI \(PluginManifest.abiVersion)")
    }
    return abi
  }

  func summary() -> String {
    guard let text = name(PluginManifestOptions.summary) else { return "" }
    if text.value.utf8.count > PluginManifest.maxSummaryBytes || text.value.utf8.contains(where: { $0 < 0x20 }) {
      context.error(
        text.position, "\"summary\" must be one line of at most \(PluginManifest.maxSummaryBytes) bytes")
    }
    return text.value
  }

  /// A path inside the plugin's folder.
  func artefact() -> String? {
    guard let text = name(PluginManifestOptions.artefact) else { return nil }
    if let problem = PluginPath.problem(text.value) {
      context.error(text.position, "\"artefact\": \"\(printable(text.value))\" \(problem)")
    }
    return text.value
  }

  func expires() -> CalendarDay? {
    guard let node = node(PluginManifestOptions.expires) else { return nil }
    if case .date = node.value {
      context.error(node.position, "\"expires\" must be a string, found a date", hint: "write it in quotes")
      return nil
    }
    guard let text = name(PluginManifestOptions.expires) else { return nil }
    guard let day = CalendarDay(text.value) else {
      context.error(
        text.position, "\"expires\": \"\(printable(text.value))\" is not a day",
        hint: "write for example \"2027-12-31\"")
      return nil
    }
    return day
  }

  func capabilities() -> PluginCapabilities {
    PluginCapabilities(
      reads: patterns(PluginCapabilityOptions.reads), writes: patterns(PluginCapabilityOptions.writes),
      replies: boolean(PluginCapabilityOptions.replies) ?? false,
      readFiles: places(PluginCapabilityOptions.readFiles, .path),
      writeFiles: places(PluginCapabilityOptions.writeFiles, .path),
      network: places(PluginCapabilityOptions.network, .destination),
      processes: number(PluginCapabilityOptions.processes) ?? 0)
  }

  func exclude() -> [String] {
    bounded(PluginBundleOptions.exclude).map { text in
      if let problem = PluginPath.problem(text.value) {
        context.error(text.position, "\"exclude\": \"\(printable(text.value))\" \(problem)")
      }
      return text.value
    }
  }

  func limits() -> PluginLimits {
    let defaults = PluginLimits()
    var limits = PluginLimits(
      memoryMb: number(PluginLimitOptions.memory) ?? defaults.memoryMb,
      cpuPercent: number(PluginLimitOptions.cpu) ?? defaults.cpuPercent,
      batchMs: number(PluginLimitOptions.batch) ?? defaults.batchMs,
      startMs: number(PluginLimitOptions.start) ?? defaults.startMs,
      outputRecordsPerS: number(PluginLimitOptions.records) ?? defaults.outputRecordsPerS,
      outputKbPerS: number(PluginLimitOptions.kilobytes) ?? defaults.outputKbPerS)
    limits.threads = number(PluginLimitOptions.threads) ?? defaults.threads
    limits.diskMb = number(PluginLimitOptions.disk) ?? defaults.diskMb
    limits.diskFiles = number(PluginLimitOptions.files) ?? defaults.diskFiles
    return limits
  }

  private func patterns(_ row: OptionRow) -> [String] {
    bounded(row).compactMap { text in
      guard StreamPattern.isValid(text.value) else {
        context.error(
          text.position, "\"\(row.key)\": \"\(printable(text.value))\" is not a stream's name or pattern",
          hint: "letters, digits, \"-\", \"_\", \".\", \"*\", at most \(StreamPattern.maxBytes) bytes")
        return nil
      }
      return text.value
    }
  }

  private func places(_ row: OptionRow, _ check: PluginPlaceholders.Check) -> [String] {
    bounded(row).compactMap { text in
      if let problem = PluginPlaceholders.problem(text.value, check) {
        context.error(text.position, "\"\(row.key)\": \"\(printable(text.value))\" \(printable(problem))")
        return nil
      }
      return text.value
    }
  }

  private func bounded(_ row: OptionRow) -> [Located<String>] {
    let texts = strings(row) ?? []
    if texts.count > PluginCapabilities.maxEntries {
      context.error(position(of: row), "\"\(row.key)\" has more than \(PluginCapabilities.maxEntries) entries")
    }
    return texts
  }
}
