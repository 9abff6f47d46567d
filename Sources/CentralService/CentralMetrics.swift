import Records

/// OpenMetrics text (openmetrics.io, 1.0).
enum CentralMetrics {
  static let contentType = "application/openmetrics-text; version=1.0.0; charset=utf-8"

  static func text(_ account: CentralAccount, _ counters: CentralCounters) -> String {
    var out = ""
    func family(_ name: String, _ type: String, _ help: String, _ samples: [(labels: String, value: UInt64)]) {
      out += "# TYPE crossdock_central_\(name) \(type)\n# HELP crossdock_central_\(name) \(help)\n"
      let suffix = type == "counter" ? "_total" : ""
      for sample in samples { out += "crossdock_central_\(name)\(suffix)\(sample.labels) \(sample.value)\n" }
    }
    family(
      "segments", "counter", "Segments pushed, by result.",
      [
        ("{result=\"accepted\"}", counters.segmentsAccepted), ("{result=\"conflict\"}", counters.segmentsConflicting),
        ("{result=\"contradiction\"}", counters.segmentsContradicting),
        ("{result=\"malformed\"}", counters.segmentsMalformed), ("{result=\"failed\"}", counters.segmentsFailed),
      ])
    family("segment_bytes", "counter", "Bytes of accepted segments.", [("", counters.segmentBytes)])
    family("records_written", "counter", "Records stored.", [("", counters.recordsWritten)])
    family("records_repeated", "counter", "Records pushed that were there already.", [("", counters.recordsRepeated)])
    family("records_pulled", "counter", "Records given to pullers.", [("", counters.recordsPulled)])
    let gauges: [(String, String, KeyPath<CentralAccount.Stream, UInt64>)] = [
      ("stream_head", "Sequence up to which the agent has records.", \.head),
      ("stream_watermark", "Sequence up to which everything is here or declared dropped.", \.watermark),
      ("stream_records", "Records stored.", \.records),
      ("stream_missing", "Records that the agent has and central has not.", \.missing),
      ("stream_dropped", "Sequences that the agent declared dropped.", \.dropped),
    ]
    for (name, help, path) in gauges {
      family(name, "gauge", help, account.streams.map { (labels($0), $0[keyPath: path]) })
    }
    return out + "# EOF\n"
  }

  /// Agent ids, epochs and stream names have no character that needs escaping.
  private static func labels(_ stream: CentralAccount.Stream) -> String {
    "{agent=\"\(stream.agent)\",epoch=\"\(stream.epoch)\",stream=\"\(stream.stream)\"}"
  }
}
