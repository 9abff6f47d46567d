#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import ModelGovernance
  import Platform
  import PluginBundles
  import Records
  import SignalFeatures

  /// `crossdock model run`: a model over files, as the agent would evaluate it.
  struct ModelRunCommand: Command {
    static let syntax = CommandSyntax(
      name: "model run", summary: "evaluate a model over files",
      discussion: """
        Reads files as `crossdock features` does, with the same options, makes the rows of features of the model's own specification, and \
        writes what the model says of each: point, lower and upper of a remaining life or a regression, the score of an anomaly, class and \
        probabilities of a classification; calibrated, as the agent would. No agent, store or signature is needed.

        Exit codes: 0 done; 65 the model or the input cannot be read; 73 cannot write.
        """,
      positionals: [
        .init("MODEL", help: "a model's folder, or a .cdm file"),
        .init("FILE", help: "files to read", isRequired: false, isRepeated: true),
      ], options: FeaturesCommand.inputOptions + FeaturesCommand.outputOptions,
      examples: [
        "crossdock model run turbine-rul --input engines.csv --by unit --time cycle --last",
        "crossdock export telemetry | crossdock model run motor-1.0.0.cdm --input - --input-format ndjson",
      ])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      let version = try ModelFolderFile(arguments.positionals[0]).loaded()
      let paths = arguments.values("--input") + arguments.positionals.dropFirst()
      guard !paths.isEmpty else {
        throw CrossdockError(
          "read the command line", at: "model run --input", reason: "no file is given", exitCode: .wrongUsage)
      }
      let options = try FeaturesCommand.inputOptions(arguments, version.specification)
      let table = try FeatureTable(
        isCSV: try arguments.choice("--format", of: ["csv", "ndjson"]) != "ndjson", path: arguments.value("--output"))
      let isClassification = version.description.task == .classification
      let rows = FeatureRows(
        table, version.specification, options, paths: paths,
        names: (isClassification ? ["class"] : []) + version.outputNames, isLastOnly: arguments.has("--last"),
        hasQuality: arguments.has("--quality"))
      try rows.begin()
      let assets = AssetExtractors(version.specification)
      func write(_ row: borrowing FeatureRow, _ position: Int, _ record: FeatureRecord?) throws {
        let outputs = version.evaluate(row.values)
        let word =
          isClassification
          ? version.chosenClass(outputs).map { version.description.classes[$0] } ?? "" : nil
        try rows.append(row, of: position, record, word: word, values: outputs)
      }
      try FeatureInput(specification: version.specification, options: options).read(paths) { record in
        let position = try assets.observe(record) { position, row in try write(row, position, record) }
        rows.note(record, of: position)
      }
      try assets.finish { position, row in try write(row, position, nil) }
      try rows.finish()
      Terminal.flush()
      return .success
    }
  }
#endif
