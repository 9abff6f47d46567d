#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Configuration
  import JSONText
  import Journal
  import Records

  /// What the journal says of the machines, gathered for a page: one row an asset, the worst first.
  struct MaintenanceReport {
    struct Asset {
      var name: String
      var open: [AlertHistory.Alert] = []
      /// Ended alerts of the time.
      var ended = 0
      /// Of the open alerts, the least; and of the newest summary.
      var alertHealth: Double?
      var summaryHealth: Double?
      /// What the newest summary says that it may be, by the stream that it is about: later than the alert that is open.
      var faults: [String: JSONValue] = [:]
      var phase = ""
      var life: JSONValue?
      /// When the record that says so came in; nothing: an open alert says so.
      var lifeIngestNs: Int64?
      /// Times and healths, oldest first.
      var course: [(timeNs: Int64, health: Double)] = []
      var lastHeardNs: Int64 = .min
      var drifts = 0

      var health: Double? { [alertHealth, summaryHealth].compactMap { $0 }.min() }
      var isCritical: Bool { open.contains { $0.isCritical } }
      var rank: Int { isCritical ? 0 : !open.isEmpty ? 1 : drifts > 0 ? 2 : 3 }
    }

    /// Assets of a page; the worst ones.
    static let mostAssets = 60
    /// Points of a course: of more, every second one goes.
    private static let mostPoints = 400
    /// The newest ones.
    private static let mostNotes = 12

    private(set) var assets: [Asset] = []
    private(set) var assetCount = 0
    /// Requests to train anew, and what was done to machines.
    private(set) var notes: [(timeNs: Int64, text: String)] = []
    private(set) var newestNs: Int64 = .min
    private var places: [String: Int] = [:]

    init(_ models: [MaintenanceModels], sinceNs: Int64, _ reader: JournalReader) throws(CrossdockError) {
      var seen: Set<String> = []
      for model in models {
        let writes = model.configuration.writes
        guard let alertStream = writes.first, seen.insert(alertStream).inserted else { continue }
        let history = try AlertHistory(alertStream, reader)
        for alert in history.alerts where alert.isOpen || (alert.clearedNs ?? .max) >= sinceNs { take(alert) }
        for stream in writes.dropFirst() where seen.insert(stream).inserted {
          try read(stream, sinceNs, reader) { record, body in
            if body["event"] != nil { takeEvent(record, body) } else { takeSummary(record, body) }
          }
        }
      }
      assetCount = assets.count
      assets.sort {
        ($0.rank, $0.open.map(\.openedNs).min() ?? .max, $0.name) < (
          $1.rank, $1.open.map(\.openedNs).min() ?? .max, $1.name
        )
      }
      if assets.count > Self.mostAssets { assets.removeLast(assets.count - Self.mostAssets) }
      notes = notes.suffix(Self.mostNotes)
    }

    private func read(
      _ stream: String, _ sinceNs: Int64, _ reader: JournalReader, _ take: (StoredRecord, JSONValue) -> Void
    ) throws(CrossdockError) {
      var after: UInt64 = 0
      while true {
        let page = try reader.read(stream: stream, after: after, maxRecords: 1000, maxBytes: 1 << 20)
        guard let last = page.last else { return }
        after = last.sequence
        for record in page where record.eventTimeNs >= sinceNs {
          if let body = try? JSONValue.parse(record.body) { take(record, body) }
        }
      }
    }

    private mutating func place(_ name: String, _ timeNs: Int64) -> Int {
      newestNs = max(newestNs, timeNs)
      let place = places[name] ?? assets.count
      if place == assets.count {
        places[name] = place
        assets.append(Asset(name: name))
      }
      assets[place].lastHeardNs = max(assets[place].lastHeardNs, timeNs)
      return place
    }

    private mutating func take(_ alert: AlertHistory.Alert) {
      let place = place(alert.asset, alert.clearedNs ?? alert.escalatedNs ?? alert.openedNs)
      guard alert.isOpen else {
        assets[place].ended += 1
        return
      }
      assets[place].open.append(alert)
      if let health = alert.body["health"]?.number {
        assets[place].alertHealth = min(assets[place].alertHealth ?? 1, health)
      }
      if let life = alert.body["rul"], life.object != nil { assets[place].life = life }
    }

    private mutating func takeSummary(_ record: StoredRecord, _ body: JSONValue) {
      let place = place(body["asset"]?.string ?? record.source, record.eventTimeNs)
      if let phase = body["phase"]?.string { assets[place].phase = phase }
      if let life = body["rul"], life.object != nil {
        (assets[place].life, assets[place].lifeIngestNs) = (life, record.ingestTimeNs)
      } else if body["phase"] != nil, assets[place].life?["task"] == nil {
        // The machine is as it was: what its summaries said of its life holds no more. Trained models speak for themselves.
        assets[place].life = nil
      }
      if let verdict = body["verdict"], verdict["task"]?.string == "rul" {
        (assets[place].life, assets[place].lifeIngestNs) = (verdict, record.ingestTimeNs)
      }
      guard let health = body["health"]?.number else { return }
      assets[place].summaryHealth = health
      if let stream = body["stream"]?.string, let fault = body["fault"] { assets[place].faults[stream] = fault }
      assets[place].course.append((record.eventTimeNs, health))
      guard assets[place].course.count > Self.mostPoints else { return }
      assets[place].course = assets[place].course.enumerated().compactMap { $0.offset % 2 == 0 ? $0.element : nil }
    }

    private mutating func takeEvent(_ record: StoredRecord, _ body: JSONValue) {
      let asset = body["asset"]?.string ?? record.source
      let component = body["component"]?.string.map { " \($0)" } ?? ""
      switch body["event"]?.string {
      case "retrain-request":
        assets[place(asset, record.eventTimeNs)].drifts += 1
        notes.append((record.eventTimeNs, "\(asset)\(component): train anew, \(body["reason"]?.string ?? "drift")"))
      case "baseline-reset":
        // Times of the machine and of who tells of the work may be of two clocks: the order in which they came in counts.
        if let place = places[asset], let since = assets[place].lifeIngestNs, since <= record.ingestTimeNs {
          assets[place].life = nil
        }
        notes.append(
          (record.eventTimeNs, "\(asset)\(component): \(body["cause"]?.string ?? "reset"), baselines begin anew"))
      case "alert-storm" where body["state"]?.string == "began":
        notes.append((record.eventTimeNs, "\(asset == "*" ? "all assets" : asset): more alerts than are told at once"))
      case "model-event":
        notes.append(
          (
            record.eventTimeNs,
            "model \(body["model"]?.string ?? "") \(body["kind"]?.string ?? ""): \(body["reason"]?.string ?? "")"
          ))
      default: return
      }
      if notes.count > 2 * Self.mostNotes { notes.removeFirst(notes.count - Self.mostNotes) }
    }
  }
#endif
