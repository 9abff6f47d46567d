#if PLUGIN_PREDICTIVE_MAINTENANCE
  import AnomalyDetection
  import CommandSyntax
  import Platform
  import Records

  /// What is unusual in a file of measurements, by the detectors of the agent.
  struct DetectCommand: Command {
    private static let flushBytes = 64 << 10
    /// NAB's rule: the first 15 % of a file, of at most 5,000 rows, are its probation period.
    private static let probationShare = 0.15
    private static let probationRows = 5000

    static let syntax = CommandSyntax(
      name: "detect", summary: "find what is unusual in a file of measurements",
      discussion: """
        Reads CSV with a header: a time, then one column of values or several. Writes each row, in order, with `anomaly_score` (0 to 1) \
        and `alert` (1 where the score reaches the threshold that is shipped, else 0). With one column of values the detector of one \
        signal says that a pattern is new; with several the detector of many signals says that they are away from where they were.

        A cell that is empty, nan or infinite is no measurement. The order of rows counts, not their times. With --rules causal a \
        row's score depends on that row and earlier ones alone. With --rules nab the file's length and its least and greatest \
        value are read beforehand, as the Numenta Anomaly Benchmark gives them to a detector.
        """,
      options: [
        .init("--input", "FILE", help: "what to read; - is the standard input"),
        .init("--rules", "nab|causal", help: "what may be known beforehand (one column of values)", default: "causal"),
        .init("--columns", "A,B,…", help: "the columns of values (default: all but the first)"),
        .init("--ignore", "A,B,…", help: "columns that are left out"),
      ],
      examples: [
        "crossdock detect --input pump.csv",
        "crossdock detect --input machine.csv --columns current,pressure,temperature",
      ])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      guard let path = arguments.value("--input") else { throw wrongUsage("--input", "no file is given") }
      let isKnown = try arguments.choice("--rules", of: ["nab", "causal"]) == "nab"
      func names(_ option: String) -> [String] {
        arguments.value(option)?.split(separator: ",").map(String.init) ?? []
      }
      let table = try DetectTable(path: path, chosen: names("--columns"), ignored: names("--ignore"))
      if table.names.count == 1 {
        var configuration = SignalDetector.Configuration()
        if isKnown {
          guard path != "-" else { throw wrongUsage("--rules nab", "the standard input cannot be read twice") }
          configuration = try known(DetectTable(path: path, chosen: table.names, ignored: []))
        }
        var detector = SignalDetector(configuration)
        try write(table, ["timestamp", "value"]) { row in
          let score = detector.update(row[0])
          return (score, SignalDetector.isAlert(score))
        }
      } else {
        guard table.names.count <= MultivariateDetector.largestColumnCount else {
          throw wrongUsage(
            "--columns", "\(table.names.count) columns of values, at most \(MultivariateDetector.largestColumnCount)")
        }
        var detector = MultivariateDetector(columnCount: table.names.count)
        try write(table, [table.timeName] + table.names) { row in
          let reading = detector.update(row)
          return (reading.score, reading.isAlert)
        }
      }
      return .success
    }

    /// What NAB tells a detector of a file.
    private static func known(_ table: DetectTable) throws(CrossdockError) -> SignalDetector.Configuration {
      var (rows, lower, upper) = (0, Double.infinity, -Double.infinity)
      while try table.next() {
        rows += 1
        let value = table.values[0]
        guard value.isFinite else { continue }
        (lower, upper) = (min(lower, value), max(upper, value))
      }
      return SignalDetector.Configuration(
        probationCount: Int(probationShare * Double(min(rows, probationRows))),
        knownRange: lower <= upper ? lower...upper : 0...0)
    }

    private static func write(
      _ table: DetectTable, _ names: [String], _ detect: ([Double]) -> (score: Double, isAlert: Bool)
    ) throws(CrossdockError) {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(2 * flushBytes)
      bytes.append(contentsOf: "\((names + ["anomaly_score", "alert"]).joined(separator: ","))\n".utf8)
      defer {
        // Also what came before a bad line.
        Terminal.write(bytes: bytes)
        Terminal.flush()
      }
      while try table.next() {
        bytes.append(contentsOf: table.time)
        for text in table.texts {
          bytes.append(UInt8(ascii: ","))
          bytes.append(contentsOf: text)
        }
        let (score, isAlert) = detect(table.values)
        bytes.append(UInt8(ascii: ","))
        FeatureTable.append(score, to: &bytes)
        bytes.append(UInt8(ascii: ","))
        bytes.append(isAlert ? UInt8(ascii: "1") : UInt8(ascii: "0"))
        bytes.append(0x0A)
        if bytes.count >= (table.isStream ? 0 : flushBytes) {
          Terminal.write(bytes: bytes)
          if table.isStream { Terminal.flush() }
          bytes.removeAll(keepingCapacity: true)
        }
      }
    }

    private static func wrongUsage(_ option: String, _ reason: String) -> CrossdockError {
      CrossdockError(
        "read the command line", at: "detect \(option)", reason: reason, hint: "`crossdock detect --help` describes it",
        exitCode: .wrongUsage)
    }
  }
#endif
