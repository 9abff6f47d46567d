// The records of one batch, from decoding to commit, as plain arrays: structure of arrays, one byte arena for bodies, one
// for numeric columns, one for samples. The plugin ABI's `crossdock_batch` points straight into them.
//
// Invariants: every per-record array has `count` elements; every offset array has `count + 1`, ascending, the last equal to
// the length of its arena. A record is either complete or not there: a decoder that fails calls `rollBack`.
// Bound: the owner stops filling at `Limits` of the engine; arenas keep their capacity from batch to batch, so that the
// steady state allocates nothing.
//
// The arrays lie in one struct behind a pointer of the batch's own: an access to a class's stored property is checked for
// exclusivity at run time (some 10 ns), one through a pointer is not. The batch belongs to one thread, and no method calls
// out while it changes something.
package final class RecordBatch {
  /// A place to go back to.
  package struct Mark {
    fileprivate var count: Int
    fileprivate var columns: Int
    fileprivate var samples: Int
    fileprivate var bodies: Int
  }

  private let storage: UnsafeMutablePointer<RecordArrays>

  package init() {
    storage = .allocate(capacity: 1)
    storage.initialize(to: RecordArrays())
  }

  deinit {
    storage.deinitialize(count: 1)
    storage.deallocate()
  }

  private var arrays: RecordArrays {
    @inline(__always) unsafeAddress { UnsafePointer(storage) }
    @inline(__always) unsafeMutableAddress { storage }
  }

  package var count: Int { arrays.count }
  package var isEmpty: Bool { arrays.count == 0 }
  package var streams: [UInt16] { arrays.streams }
  package var sources: [UInt32] { arrays.sources }
  /// The number of the feed that a record came by, counted from 1; 0 for records of models and of the agent itself.
  package var feeds: [UInt16] { arrays.feeds }
  package var sequences: [UInt64] { arrays.sequences }
  package var eventTimesNs: [Int64] { arrays.eventTimesNs }
  package var ingestTimesNs: [Int64] { arrays.ingestTimesNs }
  package var monotonicTimesNs: [Int64] { arrays.monotonicTimesNs }
  package var flags: [UInt32] { arrays.flags }
  package var bodyOffsets: [UInt32] { arrays.bodyOffsets }
  package var bodies: [UInt8] { arrays.bodies }
  package var columnOffsets: [UInt32] { arrays.columnOffsets }
  package var columns: [Double] { arrays.columns }
  package var sampleOffsets: [UInt32] { arrays.sampleOffsets }
  package var samples: [Float] { arrays.samples }
  /// Bytes of all bodies, those of an unfinished record included.
  package var bodyBytes: Int { arrays.bodies.count }

  package func removeAll() {
    arrays.shrink(to: 0, columns: 0, samples: 0, bodies: 0)
  }

  package func mark() -> Mark {
    Mark(
      count: arrays.count, columns: Int(arrays.columnOffsets[arrays.count]),
      samples: Int(arrays.sampleOffsets[arrays.count]), bodies: Int(arrays.bodyOffsets[arrays.count]))
  }

  /// Forgets every record, and every part of an unfinished one, since the mark.
  package func rollBack(to mark: Mark) {
    precondition(mark.count <= arrays.count, "RecordBatch: mark of another batch")
    arrays.shrink(to: mark.count, columns: mark.columns, samples: mark.samples, bodies: mark.bodies)
  }

  // MARK: building one record

  package func appendBody(_ bytes: UnsafeRawBufferPointer) {
    arrays.bodies.append(contentsOf: bytes)
  }
  package func appendBody(_ bytes: [UInt8]) {
    arrays.bodies.append(contentsOf: bytes)
  }
  package func appendColumn(_ value: Double) {
    arrays.columns.append(value)
  }
  package func appendSample(_ value: Float) {
    arrays.samples.append(value)
  }
  package func appendSamples(_ values: [Float]) {
    arrays.samples.append(contentsOf: values)
  }
  package func appendSamples(_ values: UnsafeBufferPointer<Float>) {
    arrays.samples.append(contentsOf: values)
  }

  /// Completes the record whose body, columns and samples were appended since the last one. The sequence is 0 until the
  /// journal gives it.
  package func finishRecord(
    stream: UInt16, source: UInt32, eventTimeNs: Int64, ingestTimeNs: Int64, monotonicNs: Int64, flags: RecordFlags
  ) {
    arrays.finish(stream, source, eventTimeNs, ingestTimeNs, monotonicNs, flags.rawValue)
  }

  /// The same in one step, for a record whose body and columns are ready (its samples may have been appended before).
  package func finishRecord(
    body: UnsafeRawBufferPointer, columns: UnsafeBufferPointer<Double>, stream: UInt16, source: UInt32,
    eventTimeNs: Int64, ingestTimeNs: Int64, monotonicNs: Int64, flags: RecordFlags
  ) {
    arrays.append(body, columns)
    arrays.finish(stream, source, eventTimeNs, ingestTimeNs, monotonicNs, flags.rawValue)
  }

  /// The journal's numbering; see `Journal`.
  package func setSequence(_ sequence: UInt64, of index: Int) {
    arrays.sequences[index] = sequence
  }

  /// Says by which feed the records from `start` on came.
  package func setFeed(_ feed: UInt16, from start: Int) {
    arrays.setFeed(feed, from: start)
  }

  /// Gives a record the numbers that it was stored with: for records that come back from the journal.
  package func restate(
    _ index: Int, sequence: UInt64, eventTimeNs: Int64, ingestTimeNs: Int64, monotonicNs: Int64, flags: RecordFlags
  ) {
    arrays.sequences[index] = sequence
    arrays.eventTimesNs[index] = eventTimeNs
    arrays.ingestTimesNs[index] = ingestTimeNs
    arrays.monotonicTimesNs[index] = monotonicNs
    arrays.flags[index] = flags.rawValue
  }

  package func eventTimeNs(of index: Int) -> Int64 { arrays.eventTimesNs[index] }

  package func withBody<Result>(of index: Int, _ read: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    // The arena is held for the call, so that it stays as it is even when `read` appends to this batch.
    let bodies = arrays.bodies
    let range = arrays.bodyRange(of: index)
    return try bodies.withUnsafeBytes { try read(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }
}
