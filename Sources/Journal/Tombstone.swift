internal import JSONText

/// What was dropped: a range of a stream, how many records, and why. Goes into the stream `_tombstones`.
package struct Tombstone: Sendable, Equatable {
  /// The stream's name, `*` for the whole journal, `feed:<name>` for messages that never became records, or `plugin:<name>:<stream>` for
  /// what a model has emitted beyond the bounds of a batch.
  package var stream: String
  /// Sequences, inclusive; 0 where there are none.
  package var first: UInt64
  package var last: UInt64
  package var count: UInt64
  /// `journal_full`, `stream_full`, `class_full`, `expired`, `thinned`, `damaged`, `oversize`, `too_many_outputs`, or what became of a damaged file.
  package var reason: String
  /// Up to where every uplink had confirmed: what lies beyond is lost for central.
  package var confirmedThrough: UInt64?

  /// The reason under which the records count as dropped; nil where they are still here.
  package var dropReason: String? {
    switch reason {
    case "journal_full", "stream_full", "class_full", "expired", "thinned": reason
    default: reason.hasPrefix("damaged") ? "damaged" : nil
    }
  }

  package init(
    stream: String, first: UInt64, last: UInt64, count: UInt64, reason: String, confirmedThrough: UInt64? = nil
  ) {
    self.stream = stream
    self.first = first
    self.last = last
    self.count = count
    self.reason = reason
    self.confirmedThrough = confirmedThrough
  }

  package func json() -> [UInt8] {
    var json = JSONWriter()
    json.object {
      $0.member("stream", stream)
      $0.member("first", first)
      $0.member("last", last)
      $0.member("count", count)
      $0.member("reason", reason)
      if let confirmedThrough { $0.member("confirmed_through", confirmedThrough) }
    }
    return json.bytes
  }
}
