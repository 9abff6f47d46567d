#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import Configuration
  import Journal
  import Platform
  import PredictiveMaintenance
  import Records

  /// `crossdock plot`: a signal as SVG, with limits, health and alerts.
  struct PlotCommand: Command {
    static let syntax = CommandSyntax(
      name: "plot", summary: "draw a signal as SVG: values, limits, health, alerts",
      discussion: """
        SIGNAL is STREAM/SOURCE/COLUMN; a source may have slashes itself. For vibration the column is "waveform": the RMS of each record's samples. \
        The limits and the health are what the model that reads the stream compares with: its monitor runs over the journal's records from the oldest one on, with its options, and begins anew where an event of its event_stream \
        says that maintenance was done or a sensor was replaced. \
        The alerts are those that it has written. The values stand at their event times; a line is broken where the time goes back, \
        and where there were none for several times as long as usual. Where a few of them lie years from the others, they are left out and counted in the caption. Reads the journal's file: the agent may run or not.

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
      let signal = try SignalHistory(place, sinceNs: since, model, file)
      let points = signal.points
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
        events: signal.events.filter { span.contains($0.timeNs) }, alerts: alerts, fromNs: fromNs, toNs: toNs)
      try Output.write(picture.svg(), to: arguments.value("--output"))
      return .success
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
