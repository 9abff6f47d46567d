import Engine
import JSONText
import Journal
import Records
import Uplink

/// `/v1/status`: the running agent in one JSON object. `crossdock status`, `crossdock top` and `/metrics` are views of it.
enum StatusDocument {
  static func json(
    agent: String, _ engine: EngineSnapshot, unsigned: Set<String>, plugins: [PluginStatus], uplinks: [UplinkStatus]
  ) -> [UInt8] {
    var json = JSONWriter(reserving: 4096)
    json.object {
      $0.member("agent", agent)
      $0.member("version", Version.text)
      $0.member("epoch", engine.epoch.description)
      $0.member("started", Timestamp.text(engine.startedNs))
      // The engine's own figures are of its last tick: whoever compares two readings must be able to tell them apart.
      $0.member("as_of", Timestamp.text(engine.now.wallNs))
      $0.member("uptime_s", (engine.now.monotonicNs - engine.startedMonotonicNs) / 1_000_000_000)
      $0.member("clock_synchronised", engine.now.isSynchronised)
      $0.member("journal", object: { journal(engine, &$0) })
      $0.member(
        "connections", array: { list in for connection in engine.connections { self.connection(connection, &list) } })
      $0.member("feeds", array: { list in for feed in engine.feeds { self.feed(feed, &list) } })
      $0.member(
        "streams", array: { list in for stream in engine.streams { self.stream(stream, &list) } })
      $0.member(
        "models",
        array: { list in
          for model in engine.models { self.model(model, isUnsigned: unsigned.contains(model.name), &list) }
        })
      $0.member(
        "plugins",
        array: { list in for plugin in plugins { list.object { PluginStatusDocument.plugin(plugin, &$0) } } })
      $0.member("uplinks", array: { list in for uplink in uplinks { self.uplink(uplink, &list) } })
    }
    return json.bytes
  }

  private static func journal(_ engine: EngineSnapshot, _ json: inout JSONWriter) {
    json.member("path", engine.journalPath)
    json.member("bytes", engine.journalBytes)
    json.member("max_bytes", engine.journalMaxBytes)
    json.member("records", engine.streams.reduce(0) { $0 + $1.records })
    json.member("commits_total", engine.commits)
    json.member("last_commit_us", engine.lastCommitUs)
    json.member("evicted_records_total", engine.evictedRecords)
    json.member("state", engine.holdReason != nil ? "holding" : engine.pauseReason != nil ? "paused" : "writing")
    json.member("hold_reason", engine.holdReason)
    json.member("pause_reason", engine.pauseReason)
  }

  private static func stream(_ stream: StreamState, _ json: inout JSONWriter) {
    let retention = stream.definition.retention
    json.object {
      $0.member("name", stream.definition.name)
      $0.member("class", stream.definition.streamClass.name)
      $0.member("first", stream.first)
      $0.member("last", stream.last)
      // Those that were found damaged and cut out are not held any more.
      $0.member("records", stream.records - min(stream.records, stream.missingRecords))
      $0.member("stored_bytes", stream.storedBytes)
      if let bound = retention.maxBytes { $0.member("max_bytes", bound) }
      if let age = retention.maxAgeMs { $0.member("max_age_s", age / 1000) }
      $0.member("when_full", retention.whenFull.rawValue)
      $0.member("evicted_records_total", stream.evictedRecords)
      $0.member("missing_records", stream.missingRecords)
      $0.member(
        "dropped_total",
        object: { dropped in
          for (reason, count) in stream.dropped.sorted(by: { $0.key < $1.key }) { dropped.member(reason, count) }
        })
    }
  }

  private static func connection(_ connection: EngineSnapshot.Connection, _ json: inout JSONWriter) {
    json.object {
      $0.member("name", connection.name)
      $0.member("address", connection.address)
      $0.member("state", connection.state)
      $0.member("reconnects_total", connection.reconnects)
      $0.member("last_error", connection.lastError)
    }
  }

  private static func feed(_ feed: EngineSnapshot.Feed, _ json: inout JSONWriter) {
    json.object {
      $0.member("name", feed.name)
      $0.member("connection", feed.connection)
      $0.member("received_total", feed.counters.received)
      $0.member("stored_total", feed.counters.stored)
      $0.member("quarantined_total", feed.counters.quarantined)
      $0.member(
        "dropped_total",
        object: {
          $0.member("redelivered", feed.counters.redelivered)
          $0.member("duplicate", feed.counters.duplicate)
          $0.member("oversize", feed.counters.oversize)
        })
      $0.member("records_total", feed.counters.records)
      $0.member("rate_per_s", (feed.ratePerS * 100).rounded() / 100)
      $0.member("lag_ms", feed.lagMs)
    }
  }

  private static func model(_ model: EngineSnapshot.Model, isUnsigned: Bool, _ json: inout JSONWriter) {
    json.object {
      $0.member("name", model.name)
      $0.member("plugin", model.plugin)
      $0.member("state", "running")
      $0.member("unsigned", isUnsigned)
      $0.member("batches_total", model.batches)
      $0.member("records_total", model.records)
      $0.member("emitted_total", model.emitted)
      $0.member("failed_total", model.failed)
      $0.member("refused_total", model.refused)
      $0.member("last_refused", model.lastRefusal)
      $0.member("last_batch_us", model.lastBatchUs)
      $0.member("max_batch_us", model.maxBatchUs)
      $0.member(
        "counters",
        object: { counters in
          for (name, count) in model.counters.sorted(by: { $0.key < $1.key }) { counters.member(name, count) }
        })
    }
  }

  private static func uplink(_ uplink: UplinkStatus, _ json: inout JSONWriter) {
    json.object {
      $0.member("name", uplink.name)
      $0.member("url", uplink.url)
      $0.member("state", uplink.activity.rawValue)
      $0.member("lag_records", uplink.lagRecords)
      $0.member("sent_records_total", uplink.totals.sentRecords)
      $0.member("sent_bytes_total", uplink.totals.sentBytes)
      $0.member("segments_total", uplink.totals.segments)
      $0.member("failures_total", uplink.totals.failures)
      $0.member("rewinds_total", uplink.totals.rewinds)
      $0.member("jumps_total", uplink.totals.jumps)
      $0.member("missing_records_total", uplink.totals.missingRecords)
      $0.member("set_aside_total", uplink.totals.setAside)
      $0.member("short_writes_total", uplink.totals.shortWrites)
      $0.member("last_error", uplink.lastError)
      $0.member(
        "streams",
        array: { list in
          for stream in uplink.streams ?? [] {
            list.object {
              $0.member("stream", stream.name)
              $0.member("watermark", stream.watermark)
              $0.member("last", stream.last)
            }
          }
        })
    }
  }
}
