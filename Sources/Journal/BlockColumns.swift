internal import Records

/// The records of one block before it is written, as plain arrays: consecutive records of one stream. Capacity is kept from
/// block to block.
struct BlockColumns {
  /// Sequence of the first record.
  var first: UInt64 = 0
  var sources: [UInt32] = []
  /// Rows of the table `feed`; 0 for records of models and of the agent itself.
  var feeds: [Int64] = []
  var arrivals: [Int64] = []
  var eventTimesNs: [Int64] = []
  var ingestTimesNs: [Int64] = []
  var monotonicTimesNs: [Int64] = []
  var boots: [UInt32] = []
  var flags: [UInt32] = []
  var bodyLengths: [UInt32] = []
  var bodies: [UInt8] = []

  var count: Int { sources.count }
  var isEmpty: Bool { sources.isEmpty }
  /// The sequence that follows the last record.
  var end: UInt64 { first + UInt64(sources.count) }

  mutating func removeAll() {
    sources.removeAll(keepingCapacity: true)
    feeds.removeAll(keepingCapacity: true)
    arrivals.removeAll(keepingCapacity: true)
    eventTimesNs.removeAll(keepingCapacity: true)
    ingestTimesNs.removeAll(keepingCapacity: true)
    monotonicTimesNs.removeAll(keepingCapacity: true)
    boots.removeAll(keepingCapacity: true)
    flags.removeAll(keepingCapacity: true)
    bodyLengths.removeAll(keepingCapacity: true)
    bodies.removeAll(keepingCapacity: true)
  }

  /// Takes the batch's records of one stream.
  /// - Parameter arrival: that of the batch's first record.
  mutating func take(_ batch: RecordBatch, stream: UInt16, arrival: Int64, boot: UInt32, feedRows: [Int64]) {
    let (streams, sequences, numbers, feedNumbers) = (batch.streams, batch.sequences, batch.sources, batch.feeds)
    let (events, ingests, monotonics) = (batch.eventTimesNs, batch.ingestTimesNs, batch.monotonicTimesNs)
    let (offsets, flagBits) = (batch.bodyOffsets, batch.flags)
    batch.bodies.withUnsafeBytes { arena in
      for index in streams.indices where streams[index] == stream {
        if isEmpty { first = sequences[index] }
        precondition(sequences[index] == end, "BlockColumns: a record without its number")
        sources.append(numbers[index])
        feeds.append(feedNumbers[index] == 0 ? 0 : feedRows[Int(feedNumbers[index]) - 1])
        arrivals.append(arrival + Int64(index))
        eventTimesNs.append(events[index])
        ingestTimesNs.append(ingests[index])
        monotonicTimesNs.append(monotonics[index])
        boots.append(boot)
        flags.append(flagBits[index])
        let (start, stop) = (Int(offsets[index]), Int(offsets[index + 1]))
        bodyLengths.append(UInt32(stop - start))
        bodies.append(contentsOf: UnsafeRawBufferPointer(rebasing: arena[start..<stop]))
      }
    }
  }

  mutating func append(_ record: BlockRecord) {
    if isEmpty { first = record.sequence }
    precondition(record.sequence == end, "BlockColumns: sequence \(record.sequence) where \(end) should be")
    sources.append(record.source)
    feeds.append(record.feed)
    arrivals.append(record.arrival)
    eventTimesNs.append(record.eventTimeNs)
    ingestTimesNs.append(record.ingestTimeNs)
    monotonicTimesNs.append(record.monotonicNs)
    boots.append(record.boot)
    flags.append(record.flags)
    bodyLengths.append(UInt32(record.body.count))
    bodies.append(contentsOf: record.body)
  }
}

/// One record of a block; the body is borrowed from whoever gave it.
struct BlockRecord {
  var sequence: UInt64
  var source: UInt32
  var feed: Int64
  var arrival: Int64
  var eventTimeNs: Int64
  var ingestTimeNs: Int64
  var monotonicNs: Int64
  var boot: UInt32
  var flags: UInt32
  var body: UnsafeRawBufferPointer
}
