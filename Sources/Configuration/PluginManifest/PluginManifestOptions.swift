import Records

/// The keys of plugin.toml. As in agent.conf, the rows are the single source of parsing, defaults and suggestions.
enum PluginManifestOptions {
  static let name = OptionRow(
    "name", .string, isRequired: true,
    help: "What `plugin` of agent.conf names: small letters, digits, `-`, at most 40 bytes. The artefact says the same."
  )
  static let version = OptionRow(
    "version", .string, isRequired: true, help: "A semantic version: `1.2.0`, `2.0.0-rc.1`.")
  static let abi = OptionRow(
    "abi", .integer(1...1000), isRequired: true,
    help: "The version of the contract that it was written for: CROSSDOCK_ABI_VERSION of the header.")
  static let role = OptionRow(
    "role", .choice(PluginManifest.Role.allCases.map(\.rawValue)), isRequired: true, help: "What it is.")
  static let summary = OptionRow("summary", .string, isRequired: true, help: "One sentence, at most 200 bytes.")
  static let license = OptionRow("license", .string, default: "\"\"", help: "An SPDX identifier, for people.")
  static let artefact = OptionRow(
    "artefact", .string,
    help: "The shared object or program, relative to the folder. Required unless `builtin` or `command` is given.")
  static let run = OptionRow(
    "run", .choice(PluginManifest.Run.allCases.map(\.rawValue)), default: "\"shared-object\"",
    help: "`exec`: the artefact or `command` is a program of its own that speaks frames.")
  static let command = OptionRow(
    "command", .strings, default: "[]",
    help: "exec only: program and arguments. The program is looked up in the folder, then in /usr/bin.")
  static let expires = OptionRow(
    "expires", .string, help: "`\"2027-12-31\"`: the last day (UTC) on which a bundle of it may be installed.")
  static let builtin = OptionRow(
    "builtin", .boolean, default: "false", help: "It is linked into the agent; there is no artefact and no bundle.")
  static let build = OptionRow("build", .table, help: "See `[build]`.")
  static let bundle = OptionRow("bundle", .table, help: "See `[bundle]`.")
  static let capabilities = OptionRow("capabilities", .table, help: "See `[capabilities]`.")
  static let limits = OptionRow("limits", .table, help: "See `[limits]`.")

  static let table = OptionTable(
    header: "plugin.toml", summary: "What the plugin is. These keys stand at the top, before any section.",
    rows: [
      name, version, abi, role, summary, license, artefact, run, command, expires, builtin, build, bundle, capabilities,
      limits,
    ],
    refused: ["artifact": "did you mean \"artefact\"?"])
}

enum PluginBuildOptions {
  static let command = OptionRow(
    "command", .strings, isRequired: true,
    help: "Program and arguments, run in the folder by `plugin pack` and `plugin test`; no shell.")

  static let table = OptionTable(
    header: "[build]", summary: "How the artefact comes about. Without this section it must be there.", rows: [command])
}

enum PluginBundleOptions {
  static let exclude = OptionRow(
    "exclude", .strings, default: "[]",
    help: """
      Paths, or patterns in which `*` is any run of characters, that a bundle leaves out: `"Sources/*"`. Hidden files, `*.o`, \
      `*.pyc`, `__pycache__` and bundles are always left out; the artefact never is.
      """)

  static let table = OptionTable(
    header: "[bundle]", summary: "What `plugin pack` takes: everything in the folder but what is excluded.",
    rows: [exclude])
}

