internal import JSONText
package import Records

extension BundleManifest {
  private static let maxCommandWords = 64

  package init(json bytes: some Collection<UInt8>, place: String = BundleManifestFile.name) throws(CrossdockError) {
    let top = try Self.document(
      bytes, place, format: Self.format, version: Self.formatVersion,
      known: [
        "name", "version", "abi", "role", "summary", "license", "artefact", "run", "command", "created", "expires",
        "capabilities", "limits", "files",
      ])
    guard let created = Timestamp.parse(try top.text("created")) else { throw top.wrong("created", "no time") }
    self.init(
      plugin: try Self.plugin(top), createdNs: created, files: try BundledFile.list(top.value("files"), place))
    if let artefact = plugin.artefact, !files.contains(where: { $0.path == artefact }) {
      throw ObjectReader.failure(place, "its artefact \"\(artefact)\" is not among its files")
    }
    try checkCanonical(bytes, place)
  }

  private static func plugin(_ top: ObjectReader) throws(CrossdockError) -> PluginManifest {
    let name = try top.text("name")
    guard PluginManifest.isValidName(name) else { throw top.wrong("name", "no valid name of a plugin") }
    guard let version = SemanticVersion(try top.text("version")) else {
      throw top.wrong("version", "no semantic version")
    }
    let abi = try top.integer("abi", 1...1000)
    guard abi == PluginManifest.abiVersion else {
      throw CrossdockError(
        "use the bundle", at: "\(name) \(version)",
        reason: "it was built for ABI \(abi); this Crossdock speaks ABI \(PluginManifest.abiVersion)",
        hint: "install a bundle for this version of Crossdock")
    }
    let artefact = top.isNull("artefact") ? nil : try top.text("artefact")
    if let artefact, let problem = PluginPath.problem(artefact) {
      throw ObjectReader.failure(top.place, "its artefact \"\(artefact.prefix(128))\" \(problem)")
    }
    var expires: CalendarDay?
    if !top.isNull("expires") {
      expires = CalendarDay(try top.text("expires"))
      if expires == nil { throw top.wrong("expires", "no day") }
    }
    let run = try top.choice("run", PluginManifest.Run.self)
    let command = try top.texts("command", maxCount: maxCommandWords)
    let hasProgram = run == .sharedObject ? artefact != nil && command.isEmpty : artefact != nil || !command.isEmpty
    guard hasProgram, command.first?.isEmpty != true else {
      throw ObjectReader.failure(top.place, "artefact and command do not fit to run = \"\(run.rawValue)\"")
    }
    return PluginManifest(
      name: name, version: version, abi: abi, role: try top.choice("role", PluginManifest.Role.self),
      summary: try top.text("summary", maxBytes: PluginManifest.maxSummaryBytes), license: try top.text("license"),
      artefact: artefact, run: run, command: command, expires: expires,
      capabilities: try capabilities(top.value("capabilities"), top.place),
      limits: try limits(top.value("limits"), top.place))
  }

  private static func capabilities(_ value: JSONValue, _ place: String) throws(CrossdockError) -> PluginCapabilities {
    let reader = try ObjectReader(
      value, "\(place), capabilities",
      known: ["reads", "writes", "replies", "read_files", "write_files", "network", "processes"])
    let most = PluginCapabilities.maxEntries
    let pattern = { (text: String) -> String? in StreamPattern.isValid(text) ? nil : "is no pattern of streams" }
    return PluginCapabilities(
      reads: try reader.texts("reads", maxCount: most, check: pattern),
      writes: try reader.texts("writes", maxCount: most, check: pattern), replies: try reader.flag("replies"),
      readFiles: try reader.texts("read_files", maxCount: most) { PluginPlaceholders.problem($0, .path) },
      writeFiles: try reader.texts("write_files", maxCount: most) { PluginPlaceholders.problem($0, .path) },
      network: try reader.texts("network", maxCount: most) { PluginPlaceholders.problem($0, .destination) },
      processes: try reader.integer("processes", PluginCapabilities.processesRange))
  }

  private static func limits(_ value: JSONValue, _ place: String) throws(CrossdockError) -> PluginLimits {
    let reader = try ObjectReader(
      value, "\(place), limits",
      known: ["memory_mb", "cpu_percent", "batch_ms", "start_ms", "output_records_per_s", "output_kb_per_s"],
      optional: ["threads", "disk_mb", "disk_files"])
    var limits = PluginLimits(
      memoryMb: try reader.integer("memory_mb", PluginLimits.memoryMbRange),
      cpuPercent: try reader.integer("cpu_percent", PluginLimits.cpuPercentRange),
      batchMs: try reader.integer("batch_ms", PluginLimits.batchMsRange),
      startMs: try reader.integer("start_ms", PluginLimits.startMsRange),
      outputRecordsPerS: try reader.integer("output_records_per_s", PluginLimits.outputRecordsRange),
      outputKbPerS: try reader.integer("output_kb_per_s", PluginLimits.outputKbRange))
    limits.threads = try reader.integer("threads", PluginLimits.threadsRange, orElse: limits.threads)
    limits.diskMb = try reader.integer("disk_mb", PluginLimits.diskMbRange, orElse: limits.diskMb)
    limits.diskFiles = try reader.integer("disk_files", PluginLimits.diskFilesRange, orElse: limits.diskFiles)
    return limits
  }
}
