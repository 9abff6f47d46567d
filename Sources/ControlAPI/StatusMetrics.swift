internal import JSONText

/// `/metrics`, made from the document of `/v1/status`: one source, so the two can never disagree. For each feed
/// `received = stored + quarantined + sum of dropped{reason}` holds in every scrape.
enum StatusMetrics {
  static func text(_ status: JSONValue) -> [UInt8] {
    var out = OpenMetricsWriter()
    agent(status, &out)
    feeds(status["feeds"]?.array ?? [], &out)
    connections(status["connections"]?.array ?? [], &out)
    streams(status["streams"]?.array ?? [], &out)
    models(status["models"]?.array ?? [], &out)
    plugins(status["plugins"]?.array ?? [], &out)
    uplinks(status["uplinks"]?.array ?? [], &out)
    return out.finish()
  }

  private static func agent(_ status: JSONValue, _ out: inout OpenMetricsWriter) {
    out.begin("crossdock_agent", .info, help: "The agent's id, version and journal epoch.")
    let names = ["agent", "version", "epoch"]
    out.sample(names.map { ($0, status[$0]?.string ?? "") }, 1)
    out.begin("crossdock_uptime_seconds", .gauge, unit: "seconds", help: "Since the agent started.")
    out.sample(status["uptime_s"]?.number)
    out.begin("crossdock_clock_synchronised", .gauge, help: "1 while the kernel says that the clock is disciplined.")
    out.sample(status["clock_synchronised"]?.bool.map { $0 ? 1.0 : 0 })
    let journal = status["journal"]
    out.begin("crossdock_journal_size_bytes", .gauge, unit: "bytes", help: "All files of the journal.")
    out.sample(journal?["bytes"]?.number)
    out.begin("crossdock_journal_limit_bytes", .gauge, unit: "bytes", help: "The cap that eviction keeps.")
    out.sample(journal?["max_bytes"]?.number)
    out.begin("crossdock_journal_records", .gauge, help: "Records held, all streams.")
    out.sample(journal?["records"]?.number)
    out.begin("crossdock_journal_commits", .counter, help: "Durable transactions since the start.")
    out.sample(journal?["commits_total"]?.number)
    out.begin("crossdock_journal_last_commit_seconds", .gauge, unit: "seconds", help: "Duration of the last one.")
    out.sample((journal?["last_commit_us"]?.number).map { $0 / 1e6 })
    out.begin(
      "crossdock_journal_evicted_records", .counter, help: "Records dropped by a cap or an age; see _tombstones.")
    out.sample(journal?["evicted_records_total"]?.number)
    out.begin("crossdock_journal_state", .stateset, help: "holding: nothing is acknowledged; paused: nothing is read.")
    for state in ["writing", "holding", "paused"] {
      out.sample([("crossdock_journal_state", state)], (journal?["state"]?.string).map { $0 == state ? 1.0 : 0 })
    }
  }

  /// One sample for each element, labelled with its name.
  private static func each(
    _ elements: [JSONValue], _ label: String, _ member: String, _ out: inout OpenMetricsWriter
  ) {
    for element in elements { out.sample([(label, element["name"]?.string ?? "")], element[member]?.number) }
  }

  private static func feeds(_ feeds: [JSONValue], _ out: inout OpenMetricsWriter) {
    for what in ["received", "stored", "quarantined"] {
      out.begin("crossdock_feed_\(what)_messages", .counter, help: "Messages \(what).")
      each(feeds, "feed", "\(what)_total", &out)
    }
    out.begin("crossdock_feed_dropped_messages", .counter, help: "Messages not stored, by reason.")
    for feed in feeds {
      for (reason, count) in feed["dropped_total"]?.object ?? [] {
        out.sample([("feed", feed["name"]?.string ?? ""), ("reason", reason)], count.number)
      }
    }
    out.begin("crossdock_feed_records", .counter, help: "Records made of the stored messages.")
    each(feeds, "feed", "records_total", &out)
    out.begin("crossdock_feed_lag_seconds", .gauge, unit: "seconds", help: "Ingest time less event time, last record.")
    for feed in feeds {
      out.sample([("feed", feed["name"]?.string ?? "")], (feed["lag_ms"]?.number).map { $0 / 1000 })
    }
  }

  private static func connections(_ connections: [JSONValue], _ out: inout OpenMetricsWriter) {
    out.begin("crossdock_connection_up", .gauge, help: "1 while connected to the broker.")
    for connection in connections {
      let isUp = (connection["state"]?.string).map { $0 == "connected" ? 1.0 : 0 }
      out.sample([("connection", connection["name"]?.string ?? "")], isUp)
    }
    out.begin("crossdock_connection_reconnects", .counter, help: "Connections made anew.")
    each(connections, "connection", "reconnects_total", &out)
  }

