#if PLUGIN_PREDICTIVE_MAINTENANCE
  import JSONText

  /// The summary of a replay.
  struct ReplayTally {
    private struct Counts {
      var same = 0
      var changed = 0
      var new = 0
      var gone = 0
      var openedNow = 0
      var openedThen = 0
    }

    private let streams: [String]
    private var counts: [String: Counts] = [:]
    private var records = 0
    private var missed: UInt64 = 0
    private var failed = 0
    private let past: PastVersions?

    /// - Parameter past: nil: files were given in place of those of the store.
    init(_ streams: [String], _ past: PastVersions?) {
      self.streams = streams
      self.past = past
    }

    mutating func add(_ stream: String, _ comparison: SaidBefore.Comparison, _ body: [UInt8]) {
      let isOpening = (try? JSONValue.parse(body))?["state"]?.string == "opened"
      var count = counts[stream] ?? Counts()
      switch comparison {
      case .same: count.same += 1
      case .changed: count.changed += 1
      case .new: count.new += 1
      case .gone: count.gone += 1
      }
      if isOpening, comparison != .gone { count.openedNow += 1 }
      if isOpening, comparison != .new { count.openedThen += 1 }
      counts[stream] = count
    }

    mutating func note(records: Int, missed: UInt64, failed: Int) {
      self.records = records
      self.missed = missed
      self.failed = failed
    }

    var text: String {
      let rows = streams.map { stream -> [String] in
        let count = counts[stream] ?? Counts()
        return [
          stream, "\(count.same)", "\(count.changed)", "\(count.new)", "\(count.gone)", "\(count.openedNow)",
          "\(count.openedThen)",
        ]
      }
      var out = TextTable.section(
        ["STREAM", "SAME", "CHANGED", "NEW", "GONE", "ALERTS OPENED NOW", "THEN"], rows)
      out += "\(records) records replayed"
      if missed > 0 { out += "; \(missed) older ones are gone from the journal: the model has learned without them" }
      if failed > 0 { out += "; the model failed on \(failed) batches" }
      out += "\n"
      for line in past?.beginnings ?? [] { out += "began with \(line)\n" }
      for line in past?.remarks ?? [] { out += "note: \(line)\n" }
      return out
    }

    var json: String {
      var json = JSONWriter(reserving: 512)
      json.object { json in
        json.member("records", records)
        json.member("records_gone", missed)
        json.member("failed_batches", failed)
        if let past, !past.beginnings.isEmpty {
          json.member("began_with", array: { list in for line in past.beginnings { list.value(line) } })
          json.member("notes", array: { list in for line in past.remarks { list.value(line) } })
        }
        json.member(
          "streams",
          object: { json in
            for stream in streams {
              let count = counts[stream] ?? Counts()
              json.member(
                stream,
                object: {
                  $0.member("same", count.same)
                  $0.member("changed", count.changed)
                  $0.member("new", count.new)
                  $0.member("gone", count.gone)
                  $0.member("alerts_opened_now", count.openedNow)
                  $0.member("alerts_opened_then", count.openedThen)
                })
            }
          })
      }
      return json.text() + "\n"
    }
  }
#endif
