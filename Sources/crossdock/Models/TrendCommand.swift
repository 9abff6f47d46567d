#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import Platform
  import Prognosis
  import Records

  /// When degradation begins, and what remains: the agent's degradation model over a table.
  struct TrendCommand: Command {
    static let syntax = CommandSyntax(
      name: "trend",
      summary: "find the onset of degradation and the life that remains, in a table",
      discussion: """
        Reads a CSV with a header and follows a health index that rises with damage, such as the RMS of a bearing's vibration. The first \
        values of an asset teach its mean and deviation; three in a row beyond three deviations are the onset, and from then on the trend \
        is extrapolated to the threshold. Prints a line for each that was read:

          [asset,]time,index,deviations,state,remaining,lower,upper

        state is learning, healthy or degrading; remaining, with its interval, is in the unit of the time and empty before the onset. \
        Several --index columns, such as the axes of a sensor, count as one: the root of the sum of their squares.

        With --runs, a table of assets that ran to failure with the same columns, each line ends with the life by similarity to them:

          …,similar,similar_lower,similar_upper,distance,nearest

        similar is "not yet" before the onset; nearest names up to three runs with their share of the weight, and distance is that of \
        the nearest in units of the noise: far above 1, none of them is like this one, and the life is a guess. A run of the asset's \
        own name is left out. Runs and table need the same time between lines.
        """,
      options: [
        .init("--input", "FILE", help: "the table"),
        .init("--index", "COLUMN", help: "the health index", isRepeated: true),
        .init("--by", "COLUMN", help: "the asset; otherwise all lines are of one"),
        .init("--time", "COLUMN", help: "rising numbers; otherwise the line's number"),
        .init("--learn", "N", help: "values that are learned from", default: "50"),
        .init("--deviations", "X", help: "beyond which a value is an anomaly", default: "3"),
        .init("--consecutive", "N", help: "anomalies in a row that are the onset", default: "3"),
        .init("--clear", "N", help: "usual values in a row that end it", default: "30"),
        .init("--floor", "X", help: "least deviation, as a part of the mean", default: "0.15"),
        .init("--threshold", "X", help: "deviations at which the asset has failed", default: "10"),
        .init("--shape", "NAME", help: "linear or exponential growth", default: "exponential"),
        .init("--coverage", "P", help: "of the interval", default: "0.8"),
        .init("--horizon", "T", help: "longest life that is told", default: "1000000"),
        .init("--runs", "FILE", help: "a table of runs to failure, one for each value of --by"),
        .init("--window", "N", help: "newest values that are compared with the runs, 3 to 256", default: "30"),
      ],
      examples: [
        "crossdock trend --input bearings.csv --by bearing --time snapshot --index h_rms --index v_rms",
        "crossdock trend --input bearings.csv --runs failed.csv --by bearing --time snapshot --index h_rms",
      ]
    )

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      guard let path = arguments.value("--input") else { throw wrongUsage("--input FILE is wanted") }
      let indices = arguments.values("--index")
      guard !indices.isEmpty else { throw wrongUsage("--index COLUMN is wanted") }
      let parameters = try Self.parameters(arguments)
      let (by, time) = (arguments.value("--by"), arguments.value("--time"))
      let window =
        try arguments.integer("--window", in: FailureCurves.leastWindow...FailureCurves.largestWindow) ?? 30
      let table = try TrendTable(path, indices: indices, by: by, time: time)
      var runs: TrendRuns?
      if let file = arguments.value("--runs") {
        guard let by, let time else { throw wrongUsage("--runs wants --by, which tells runs apart, and --time") }
        let stored = try TrendTable(file, indices: indices, by: by, time: time)
        runs = try TrendRuns(stored, file, parameters, window: window)
        try runs?.check(table, path)
      }
      var assets: [String: TrendAsset] = [:]
      let output = try FeatureTable(isCSV: true, path: nil)
      try output.begin(
        (by.map { [$0] } ?? []) + ["time", "index", "deviations", "state", "remaining", "lower", "upper"]
          + (runs == nil ? [] : TrendRuns.columns))
      for row in table.rows {
        assets[row.asset, default: .init(keeping: window)].update(row, parameters)
        let asset = assets[row.asset, default: .init(keeping: window)]
        let state = asset.state
        if by != nil { output.append(row.asset) }
        output.append(row.time)
        output.append(row.index)
        output.append(state.isReady ? state.lastDeviations : .nan)
        output.append(!state.isReady ? "learning" : state.hasBegun ? "degrading" : "healthy")
        switch state.remainingLife(parameters) {
        case .notYet: for _ in 0..<3 { output.append(.nan) }
        case .estimate(let life):
          output.append(life.median)
          output.append(life.lower)
          output.append(life.upper)
        }
        runs?.append(asset, row.asset, to: output)
        try output.endRow()
      }
      try output.finish()
      return .success
    }

    private static func parameters(_ arguments: ParsedArguments) throws -> DegradationPrognosis.Parameters {
      let learn = try arguments.integer("--learn", in: OnsetDetector.leastLearnCount...1_000_000) ?? 50
      let deviations = try arguments.number("--deviations", in: 0.1...1000) ?? 3
      let consecutive = try arguments.integer("--consecutive", in: 1...10_000) ?? 3
      let clear = try arguments.integer("--clear", in: 1...10_000) ?? 30
      let floor = try arguments.number("--floor", in: 0...10) ?? 0.15
      let isLinear = try arguments.choice("--shape", of: ["linear", "exponential"]) == "linear"
      let threshold = try arguments.number("--threshold", in: deviations...1e6) ?? 10
      return .init(
        onset: .init(
          learnCount: learn, deviations: deviations, consecutive: consecutive, clearConsecutive: clear,
          relativeFloor: floor),
        shape: isLinear ? .linear : .exponential, threshold: threshold,
        coverage: try arguments.number("--coverage", in: 0.01...0.99) ?? 0.8,
        horizon: try arguments.number("--horizon", in: 1e-9...1e15) ?? 1e6)
    }

    private static func wrongUsage(_ reason: String) -> CrossdockError {
      CrossdockError(
        "read the command line", at: "trend", reason: reason, hint: "`crossdock trend --help` describes it",
        exitCode: .wrongUsage)
    }
  }
#endif