  /// For each stream `last_sequence = first_sequence - 1 + records + missing_records`, and what is before the first was evicted
  /// or missing: every number that was given is here, evicted or missing.
  private static func streams(_ streams: [JSONValue], _ out: inout OpenMetricsWriter) {
    for (family, member, help) in [
      ("records", "records", "Records held."),
      ("first_sequence", "first", "Sequence of the oldest record that is not evicted."),
      ("last_sequence", "last", "Sequence of the newest record."),
      ("missing_records", "missing_records", "Records after the first that were found damaged and cut out."),
    ] {
      out.begin("crossdock_stream_\(family)", .gauge, help: help)
      each(streams, "stream", member, &out)
    }
    for (family, member, help) in [
      ("stored_bytes", "stored_bytes", "What its records take in the journal."),
      ("limit_bytes", "max_bytes", "Its own cap, where it has one."),
    ] {
      out.begin("crossdock_stream_\(family)", .gauge, unit: "bytes", help: help)
      each(streams, "stream", member, &out)
    }
    out.begin(
      "crossdock_stream_limit_seconds", .gauge, unit: "seconds",
      help: "The age at which its records expire, where there is one.")
    each(streams, "stream", "max_age_s", &out)
    out.begin("crossdock_stream_evicted_records", .counter, help: "Records dropped or thinned, in this journal's life.")
    each(streams, "stream", "evicted_records_total", &out)
    out.begin(
      "crossdock_stream_dropped_records", .counter,
      help: "Records that tombstones have named since the start, by reason.")
    for stream in streams {
      for (reason, count) in stream["dropped_total"]?.object ?? [] {
        out.sample([("stream", stream["name"]?.string ?? ""), ("reason", reason)], count.number)
      }
    }
  }

  private static func models(_ models: [JSONValue], _ out: inout OpenMetricsWriter) {
    out.begin("crossdock_model_up", .gauge, help: "1 while the model runs.")
    for model in models {
      let isUp = (model["state"]?.string).map { $0 == "running" ? 1.0 : 0 }
      out.sample([("model", model["name"]?.string ?? "")], isUp)
    }
    for (family, member, help) in [
      ("batches", "batches_total", "Batches run."), ("read_records", "records_total", "Records read."),
      ("emitted_records", "emitted_total", "Records emitted."), ("failed_batches", "failed_total", "Batches failed."),
      ("refused_records", "refused_total", "Outputs that were not taken: no JSON, or too many sources."),
    ] {
      out.begin("crossdock_model_\(family)", .counter, help: help)
      each(models, "model", member, &out)
    }
  }

  private static func plugins(_ plugins: [JSONValue], _ out: inout OpenMetricsWriter) {
    out.begin("crossdock_plugin_up", .gauge, help: "1 while the plugin's process runs.")
    for plugin in plugins {
      out.sample([("plugin", plugin["name"]?.string ?? "")], plugin["state"]?.string == "running" ? 1 : 0)
    }
    out.begin("crossdock_plugin_unsigned", .gauge, help: "1 for a plugin without a signature.")
    for plugin in plugins {
      out.sample([("plugin", plugin["name"]?.string ?? "")], plugin["unsigned"]?.bool == true ? 1 : 0)
    }
    out.begin("crossdock_plugin_memory_megabytes", .gauge, unit: "megabytes", help: "Resident memory of its process.")
    each(plugins, "plugin", "resident_mb", &out)
    out.begin("crossdock_plugin_cpu_seconds", .counter, unit: "seconds", help: "Processor time of its processes.")
    for plugin in plugins {
      out.sample([("plugin", plugin["name"]?.string ?? "")], Double(plugin["cpu_total_ms"]?.integer ?? 0) / 1000)
    }
    for (family, member, help) in [
      ("batches", "batches_total", "Batches that succeeded."), ("read_records", "records_total", "Records read."),
      ("emitted_records", "emitted_total", "Records emitted."),
      ("refused_records", "refused_total", "Outputs that were not taken: no JSON, or too many sources."),
      ("rejected_records", "rejected_total", "Records that a decoder could not decode."),
      ("set_aside_records", "set_aside_total", "Records that it fails on, kept in the quarantine."),
      ("missed_records", "missed_records_total", "Records that were gone before it came to them."),
      ("restarts", "restarts_total", "Starts after the first."),
      ("failures", "failures_total", "Crashes, hangs and the like."),
      ("denied_calls", "denied_calls_total", "Calls that its confinement denied."),
    ] {
      out.begin("crossdock_plugin_\(family)", .counter, help: help)
      each(plugins, "plugin", member, &out)
    }
    out.begin(
      "crossdock_plugin_batch_duration_microseconds", .histogram, unit: "microseconds",
      help: "Batches by the time they took.")
    for plugin in plugins {
      var upTo = 0.0
      for (bound, count) in plugin["batch_us"]?.object ?? [] {
        upTo += count.number ?? 0
        out.sample([("plugin", plugin["name"]?.string ?? ""), ("le", bound == "more" ? "+Inf" : "\(bound).0")], upTo)
      }
    }
  }

  private static func uplinks(_ uplinks: [JSONValue], _ out: inout OpenMetricsWriter) {
    out.begin("crossdock_uplink_lag_records", .gauge, help: "Records that the destination does not have.")
    each(uplinks, "uplink", "lag_records", &out)
    for (family, member, help) in [
      ("sent_records", "sent_records_total", "Records in accepted segments."),
      ("sent_bytes", "sent_bytes_total", "Bytes of segments on the wire."),
      ("failures", "failures_total", "Requests that were not accepted."),
    ] {
      out.begin("crossdock_uplink_\(family)", .counter, help: help)
      each(uplinks, "uplink", member, &out)
    }
  }
}
