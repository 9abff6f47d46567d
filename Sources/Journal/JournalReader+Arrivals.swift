package import Records
internal import SQLite

// Reading several streams in one order: that in which their records arrived. For plugins that run beside the agent.
extension JournalReader {
  package struct ArrivedRecord {
    /// Its place in the list of streams that was asked for.
    package var stream: Int
    package var arrival: Int64
    /// By which feed it came; empty for records of plugins and of the agent itself.
    package var feed: String
    /// The journal's number of its source.
    package var source: UInt32
    package var record: StoredRecord
  }

  /// What was read, and how far it goes.
  package struct Arrivals {
    package var records: [ArrivedRecord] = []
    /// By stream: the last sequence that had arrived by then. To be handed in with the next call: with the sequences of the records
    /// that were given put in, when that goes on behind them.
    package var after: [UInt64] = []
    /// Records behind what was handed in that have been evicted.
    package var missed: UInt64 = 0
  }

  package func checkpoint(of model: String) throws(CrossdockError) -> Journal.SavedCheckpoint? {
    try Journal.SavedCheckpoint.read(model, in: database)
  }

  /// By stream: a sequence before which every record had arrived by then.
  package func sequences(of streams: [String], arrivedUpTo arrival: Int64) throws(CrossdockError) -> [UInt64] {
    try database.reading { () throws(CrossdockError) in
      let table = try StreamTable.read(database)
      var all: [UInt64] = []
      for stream in streams {
        let id = try id(of: stream)
        let gone = table.first { $0.id == id }?.evictedThrough ?? 0
        all.append(max(gone, try sequence(of: id, arrivedUpTo: arrival)))
      }
      return all
    }
  }

  /// Records that arrived after a number, at most `limit` and no more than `maxBytes` of bodies beyond the first, in order of
  /// arrival.
  /// - Parameter after: by stream: a sequence up to which everything had arrived by then.
  /// - Throws: damaged, when what comes next in a stream is.
  package func arrivals(
    of streams: [String], arrivedAfter arrival: Int64, after: [UInt64], limit: Int, maxBytes: Int
  ) throws(CrossdockError) -> Arrivals {
    try database.reading { () throws(CrossdockError) in
      var result = Arrivals()
      let feeds = try feedNames()
      let table = try StreamTable.read(database)
      // What is given of one stream must not overtake what is not given yet of another.
      var horizon = Int64.max
      for (number, stream) in streams.enumerated() {
        let id = try id(of: stream)
        let gone = table.first { $0.id == id }?.evictedThrough ?? 0
        if gone > after[number] { result.missed += gone - after[number] }
        var start = max(after[number], gone)
        let end = try take(id, number, &start, arrival: arrival, feeds, limit, maxBytes, into: &result.records)
        result.after.append(start)
        if let end { horizon = min(horizon, end) }
      }
      blocks.releaseMemory()
      result.records.removeAll { $0.arrival > horizon }
      result.records.sort { $0.arrival < $1.arrival }
      result.cut(limit: limit, maxBytes: maxBytes)
      return result
    }
  }

  /// - Parameter start: from there; moved behind what had arrived before.
  /// - Returns: the arrival of the last record that was taken, when there may be more behind it; nil: that was all.
  private func take(
    _ id: Int64, _ number: Int, _ start: inout UInt64, arrival: Int64, _ feeds: [Int64: String], _ limit: Int,
    _ maxBytes: Int,
    into records: inout [ArrivedRecord]
  ) throws(CrossdockError) -> Int64? {
    var (count, bytes, last) = (0, 0, Int64.min)
    var isCut = false
    do throws(CrossdockError) {
      try blocks.forEach(stream: id, after: start) { record throws(CrossdockError) in
        guard record.arrival > arrival else {
          start = record.sequence
          return true
        }
        records.append(
          ArrivedRecord(
            stream: number, arrival: record.arrival, feed: feeds[record.feed] ?? "", source: record.source,
            record: try stored(record)))
        count += 1
        bytes += record.body.count
        last = record.arrival
        isCut = count >= limit || bytes > maxBytes
        return !isCut
      }
    } catch {
      // What lies before the damage is given first.
      guard count > 0, error.fault == .damaged else { throw error }
      isCut = true
    }
    return isCut ? last : nil
  }

  private func feedNames() throws(CrossdockError) -> [Int64: String] {
    var names: [Int64: String] = [:]
    let rows = try database.prepare("SELECT id, name FROM feed")
    while try rows.step() { names[rows.integer(0)] = rows.text(1) }
    return names
  }

  /// The end of the last segment that had arrived by then.
  private func sequence(of stream: Int64, arrivedUpTo arrival: Int64) throws(CrossdockError) -> UInt64 {
    let statement = try database.prepare(
      "SELECT last FROM segment WHERE key >= ?1 AND key < ?2 AND last_arrival <= ?3 ORDER BY key DESC LIMIT 1")
    statement.bind(JournalSchema.key(stream, 0), at: 1)
    statement.bind(JournalSchema.key(stream + 1, 0), at: 2)
    statement.bind(arrival, at: 3)
    return try statement.step() ? UInt64(clamping: statement.integer(0)) : 0
  }
}

extension JournalReader.Arrivals {
  fileprivate mutating func cut(limit: Int, maxBytes: Int) {
    var bytes = 0
    for (index, record) in records.prefix(limit).enumerated() {
      bytes += record.record.body.count
      if index > 0, bytes > maxBytes {
        records.removeLast(records.count - index)
        return
      }
    }
    if records.count > limit { records.removeLast(records.count - limit) }
  }
}
