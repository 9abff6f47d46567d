#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import Platform
  import Records
  import SignalFeatures

  /// Tables for training, by the code that runs in the agent.
  struct FeaturesCommand: Command {
    static let syntax = CommandSyntax(
      name: "features", summary: "make a table of features from records",
      discussion: """
        Reads CSV with a header, exports (.ndjson, as `crossdock export` writes them) or raw waveforms (.f32, .i16: little-endian) and \
        writes a row of features wherever the specification says that one is due: bit for bit what the agent computes from the same records. \
        docs/features.md describes specifications, statistics and checks. What was flagged is counted on stderr.
        """,
      positionals: [.init("FILE", help: "more files to read", isRequired: false, isRepeated: true)],
      options: [
        .init("--spec", "FILE", help: "the feature specification (features.json)")
      ] + inputOptions + outputOptions + [
        .init("--hash", help: "print the specification's hash and end"),
        .init("--describe", help: "print what the specification means and end"),
      ],
      examples: [
        "crossdock features --spec features.json --input engines.csv --by unit --time cycle --output table.csv",
        "crossdock features --spec bearing.json --block 8192 --input a.f32 b.f32",
        "crossdock export vibration | crossdock features --spec bearing.json --input - --input-format ndjson",
      ])

    /// Of every command that writes rows.
    static let outputOptions: [CommandSyntax.Option] = [
      .init("--last", help: "only the last row of each asset"),
      .init("--quality", help: "a column that says what was flagged since the row before"),
      .init("--output", "FILE", help: "write there; it appears when it is whole"),
      .init("--format", "csv|ndjson", help: "of the table", default: "csv"),
    ]

    /// What says which records are read, and how: the same for all commands that read them.
    static let inputOptions: [CommandSyntax.Option] = [
      .init("--input", "FILE", help: "what to read; - is the standard input", isRepeated: true),
      .init("--input-format", "csv|ndjson", help: "of files whose names do not say it"),
      .init("--by", "COLUMN", help: "column that tells assets apart (an export: source; otherwise each file is one)"),
      .init("--time", "COLUMN", help: "column of the time: RFC 3339 or a number (an export: event_time)"),
      .init("--time-unit", "s|ms|us|ns", help: "of times that are numbers", default: "s"),
      .init(
        "--keep", "COLUMN", help: "copy a column into the table: the value of the row's newest record",
        isRepeated: true),
      .init("--delimiter", "CHAR", help: "of CSV: , ; tab or space (runs of them); default: from the header"),
      .init("--columns", "A,B,…", help: "names of the columns of a CSV file that has no header"),
      .init("--set", "INPUT=NUMBER", help: "an input that is the same in every record", isRepeated: true),
      .init("--rate", "HZ", help: "of raw waveforms: must be the specification's"),
      .init("--block", "N", help: "samples of a block of a raw waveform"),
      .init("--hop", "N", help: "samples from the start of a block to that of the next (default: --block)"),
    ]

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      guard let path = arguments.value("--spec") else { throw wrongUsage("--spec", "no specification is given") }
      let specification = try specification(at: path)
      if arguments.has("--hash") {
        Terminal.write("\(specification.hashText)\n")
        return .success
      }
      if arguments.has("--describe") {
        Terminal.write(FeatureDescription.text(specification))
        return .success
      }
      let paths = arguments.values("--input") + arguments.positionals
      guard !paths.isEmpty else { throw wrongUsage("--input", "no file is given") }
      let options = try inputOptions(arguments, specification)
      let table = try FeatureTable(
        isCSV: try arguments.choice("--format", of: ["csv", "ndjson"]) != "ndjson", path: arguments.value("--output"))
      let rows = FeatureRows(
        table, specification, options, paths: paths, isLastOnly: arguments.has("--last"),
        hasQuality: arguments.has("--quality"))
      try rows.begin()
      let assets = AssetExtractors(specification)
      let input = FeatureInput(specification: specification, options: options)
      try input.read(paths) { record in
        let position = try assets.observe(record) { position, row in try rows.append(row, of: position, record) }
        rows.note(record, of: position)
      }
      try assets.finish { position, row in try rows.append(row, of: position, nil) }
      try rows.finish()
      Terminal.flush()
      report(assets, specification)
      return .success
    }

    /// - Throws: with exit code 78 and the place of what is wrong in it.
    static func specification(at path: String) throws(CrossdockError) -> FeatureSpecification {
      let bytes = try Files.readInput(path, limit: FeatureLimits.specificationBytes)
      do throws(FeatureSpecificationError) {
        return try FeatureSpecification.parse(bytes)
      } catch {
        throw CrossdockError(
          "read the feature specification", at: "\(path):\(error.line):\(error.column)", reason: error.reason,
          hint: "docs/features.md describes it", exitCode: .badConfiguration)
      }
    }

    static func wrongUsage(_ option: String, _ reason: String) -> CrossdockError {
      CrossdockError(
        "read the command line", at: "features \(option)", reason: reason,
        hint: "`crossdock features --help` describes it", exitCode: .wrongUsage)
    }

    // MARK: options

    static func inputOptions(
      _ arguments: ParsedArguments, _ specification: FeatureSpecification
    ) throws(CrossdockError) -> FeatureInput.Options {
      var options = FeatureInput.Options()
      options.by = arguments.value("--by")
      options.time = arguments.value("--time")
      options.kept = arguments.values("--keep")
      if !options.kept.isEmpty, specification.window.lateNs > 0 {
        throw wrongUsage(
          "--keep", "the specification puts late records in order (late_s): rows are not of the newest record")
      }
      switch try arguments.choice("--time-unit", of: ["s", "ms", "us", "ns"]) {
      case "ms": options.timeUnitNs = 1_000_000
      case "us": options.timeUnitNs = 1000
      case "ns": options.timeUnitNs = 1
      default: break
      }
      switch try arguments.choice("--input-format", of: ["csv", "ndjson"]) {
      case "csv": options.kind = .csv
      case "ndjson": options.kind = .export
      default: break
      }
      if let text = arguments.value("--delimiter") { options.delimiter = try delimiter(text) }
      if let names = arguments.value("--columns") {
        options.columns = names.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
      options.blockCount = try arguments.integer("--block", in: 16...FeatureLimits.blockSamples)
      options.hopCount = try arguments.integer("--hop", in: 1...1_000_000_000)
      if let text = arguments.value("--rate") {
        guard let rate = Double(text), rate > 0 else { throw wrongUsage("--rate", "\"\(text)\" is no rate in Hz") }
        options.rateHz = rate
      }
      for text in arguments.values("--set") { options.constants.append(try constant(text, specification)) }
      return options
    }

    private static func delimiter(_ text: String) throws(CrossdockError) -> UInt8 {
      switch text {
      case "tab", "\t": return 0x09
      case "space", " ": return 0x20
      default:
        guard let byte = text.utf8.first, text.utf8.count == 1, byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "\"")
        else { throw wrongUsage("--delimiter", "\"\(text)\" is none of , ; tab space") }
        return byte
      }
    }

    private static func constant(
      _ text: String, _ specification: FeatureSpecification
    ) throws(CrossdockError) -> (input: Int, value: Double) {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, let value = Double(parts[1]), value.isFinite else {
        throw wrongUsage("--set", "\"\(text)\" is not INPUT=NUMBER")
      }
      guard let input = specification.inputNames.firstIndex(of: parts[0]) else {
        throw wrongUsage("--set", "the specification has no input \"\(parts[0])\"")
      }
      return (input, value)
    }

    // MARK: what was flagged

    private static func report(_ assets: AssetExtractors, _ specification: FeatureSpecification) {
      var lines: [String] = []
      let channels = specification.inputNames + ["waveform", "records"]
      for (channel, name) in channels.enumerated() {
        let counts = QualityReasons.names.compactMap { reason, word in
          let count = assets.assets.reduce(0 as UInt64) { $0 &+ $1.count(reason, input: channel) }
          return count > 0 ? "\(word) \(count)" : nil
        }
        if !counts.isEmpty { lines.append("  \(name): \(counts.joined(separator: ", "))\n") }
      }
      let empty = assets.assets.reduce(0 as UInt64) { $0 &+ $1.emptyWindowCount }
      if empty > 0 { lines.append("  windows without a record, for which there is no row: \(empty)\n") }
      guard !lines.isEmpty else { return }
      let total = assets.assets.reduce(0 as UInt64) { $0 &+ $1.sampleCount }
      Terminal.writeError("flagged in \(total) records of \(assets.assets.count) assets:\n\(lines.joined())")
    }
  }
#endif
