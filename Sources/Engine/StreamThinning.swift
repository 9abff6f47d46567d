// What stands for thinned records: for each source and window of event time, minimum, maximum, mean and count of every number
// that the stream's feed names. A body that cannot be read again counts, without numbers.
internal import Decoding
internal import JSONText
internal import Journal
internal import Records

struct StreamThinning {
  private struct Key: Hashable {
    var source: String
    var window: Int64
  }

  private struct Field {
    var min = Double.infinity
    var max = -Double.infinity
    var mean = 0.0
    var count = 0

    /// Welford's update: the mean of a long series does not lose its digits.
    mutating func add(_ value: Double) {
      guard value.isFinite else { return }
      count += 1
      min = Swift.min(min, value)
      max = Swift.max(max, value)
      mean += (value - mean) / Double(count)
    }
  }

  private struct Window {
    var first: UInt64
    var last: UInt64
    var fromNs: Int64
    var toNs: Int64
    var count = 0
    var fields: [Field]
  }

  private let stream: StreamDefinition
  private var order: [Key] = []
  private var windows: [Key: Window] = [:]

  private init(_ stream: StreamDefinition) {
    self.stream = stream
  }

  static func thin(
    _ stream: StreamDefinition, _ records: [ThinnedRecord], feeds: [FeedRuntime]
  ) -> [(body: [UInt8], source: String, eventTimeNs: Int64)] {
    var thinning = StreamThinning(stream)
    let batch = RecordBatch()
    for record in records {
      batch.removeAll()
      thinning.add(record, columns: columns(of: record, stream, feeds, batch))
    }
    return thinning.order.map { key in
      let window = thinning.windows[key]!
      return (thinning.json(key, window), key.source, window.fromNs)
    }
  }

  private static func columns(
    of record: ThinnedRecord, _ stream: StreamDefinition, _ feeds: [FeedRuntime], _ batch: RecordBatch
  ) -> [Double] {
    guard record.feed > 0, Int(record.feed) <= feeds.count else { return [] }
    let feed = feeds[Int(record.feed) - 1]
    let clock = ClockReading(wallNs: record.eventTimeNs, monotonicNs: 0, isSynchronised: true)
    let outcome = record.body.withUnsafeBytes { body in
      feed.replayDecoder?.decode(payload: body, arrival: Arrival(clock: clock), stream: 0, source: 0, into: batch)
    }
    guard outcome == .records(1) else { return [] }
    return Array(batch.columns.prefix(stream.columns.count))
  }

  private mutating func add(_ record: ThinnedRecord, columns: [Double]) {
    let windowNs = stream.retention.thinWindowMs * 1_000_000
    // Rounded down also before 1970; a plugin may give any time.
    let number = record.eventTimeNs / windowNs - (record.eventTimeNs % windowNs < 0 ? 1 : 0)
    let key = Key(source: record.source, window: number)
    var window =
      windows[key]
      ?? Window(
        first: record.sequence, last: record.sequence, fromNs: record.eventTimeNs, toNs: record.eventTimeNs,
        fields: Array(repeating: Field(), count: stream.columns.count))
    if windows[key] == nil { order.append(key) }
    window.last = record.sequence
    window.fromNs = min(window.fromNs, record.eventTimeNs)
    window.toNs = max(window.toNs, record.eventTimeNs)
    window.count += 1
    for (index, value) in columns.enumerated() { window.fields[index].add(value) }
    windows[key] = window
  }

  private func json(_ key: Key, _ window: Window) -> [UInt8] {
    var json = JSONWriter(reserving: 256)
    json.object {
      $0.member("stream", stream.name)
      $0.member("source", key.source)
      $0.member("first", window.first)
      $0.member("last", window.last)
      $0.member("from", Timestamp.text(window.fromNs))
      $0.member("to", Timestamp.text(window.toNs))
      $0.member("count", window.count)
      $0.member(
        "fields",
        object: { fields in
          for (name, field) in zip(stream.columns, window.fields) where field.count > 0 {
            fields.member(
              name,
              object: {
                $0.member("min", field.min)
                $0.member("max", field.max)
                $0.member("mean", field.mean)
                $0.member("count", field.count)
              })
          }
        })
    }
    return json.bytes
  }
}