enum PluginCapabilityOptions {
  static let reads = OptionRow(
    "reads", .strings, default: "[]",
    help: "Names of streams, or patterns with `*`: what `reads` of agent.conf may name. Not for a feed.")
  static let writes = OptionRow(
    "writes", .strings, default: "[]", help: "The same for `writes`. Not for an uplink.")
  static let replies = OptionRow("replies", .boolean, default: "false", help: "Whether it may answer devices.")
  static let readFiles = OptionRow(
    "read_files", .strings, default: "[]",
    help: """
      Absolute paths: it may read them and what is beneath. `{data}` is a private folder of the instance that the agent \
      makes; `{option:KEY}` the value of one of its options, at the beginning of the path. Files named by FILE options \
      need none of this: they come as contents.
      """)
  static let writeFiles = OptionRow(
    "write_files", .strings, default: "[]", help: "The same; it may read and write beneath them.")
  static let network = OptionRow(
    "network", .strings, default: "[]",
    help: "`\"tcp:HOST:PORT\"`: where it may connect to. HOST may be `*`; both may be `{option:KEY}`.")
  static let processes = OptionRow(
    "processes", .integer(PluginCapabilities.processesRange), default: "0",
    help: "Processes that it may start beside its own. Threads: `threads` of `[limits]`.")

  static let table = OptionTable(
    header: "[capabilities]", summary: "What it may do. Everything that is not declared is denied.",
    rows: [reads, writes, replies, readFiles, writeFiles, network, processes],
    refused: [
      "files": "\"read_files\" and \"write_files\"",
      "reads_files": "files named by FILE options come as contents; other files are \"read_files\"",
    ])
}

enum PluginLimitOptions {
  static let memory = OptionRow(
    "memory_mb", .integer(PluginLimits.memoryMbRange), default: "64",
    help: "Memory of its process, in MiB. It is killed above that.")
  static let cpu = OptionRow(
    "cpu_percent", .integer(PluginLimits.cpuPercentRange), default: "50",
    help: """
      Of one core, over a minute. Beyond it there is a pause before the next batch; it is killed when it goes on computing for ten \
      seconds in which nothing is asked of it.
      """)
  static let threads = OptionRow(
    "threads", .integer(PluginLimits.threadsRange), default: "16",
    help: "Threads beside the first one of each of its processes, all together. Starting more fails (EAGAIN).")
  static let disk = OptionRow(
    "disk_mb", .integer(PluginLimits.diskMbRange), default: "64",
    help:
      "Of its private folder `{data}`, in MiB. It is killed above that, and not started. No other folder is bounded.")
  static let files = OptionRow(
    "disk_files", .integer(PluginLimits.diskFilesRange), default: "10000", help: "Files and folders in that folder.")
  static let batch = OptionRow(
    "batch_ms", .milliseconds(PluginLimits.batchMsRange), default: "1000", help: "Time of one batch.")
  static let start = OptionRow(
    "start_ms", .milliseconds(PluginLimits.startMsRange), default: "5000",
    help: "Time from its start until it is open, and for each checkpoint and each restore.")
  static let records = OptionRow(
    "output_records_per_s", .integer(PluginLimits.outputRecordsRange), default: "5000", help: "Records that it emits.")
  static let kilobytes = OptionRow(
    "output_kb_per_s", .integer(PluginLimits.outputKbRange), default: "4096", help: "Their bodies, in KiB.")

  static let table = OptionTable(
    header: "[limits]", summary: "What it may use before it is slowed down or killed.",
    rows: [memory, cpu, threads, disk, files, batch, start, records, kilobytes])
}

/// Every section, in the order of the file.
enum PluginManifestSections {
  static let all = [
    PluginManifestOptions.table, PluginBuildOptions.table, PluginBundleOptions.table, PluginCapabilityOptions.table,
    PluginLimitOptions.table,
  ]

  /// With what to do about a key that stands in the wrong section.
  static func withMisplaced(_ table: OptionTable) -> OptionTable {
    var table = table
    for other in all where other.header != table.header {
      let place =
        other.header == PluginManifestOptions.table.header
        ? "stands at the top, before any section" : "stands in \(other.header)"
      for row in other.rows where table.row(row.key) == nil && table.refused[row.key] == nil {
        if case .table = row.kind { continue }
        table.refused[row.key] = "\"\(row.key)\" \(place)"
      }
    }
    return table
  }
}
