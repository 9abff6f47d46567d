// The records of one batch, from decoding to commit, as plain arrays: structure of arrays, one byte arena for bodies, one
// for numeric columns, one for samples. The plugin ABI's `crossdock_batch` points straight into them.
//
// Invariants: every per-record array has `count` elements; every offset array has `count + 1`, ascending, the last equal to
// the length of its arena. A record is either complete or not there: a decoder that fails calls `rollBack`.
// Bound: the owner stops filling at `Limits` of the engine; arenas keep their capacity from batch to batch, so that the
// steady state allocates nothing.
package final class RecordBatch {
  /// A place to go back to.
  package struct Mark {
    fileprivate var count: Int
    fileprivate var columns: Int
    fileprivate var samples: Int
    fileprivate var bodies: Int
  }

  package private(set) var count = 0
  package private(set) var streams: [UInt16] = []
  package private(set) var sources: [UInt32] = []
  /// The number of the feed that a record came by, counted from 1; 0 for records of models and of the agent itself.
  package private(set) var feeds: [UInt16] = []
  package private(set) var sequences: [UInt64] = []
  package private(set) var eventTimesNs: [Int64] = []
  package private(set) var ingestTimesNs: [Int64] = []
  package private(set) var monotonicTimesNs: [Int64] = []
  package private(set) var flags: [UInt32] = []
  package private(set) var bodyOffsets: [UInt32] = [0]
  package private(set) var bodies: [UInt8] = []
  package private(set) var columnOffsets: [UInt32] = [0]
  package private(set) var columns: [Double] = []
  package private(set) var sampleOffsets: [UInt32] = [0]
  package private(set) var samples: [Float] = []

  package init() {}

  package var isEmpty: Bool { count == 0 }
  /// Bytes of all bodies, those of an unfinished record included.
  package var bodyBytes: Int { bodies.count }

  package func removeAll() {
    rollBack(to: Mark(count: 0, columns: 0, samples: 0, bodies: 0))
  }

  package func mark() -> Mark {
    Mark(
      count: count, columns: Int(columnOffsets[count]), samples: Int(sampleOffsets[count]),
      bodies: Int(bodyOffsets[count]))
  }

  /// Forgets every record, and every part of an unfinished one, since the mark.
  package func rollBack(to mark: Mark) {
    precondition(mark.count <= count, "RecordBatch: mark of another batch")
    count = mark.count
    streams.shrink(to: count)
    sources.shrink(to: count)
    feeds.shrink(to: count)
    sequences.shrink(to: count)
    eventTimesNs.shrink(to: count)
    ingestTimesNs.shrink(to: count)
    monotonicTimesNs.shrink(to: count)
    flags.shrink(to: count)
    bodyOffsets.shrink(to: count + 1)
    columnOffsets.shrink(to: count + 1)
    sampleOffsets.shrink(to: count + 1)
    columns.shrink(to: mark.columns)
    samples.shrink(to: mark.samples)
    bodies.shrink(to: mark.bodies)
  }

  // MARK: building one record

  package func appendBody(_ bytes: UnsafeRawBufferPointer) {
    bodies.append(contentsOf: bytes)
  }
  package func appendBody(_ bytes: [UInt8]) {
    bodies.append(contentsOf: bytes)
  }
  package func appendColumn(_ value: Double) {
    columns.append(value)
  }
  package func appendSample(_ value: Float) {
    samples.append(value)
  }

  /// Completes the record whose body, columns and samples were appended since the last one. The sequence is 0 until the
  /// journal gives it.
  package func finishRecord(
    stream: UInt16, source: UInt32, eventTimeNs: Int64, ingestTimeNs: Int64, monotonicNs: Int64, flags: RecordFlags
  ) {
    streams.append(stream)
    sources.append(source)
    feeds.append(0)
    sequences.append(0)
    eventTimesNs.append(eventTimeNs)
    ingestTimesNs.append(ingestTimeNs)
    monotonicTimesNs.append(monotonicNs)
    self.flags.append(flags.rawValue)
    bodyOffsets.append(UInt32(bodies.count))
    columnOffsets.append(UInt32(columns.count))
    sampleOffsets.append(UInt32(samples.count))
    count += 1
  }

  /// The journal's numbering; see `Journal`.
  package func setSequence(_ sequence: UInt64, of index: Int) {
    sequences[index] = sequence
  }

  /// Says by which feed the records from `start` on came.
  package func setFeed(_ feed: UInt16, from start: Int) {
    for index in start..<count { feeds[index] = feed }
  }

  /// Gives a record the numbers that it was stored with: for records that come back from the journal.
  package func restate(
    _ index: Int, sequence: UInt64, eventTimeNs: Int64, ingestTimeNs: Int64, monotonicNs: Int64, flags: RecordFlags
  ) {
    sequences[index] = sequence
    eventTimesNs[index] = eventTimeNs
    ingestTimesNs[index] = ingestTimeNs
    monotonicTimesNs[index] = monotonicNs
    self.flags[index] = flags.rawValue
  }

  package func withBody<Result>(of index: Int, _ read: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try bodies.withUnsafeBytes { arena in
      try read(UnsafeRawBufferPointer(rebasing: arena[Int(bodyOffsets[index])..<Int(bodyOffsets[index + 1])]))
    }
  }
}

extension Array {
  /// Drops the tail and keeps the storage.
  fileprivate mutating func shrink(to length: Int) {
    if count > length { removeLast(count - length) }
  }
}
