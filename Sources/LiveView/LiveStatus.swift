package import JSONText

/// What the live view shows of `/v1/status`. Members that are not there count as zero: an older agent is still shown.
package struct LiveStatus: Equatable, Sendable {
  package struct Journal: Equatable, Sendable {
    var bytes = 0
    var maxBytes = 0
    var records = 0
    var commits = 0
    var lastCommitUs = 0
    var evicted = 0
    var holdReason: String?
    var pauseReason: String?
  }

  package struct Connection: Equatable, Sendable {
    var name: String
    var address: String
    var state: String
    var lastError: String?
  }

  package struct Feed: Equatable, Sendable {
    var name: String
    var ratePerS: Double
    var lagMs: Int
    var received: Int
    var stored: Int
    var quarantined: Int
    var dropped: Int
  }

  package struct Stream: Equatable, Sendable {
    package var name: String
    package var className: String
  }

  package struct Model: Equatable, Sendable {
    var name: String
    var plugin: String
    var state: String
    var isUnsigned: Bool
    var records: Int
    var emitted: Int
    var failed: Int
    var lastBatchUs: Int
    var maxBatchUs: Int
  }

  /// One that runs in a process of its own.
  package struct Plugin: Equatable, Sendable {
    var name: String
    var plugin: String
    var version: String
    var state: String
    var reason: String?
    var isConfined: Bool
    var isUnsigned: Bool
    var records: Int
    var emitted: Int
    /// What it rejected or failed on.
    var quarantined: Int
    var restarts: Int
    var lastBatchUs: Int
    var maxBatchUs: Int
  }

  package struct Uplink: Equatable, Sendable {
    var name: String
    var url: String
    var state: String
    /// Nil while nobody knows.
    var lag: Int?
    var sentRecords: Int
    var sentBytes: Int
    var failures: Int
    var lastError: String?
    /// Summed over its streams.
    var watermark: Int
    var last: Int
  }

  var agent: String
  var version: String
  var uptimeS: Int
  var isClockSynchronised: Bool
  var journal: Journal
  var connections: [Connection]
  var feeds: [Feed]
  package var streams: [Stream]
  var models: [Model]
  var plugins: [Plugin]
  var uplinks: [Uplink]

  /// Nil when the document is not a status.
  package init?(_ document: JSONValue) {
    guard let agent = document["agent"]?.string, let journal = document["journal"] else { return nil }
    self.agent = agent
    version = document["version"]?.string ?? "?"
    uptimeS = document.whole("uptime_s")
    isClockSynchronised = document["clock_synchronised"]?.bool ?? false
    self.journal = Journal(
      bytes: journal.whole("bytes"), maxBytes: journal.whole("max_bytes"), records: journal.whole("records"),
      commits: journal.whole("commits_total"), lastCommitUs: journal.whole("last_commit_us"),
      evicted: journal.whole("evicted_records_total"), holdReason: journal["hold_reason"]?.string,
      pauseReason: journal["pause_reason"]?.string)
    connections = document.list("connections").map {
      Connection(
        name: $0.text("name"), address: $0.text("address"), state: $0.text("state"), lastError: $0["last_error"]?.string
      )
    }
    feeds = document.list("feeds").map { feed in
      Feed(
        name: feed.text("name"), ratePerS: feed["rate_per_s"]?.number ?? 0, lagMs: feed.whole("lag_ms"),
        received: feed.whole("received_total"), stored: feed.whole("stored_total"),
        quarantined: feed.whole("quarantined_total"),
        dropped: (feed["dropped_total"]?.object ?? []).reduce(0) { $0 + ($1.value.integer ?? 0) })
    }
    streams = document.list("streams").map { Stream(name: $0.text("name"), className: $0.text("class")) }
    models = document.list("models").map {
      Model(
        name: $0.text("name"), plugin: $0.text("plugin"), state: $0.text("state"),
        isUnsigned: $0["unsigned"]?.bool ?? false, records: $0.whole("records_total"),
        emitted: $0.whole("emitted_total"), failed: $0.whole("failed_total"), lastBatchUs: $0.whole("last_batch_us"),
        maxBatchUs: $0.whole("max_batch_us"))
    }
    plugins = document.list("plugins").map {
      Plugin(
        name: $0.text("name"), plugin: $0.text("plugin"), version: $0.text("version"), state: $0.text("state"),
        reason: $0["reason"]?.string, isConfined: $0["confined"]?.bool ?? true,
        isUnsigned: $0["unsigned"]?.bool ?? false, records: $0.whole("records_total"),
        emitted: $0.whole("emitted_total"), quarantined: $0.whole("rejected_total") + $0.whole("set_aside_total"),
        restarts: $0.whole("restarts_total"), lastBatchUs: $0.whole("last_batch_us"),
        maxBatchUs: $0.whole("max_batch_us"))
    }
    uplinks = document.list("uplinks").map { uplink in
      let streams = uplink.list("streams")
      return Uplink(
        name: uplink.text("name"), url: uplink.text("url"), state: uplink.text("state"),
        lag: uplink["lag_records"]?.integer, sentRecords: uplink.whole("sent_records_total"),
        sentBytes: uplink.whole("sent_bytes_total"), failures: uplink.whole("failures_total"),
        lastError: uplink["last_error"]?.string, watermark: streams.reduce(0) { $0 + $1.whole("watermark") },
        last: streams.reduce(0) { $0 + $1.whole("last") })
    }
  }

  /// Messages that are in the journal, quarantined ones included, each counted once.
  package var storedMessages: Int { feeds.reduce(0) { $0 + $1.stored + $1.quarantined } }
  /// Records that some uplink still owes.
  package var owedRecords: Int { uplinks.reduce(0) { $0 + max(0, $1.last - $1.watermark) } }
}

extension JSONValue {
  fileprivate func whole(_ key: String) -> Int { self[key]?.number.flatMap { Int(exactly: $0.rounded()) } ?? 0 }
  fileprivate func text(_ key: String) -> String { self[key]?.string ?? "" }
  fileprivate func list(_ key: String) -> [JSONValue] { self[key]?.array ?? [] }
}
