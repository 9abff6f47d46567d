/// What a `RecordBatch` holds.
struct RecordArrays {
  var count = 0
  var streams: [UInt16] = []
  var sources: [UInt32] = []
  var feeds: [UInt16] = []
  var sequences: [UInt64] = []
  var eventTimesNs: [Int64] = []
  var ingestTimesNs: [Int64] = []
  var monotonicTimesNs: [Int64] = []
  var flags: [UInt32] = []
  var bodyOffsets: [UInt32] = [0]
  var bodies: [UInt8] = []
  var columnOffsets: [UInt32] = [0]
  var columns: [Double] = []
  var sampleOffsets: [UInt32] = [0]
  var samples: [Float] = []

  func bodyRange(of index: Int) -> Range<Int> { Int(bodyOffsets[index])..<Int(bodyOffsets[index + 1]) }

  mutating func append(_ body: UnsafeRawBufferPointer, _ columns: UnsafeBufferPointer<Double>) {
    bodies.append(contentsOf: body)
    if !columns.isEmpty { self.columns.append(contentsOf: columns) }
  }

  mutating func finish(
    _ stream: UInt16, _ source: UInt32, _ eventTimeNs: Int64, _ ingestTimeNs: Int64, _ monotonicNs: Int64,
    _ flags: UInt32
  ) {
    streams.append(stream)
    sources.append(source)
    feeds.append(0)
    sequences.append(0)
    eventTimesNs.append(eventTimeNs)
    ingestTimesNs.append(ingestTimeNs)
    monotonicTimesNs.append(monotonicNs)
    self.flags.append(flags)
    bodyOffsets.append(UInt32(bodies.count))
    columnOffsets.append(UInt32(columns.count))
    sampleOffsets.append(UInt32(samples.count))
    count += 1
  }

  mutating func setFeed(_ feed: UInt16, from start: Int) {
    for index in start..<count { feeds[index] = feed }
  }

  /// Keeps the storage.
  mutating func shrink(to count: Int, columns: Int, samples: Int, bodies: Int) {
    self.count = count
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
    self.columns.shrink(to: columns)
    self.samples.shrink(to: samples)
    self.bodies.shrink(to: bodies)
  }
}

extension Array {
  fileprivate mutating func shrink(to length: Int) {
    if count > length { removeLast(count - length) }
  }
}
