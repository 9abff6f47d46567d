#if PLUGIN_PREDICTIVE_MAINTENANCE
  import JSONText
  import Journal
  import Records

  /// The alerts of an alert stream, each from its opening to its end.
  struct AlertHistory {
    struct Alert {
      var id: String
      var asset: String
      var stream: String
      var component: String
      var severity: String
      var openedNs: Int64
      /// When it became critical; nil: never, or it opened so.
      var escalatedNs: Int64?
      /// Nil: it is open.
      var clearedNs: Int64?
      var reason: String?
      /// What was said last.
      var body: JSONValue
      var sequence: UInt64

      var isOpen: Bool { clearedNs == nil }
      var isCritical: Bool { severity == "critical" }
    }

    /// Alerts that are kept; the oldest ended ones go first.
    static let mostAlerts = 10_000

    private(set) var alerts: [Alert] = []
    private var places: [String: Int] = [:]

    init(_ stream: String, _ reader: JournalReader) throws(CrossdockError) {
      var after: UInt64 = 0
      while true {
        let page = try reader.read(stream: stream, after: after, maxRecords: 1000, maxBytes: 1 << 20)
        guard let last = page.last else { break }
        after = last.sequence
        for record in page { take(record) }
      }
    }

    private mutating func take(_ record: StoredRecord) {
      guard let body = try? JSONValue.parse(record.body), let id = body["alert"]?.string,
        let state = body["state"]?.string
      else { return }
      switch state {
      case "opened": open(id, body, record)
      case "escalated", "cleared":
        guard let place = places[id] else { return }
        alerts[place].severity = body["severity"]?.string ?? alerts[place].severity
        alerts[place].sequence = record.sequence
        if state == "cleared" {
          alerts[place].clearedNs = record.eventTimeNs
          alerts[place].reason = body["reason"]?.string
        } else {
          alerts[place].escalatedNs = record.eventTimeNs
          alerts[place].body = body
        }
      default: return
      }
    }

    private mutating func open(_ id: String, _ body: JSONValue, _ record: StoredRecord) {
      if alerts.count >= Self.mostAlerts {
        alerts.removeAll { !$0.isOpen }
        places = Dictionary(alerts.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { $1 })
        guard alerts.count < Self.mostAlerts else { return }
      }
      places[id] = alerts.count
      alerts.append(
        Alert(
          id: id, asset: body["asset"]?.string ?? record.source, stream: body["stream"]?.string ?? "",
          component: body["component"]?.string ?? "", severity: body["severity"]?.string ?? "warning",
          openedNs: record.eventTimeNs, escalatedNs: nil, clearedNs: nil, reason: nil, body: body,
          sequence: record.sequence))
    }
  }
#endif
