internal import JSONText
internal import Records

extension JournalInspection {
  /// One object; times as RFC 3339.
  package func json() -> [UInt8] {
    var json = JSONWriter(reserving: 4096)
    json.object { json in
      json.member("path", path)
      json.member("agent", agent)
      json.member("epoch", lives.last?.epoch.description)
      json.member("epochs", array: { json in for life in lives { Self.write(life, &json) } })
      json.member("file_bytes", fileBytes)
      json.member("wal_bytes", walBytes)
      json.member("pages", pages)
      json.member("free_pages", freePages)
      json.member("sources", sources)
      json.member("streams", array: { json in for stream in streams { Self.write(stream, &json) } })
      json.member(
        "hot",
        object: { json in
          json.member("records", hotRecords)
          json.member("bytes", hotBytes)
        })
      json.member(
        "cold",
        object: { json in
          json.member("records", coldRecords)
          json.member("raw_bytes", coldRawBytes)
          json.member("stored_bytes", coldStoredBytes)
        })
      json.member("feeds", array: { json in for feed in feeds { Self.write(feed, &json) } })
      json.member("checkpoints", array: { json in for checkpoint in checkpoints { Self.write(checkpoint, &json) } })
      json.member(
        "delivery_windows",
        array: { json in
          for window in deliveryWindows {
            json.object {
              $0.member("connection", window.connection)
              $0.member("messages", window.entries)
            }
          }
        })
      json.member("replies_pending", repliesPending)
    }
    return json.bytes
  }

  private static func write(_ life: Life, _ json: inout JSONWriter) {
    json.object {
      $0.member("epoch", life.epoch.description)
      $0.member("began", Timestamp.text(life.beganNs))
      $0.member("reason", life.reason)
    }
  }

  private static func write(_ stream: Stream, _ json: inout JSONWriter) {
    json.object { json in
      json.member("name", stream.name)
      json.member("class", stream.streamClass.name)
      json.member("first", stream.first)
      json.member("last", stream.last)
      json.member("records", stream.records)
      json.member("missing", stream.missing)
      json.member("evicted", stream.evicted)
      json.member("hot_rows", stream.hotRows)
      json.member("hot_records", stream.hotRecords)
      json.member("hot_bytes", stream.hotBytes)
      json.member("segments", stream.segments)
      json.member("cold_records", stream.coldRecords)
      json.member("cold_raw_bytes", stream.coldRawBytes)
      json.member("cold_stored_bytes", stream.coldStoredBytes)
      json.member("oldest_ingest", stream.oldestIngestNs.map(Timestamp.text))
      json.member("newest_ingest", stream.newestIngestNs.map(Timestamp.text))
      json.member(
        "cursors",
        array: { json in
          for cursor in stream.cursors {
            json.object {
              $0.member("name", cursor.name)
              $0.member("sequence", cursor.sequence)
              $0.member("lag", cursor.lag)
            }
          }
        })
    }
  }

  private static func write(_ feed: Feed, _ json: inout JSONWriter) {
    json.object { json in
      json.member("name", feed.name)
      json.member("received", feed.counters.received)
      json.member("stored", feed.counters.stored)
      json.member("quarantined", feed.counters.quarantined)
      json.member("redelivered", feed.counters.redelivered)
      json.member("duplicate", feed.counters.duplicate)
      json.member("oversize", feed.counters.oversize)
      json.member("records", feed.counters.records)
      json.member("balanced", feed.counters.isBalanced)
    }
  }

  private static func write(_ checkpoint: Checkpoint, _ json: inout JSONWriter) {
    json.object { json in
      json.member("model", checkpoint.model)
      json.member("version", checkpoint.version)
      json.member("bytes", checkpoint.bytes)
      json.member("arrival", checkpoint.arrival)
    }
  }
}
