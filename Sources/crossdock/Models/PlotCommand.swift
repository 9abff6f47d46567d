#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import Configuration
  import CrossdockPlugin
  import Engine
  import Journal
  import Platform
  import PredictiveMaintenance
  import Records

  /// `crossdock plot`: a signal as SVG, with limits, health and alerts.
  struct PlotCommand: Command {
    /// Values in one picture; of more the newest.
    private static let mostPoints = 500_000

    static let syntax = CommandSyntax(
      name: "plot", summary: "draw a signal as SVG: values, limits, health, alerts",
      discussion: """
        SIGNAL is STREAM/SOURCE/COLUMN; a source may have slashes itself. For vibration the column is "waveform": the RMS of each record's samples. \
        The limits and the health are what the model that reads the stream compares with: its monitor runs over the journal's records from the oldest one on, with its options. \
        The alerts are those that it has written. The values stand at their event times; where a few of them lie years from the others, they are \
        left out and counted in the caption. Reads the journal's file: the agent may run or not.

        Exit codes: 0 drawn; 65 there is no such stream, source or column, or no value in that time; 73 FILE cannot be written.
        """,
      positionals: [.init("SIGNAL", help: "STREAM/SOURCE/COLUMN")],
      options: [
        ConfigurationFile.option,
        .init("--since", "TIME", help: "from this event time on (RFC 3339); default: everything"),
        .init("--model", "NAME", help: "whose limits and alerts; default: the first model that reads the stream"),
        .init("--output", "FILE", help: "write this file instead of stdout"),
      ],
      examples: [
        "crossdock plot temperatures/hall-a/conveyor-3/motor_c --since 2026-11-23T08:00:00Z --output motor.svg",
        "crossdock plot vibration/hall-a/motor-1/waveform > bearing.svg",
      ])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      let place = try SignalPlace(arguments.positionals[0])
      let since = try TimeArgument.since(arguments.value("--since"))
      let file = try ConfigurationFile(arguments, showWarnings: false, checksPlugins: false)
      let model = try MaintenanceModels.one(named: arguments.value("--model"), reading: place.stream, file)
      let points = try points(place, sinceNs: since, model, file)
      guard !points.isEmpty else {
        throw CrossdockError(
          "plot \(arguments.positionals[0])", at: file.journalPath,
          reason: "the journal has no value of it in that time",
          hint: "crossdock tail \(place.stream) shows the sources", exitCode: .badInput)
      }
      let span = PlotSpan(points.map(\.timeNs))
      let (fromNs, toNs) = (span.fromNs, span.toNs)
      let component = place.isWaveform ? try SignalTrace.waveformComponent(model.context) : place.column
      let history = try AlertHistory(model.configuration.writes[0], try JournalReader(path: file.journalPath))
      let alerts = history.alerts.filter {
        $0.asset == place.source && $0.stream == place.stream && $0.component == component
          && $0.openedNs <= toNs && ($0.clearedNs ?? toNs) >= fromNs
      }
      let picture = SignalPicture(
        title: "\(place.source) \(component)",
        quantity: place.isWaveform
          ? "RMS, \(model.waveformUnit(of: place.stream, file.configuration.feeds))" : place.column,
        points: points.filter { span.contains($0.timeNs) }, left: points.count { !span.contains($0.timeNs) },
        alerts: alerts, fromNs: fromNs, toNs: toNs)
      try Output.write(picture.svg(), to: arguments.value("--output"))
      return .success
    }

    private static func points(
      _ place: SignalPlace, sinceNs: Int64, _ model: MaintenanceModels, _ file: ConfigurationFile
    ) throws -> [SignalTrace.Point] {
      let history = try RecordHistory(
        file.configuration, journalPath: file.journalPath, reads: [place.stream])
      let columns = history.streams.first { $0.name == place.stream }?.columns ?? []
      let column = columns.firstIndex(of: place.column)
      guard column != nil || place.isWaveform else {
        throw CrossdockError(
          "plot the column \"\(place.column)\"", at: "stream \"\(place.stream)\"", reason: "it has no such column",
          hint: "it has: \((columns + [SignalPlace.waveform]).joined(separator: ", "))", exitCode: .badInput)
      }
      var trace = try SignalTrace(model.context, column: place.isWaveform ? nil : place.column)
      var points: [SignalTrace.Point] = []
      while try history.next() {
        for (index, arrived) in history.records.enumerated() where arrived.record.source == place.source {
          let record = arrived.record
          if record.flags.contains(.retained) { continue }
          let point: SignalTrace.Point?
          if let column {
            let values = history.columns(of: index)
            guard column < values.count else { continue }
            point = trace.observe(
              values[values.startIndex + column], sequence: record.sequence, timeNs: record.eventTimeNs)
          } else {
            point = trace.observe(
              Array(history.samples(of: index)), sequence: record.sequence, timeNs: record.eventTimeNs)
          }
          if let point, point.timeNs >= sinceNs { points.append(point) }
        }
        if points.count > 2 * mostPoints { points.removeFirst(points.count - mostPoints) }
      }
      return points.count > mostPoints ? Array(points.suffix(mostPoints)) : points
    }
  }

  /// Text to a file or to stdout.
  enum Output {
    static func write(_ text: String, to path: String?) throws(CrossdockError) {
      guard let path else { return Terminal.write(text) }
      try Files.replace(path, with: Array(text.utf8), mode: 0o644)
    }
  }

  /// A time on the command line.
  enum TimeArgument {
    static func since(_ text: String?) throws(CrossdockError) -> Int64 {
      guard let text else { return .min }
      guard let time = Timestamp.parse(text) else {
        throw CrossdockError(
          "read the command line", at: "--since", reason: "\"\(text)\" is no time",
          hint: "as in --since 2026-11-23T08:00:00Z", exitCode: .wrongUsage)
      }
      return time
    }
  }
#endif
