import JSONText

/// The status for people: a few lines about the agent, then a table each for connections, feeds, streams, models, uplinks.
enum StatusTable {
  static func text(_ status: JSONValue) -> String {
    let journal = status["journal"]
    var out =
      "\(word(status, "agent"))  version \(word(status, "version"))  up \(duration(status["uptime_s"]?.integer ?? 0))"
    if status["clock_synchronised"]?.bool == false { out += "  CLOCK NOT SYNCHRONISED" }
    out +=
      "\njournal  \(count(journal?["records"])) records, \(bytes(journal?["bytes"])) of \(bytes(journal?["max_bytes"]))"
    let evicted = journal?["evicted_records_total"]?.integer ?? 0
    if evicted > 0 { out += ", \(evicted) evicted" }
    out += ", epoch \(word(status, "epoch"))\n"
    if let reason = journal?["hold_reason"]?.string { out += "NOTHING IS WRITTEN: \(printable(reason))\n" }
    if let reason = journal?["pause_reason"]?.string { out += "NOTHING IS READ: \(printable(reason))\n" }
    out += section(
      ["CONNECTION", "ADDRESS", "STATE", "RECONNECTS", "LAST ERROR"], status["connections"],
      {
        [
          word($0, "name"), word($0, "address"), word($0, "state"), count($0["reconnects_total"]),
          word($0, "last_error"),
        ]
      })
    out += section(
      ["FEED", "RECEIVED", "STORED", "QUARANTINED", "DROPPED", "RATE/S", "LAG MS"], status["feeds"],
      { feed in
        let dropped = (feed["dropped_total"]?.object ?? []).reduce(0) { $0 + ($1.value.integer ?? 0) }
        return [
          word(feed, "name"), count(feed["received_total"]), count(feed["stored_total"]),
          count(feed["quarantined_total"]),
          String(dropped), rate(feed["rate_per_s"]), count(feed["lag_ms"]),
        ]
      })
    out += section(
      ["STREAM", "CLASS", "FIRST", "LAST", "RECORDS", "STORED", "CAP", "AGE", "WHEN FULL", "DROPPED"],
      status["streams"],
      {
        [
          word($0, "name"), word($0, "class"), count($0["first"]), count($0["last"]), count($0["records"]),
          bytes($0["stored_bytes"]), bytes($0["max_bytes"]), ($0["max_age_s"]?.integer).map(duration) ?? "-",
          word($0, "when_full"),
          String(($0["evicted_records_total"]?.integer ?? 0) + ($0["missing_records"]?.integer ?? 0)),
        ]
      })
    out += modelsAndPlugins(status)
    out += section(
      ["UPLINK", "STATE", "LAG", "SENT", "BYTES", "FAILURES", "LAST ERROR"], status["uplinks"],
      {
        [
          word($0, "name"), word($0, "state"), count($0["lag_records"]), count($0["sent_records_total"]),
          bytes($0["sent_bytes_total"]), count($0["failures_total"]), word($0, "last_error"),
        ]
      })
    return out
  }

  private static func modelsAndPlugins(_ status: JSONValue) -> String {
    var out = section(
      ["MODEL", "STATE", "RECORDS", "EMITTED", "REFUSED", "FAILED", "LAST US", "MAX US"], status["models"],
      {
        [
          word($0, "name") + ($0["unsigned"]?.bool == true ? " UNSIGNED" : ""), word($0, "state"),
          count($0["records_total"]), count($0["emitted_total"]),
          count($0["refused_total"]), count($0["failed_total"]), count($0["last_batch_us"]), count($0["max_batch_us"]),
        ]
      })
    out += section(
      [
        "PLUGIN", "VERSION", "ROLE", "STATE", "RECORDS", "EMITTED", "REFUSED", "QUARANTINED", "RESTARTS", "DENIED",
        "MB",
        "LAST FAILURE",
      ],
      status["plugins"],
      { plugin in
        let quarantined = (plugin["set_aside_total"]?.integer ?? 0) + (plugin["rejected_total"]?.integer ?? 0)
        let marks =
          (plugin["unsigned"]?.bool == true ? " UNSIGNED" : "")
          + (plugin["confined"]?.bool == false ? " UNCONFINED" : "")
        return [
          word(plugin, "name"), word(plugin, "version") + marks, word(plugin, "role"), word(plugin, "state"),
          count(plugin["records_total"]), count(plugin["emitted_total"]),
          count(plugin["refused_total"]), String(quarantined),
          count(plugin["restarts_total"]),
          count(plugin["denied_calls_total"]), count(plugin["resident_mb"]), word(plugin, "last_failure"),
        ]
      })
    for plugin in status["plugins"]?.array ?? [] where plugin["state"]?.string == "parked" {
      out += "\(word(plugin, "name")) is parked: \(word(plugin, "reason"))\n"
      out += "  `crossdock plugin enable \(word(plugin, "plugin"))` tries it again\n"
    }
    for plugin in status["plugins"]?.array ?? [] where plugin["rollbacks_total"]?.integer ?? 0 > 0 {
      out +=
        "\(word(plugin, "name")) is back at \(word(plugin, "version")), because of \(word(plugin, "last_rollback"))\n"
    }
    for plugin in status["plugins"]?.array ?? [] {
      for text in plugin["ignored_options"]?.array ?? [] {
        out += "\(word(plugin, "name")): \(text.string.map(printable) ?? "-")\n"
      }
    }
    for part in (status["plugins"]?.array ?? []) + (status["models"]?.array ?? [])
    where part["refused_total"]?.integer ?? 0 > 0 {
      out += "\(word(part, "name")): an output was refused: \(word(part, "last_refused"))\n"
    }
    return out
  }

  /// Nothing for an empty list.
  private static func section(_ head: [String], _ list: JSONValue?, _ row: (JSONValue) -> [String]) -> String {
    TextTable.section(head, (list?.array ?? []).map(row))
  }

  private static func word(_ object: JSONValue, _ key: String) -> String {
    object[key]?.string.map(printable) ?? "-"
  }

  /// Errors may quote what the other side said: no control characters on the terminal.
  private static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
  }

  private static func count(_ value: JSONValue?) -> String { value?.integer.map { String($0) } ?? "-" }

  private static func rate(_ value: JSONValue?) -> String {
    guard let number = value?.number else { return "-" }
    let tenths = Int((number * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  static func bytes(_ value: JSONValue?) -> String {
    guard let number = value?.number else { return "-" }
    for (unit, size) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] where number >= Double(size) {
      let tenths = Int((number / Double(size) * 10).rounded())
      return "\(tenths / 10).\(tenths % 10) \(unit)"
    }
    return "\(Int(number)) B"
  }

  static func duration(_ seconds: Int) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60)
    if days > 0 { return "\(days) d \(hours) h" }
    if hours > 0 { return "\(hours) h \(minutes) min" }
    return minutes > 0 ? "\(minutes) min \(seconds % 60) s" : "\(seconds) s"
  }
}
