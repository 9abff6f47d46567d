#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Configuration
  import Engine
  import Journal
  import PredictiveMaintenance
  import Records

  /// A signal as the journal has it, with what its model has made of it: the model's monitor runs over the records of the signal and of the
  /// model's stream of events, in the order in which they came in.
  struct SignalHistory {
    /// Values in one picture; of more the newest.
    private static let mostPoints = 500_000
    /// Events in one picture; of more the newest.
    private static let mostEvents = 100

    /// What was done to the machine.
    struct Event {
      /// Of the first value behind it: an event has the time of whoever told it, and values that of the device.
      var timeNs: Int64
      var what: String
    }

    /// In the order in which they came.
    private(set) var points: [SignalTrace.Point] = []
    private(set) var events: [Event] = []

    init(
      _ place: SignalPlace, sinceNs: Int64, _ model: MaintenanceModels, _ file: ConfigurationFile
    ) throws {
      // A stream that agent.conf has had only since the journal was last open has nothing yet.
      let known = try JournalReader(path: file.journalPath).streams().map(\.definition.name)
      let eventStream = model.eventStream.flatMap { known.contains($0) ? $0 : nil }
      let reads = [place.stream] + [eventStream].compactMap(\.self).filter { $0 != place.stream }
      let history = try RecordHistory(file.configuration, journalPath: file.journalPath, reads: reads)
      let column = try Self.column(of: place, history, file.configuration)
      var trace = try SignalTrace(model.context, asset: place.source, column: place.isWaveform ? nil : place.column)
      var done: String?
      while try history.next() {
        for (index, arrived) in history.records.enumerated() where !arrived.record.flags.contains(.retained) {
          let record = arrived.record
          if reads[arrived.stream] == eventStream {
            done = trace.take(event: record.body) ?? done
            continue
          }
          guard record.source == place.source else { continue }
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
          guard let point, point.timeNs >= sinceNs else { continue }
          points.append(point)
          if let what = done { events.append(Event(timeNs: point.timeNs, what: what)) }
          done = nil
        }
        if points.count > 2 * Self.mostPoints { points.removeFirst(points.count - Self.mostPoints) }
      }
      points.removeFirst(max(0, points.count - Self.mostPoints))
      events.removeFirst(max(0, events.count - Self.mostEvents))
    }

    /// Nil: the signal is the RMS of waveforms.
    private static func column(
      of place: SignalPlace, _ history: RecordHistory, _ configuration: AgentConfiguration
    ) throws(CrossdockError) -> Int? {
      let columns = history.streams.first { $0.name == place.stream }?.columns ?? []
      if let column = columns.firstIndex(of: place.column) { return column }
      let hasWaveforms = configuration.feeds.contains { feed in feed.stream == place.stream && feed.decoder.hasSamples }
      if place.isWaveform, hasWaveforms { return nil }
      let names = columns + (hasWaveforms ? [SignalPlace.waveform] : [])
      throw CrossdockError(
        "plot the column \"\(place.column)\"", at: "stream \"\(place.stream)\"", reason: "it has no such column",
        hint: names.isEmpty ? "it has none, and no waveforms" : "it has: \(names.joined(separator: ", "))",
        exitCode: .badInput)
    }
  }
#endif
