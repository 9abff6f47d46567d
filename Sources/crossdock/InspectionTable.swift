import Journal
import Records

/// A journal's inspection for people.
enum InspectionTable {
  static func text(_ found: JournalInspection) -> String {
    var out = "\(found.path)  agent \(found.agent)  epoch \(found.lives.last?.epoch.description ?? "-")\n"
    out += "file \(TextTable.bytes(found.fileBytes)), log \(TextTable.bytes(found.walBytes)), "
    out +=
      "\(found.pages) pages, \(found.freePages) free, \(found.sources) sources, \(found.repliesPending) replies pending\n"
    out += "hot \(found.hotRecords) records, \(TextTable.bytes(found.hotBytes)); "
    out += "cold \(found.coldRecords) records, \(TextTable.bytes(found.coldStoredBytes)) of "
    out += "\(TextTable.bytes(found.coldRawBytes)) raw\(ratio(found))\n"
    out += TextTable.section(
      ["EPOCH", "BEGAN", "REASON"],
      found.lives.map { [$0.epoch.description, Timestamp.text($0.beganNs), $0.reason] })
    out += TextTable.section(
      [
        "STREAM", "CLASS", "FIRST", "LAST", "RECORDS", "MISSING", "HOT", "COLD", "SEGMENTS", "RAW", "STORED", "OLDEST",
        "NEWEST",
      ],
      found.streams.map(row))
    out += TextTable.section(
      ["CURSOR", "STREAM", "SEQUENCE", "LAG"],
      found.streams.flatMap { stream in
        stream.cursors.map { [$0.name, stream.name, String($0.sequence), String($0.lag)] }
      })
    out += TextTable.section(
      ["FEED", "RECEIVED", "STORED", "QUARANTINED", "DROPPED", "BALANCED"],
      found.feeds.map { feed in
        let counters = feed.counters
        return [
          feed.name, String(counters.received), String(counters.stored), String(counters.quarantined),
          String(counters.dropped), counters.isBalanced ? "yes" : "NO",
        ]
      })
    out += TextTable.section(
      ["CHECKPOINT", "VERSION", "BYTES", "ARRIVAL"],
      found.checkpoints.map { [$0.model, $0.version, String($0.bytes), String($0.arrival)] })
    out += TextTable.section(
      ["CONNECTION", "MESSAGES REMEMBERED"], found.deliveryWindows.map { [$0.connection, String($0.entries)] })
    return out
  }

  private static func ratio(_ found: JournalInspection) -> String {
    guard found.coldRawBytes > 0 else { return "" }
    let thousandths = Int((Double(found.coldStoredBytes) / Double(found.coldRawBytes) * 1000).rounded())
    let digits = String(thousandths % 1000)
    return " (\(thousandths / 1000).\(String(repeating: "0", count: 3 - digits.count))\(digits))"
  }

  private static func row(_ stream: JournalInspection.Stream) -> [String] {
    [
      stream.name, stream.streamClass.name, String(stream.first), String(stream.last), String(stream.records),
      String(stream.missing), String(stream.hotRecords), String(stream.coldRecords), String(stream.segments),
      TextTable.bytes(stream.coldRawBytes), TextTable.bytes(stream.coldStoredBytes),
      stream.oldestIngestNs.map(Timestamp.text) ?? "-", stream.newestIngestNs.map(Timestamp.text) ?? "-",
    ]
  }
}
