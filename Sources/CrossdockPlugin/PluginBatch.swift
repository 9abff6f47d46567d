internal import CCrossdockPlugin

/// The records that the host hands over: a borrowed view, valid until `process` returns.
public struct PluginBatch: Sequence {
  let raw: UnsafePointer<crossdock_batch>

  init(_ raw: UnsafePointer<crossdock_batch>) {
    self.raw = raw
  }

  /// How many records are for this plugin.
  public var count: Int { Int(raw.pointee.selection_count) }

  public subscript(position: Int) -> PluginRecord {
    precondition(position >= 0 && position < count, "PluginBatch: out of range")
    return PluginRecord(raw: raw, index: Int(raw.pointee.selection[position]))
  }

  public func makeIterator() -> AnyIterator<PluginRecord> {
    var next = 0
    return AnyIterator {
      guard next < count else { return nil }
      next += 1
      return self[next - 1]
    }
  }
}

/// One record of a batch, borrowed like the batch.
public struct PluginRecord {
  let raw: UnsafePointer<crossdock_batch>
  let index: Int

  /// Position in `PluginContext.streams`.
  public var stream: UInt16 { raw.pointee.stream[index] }
  public var sequence: UInt64 { raw.pointee.sequence[index] }
  public var eventTimeNs: Int64 { raw.pointee.event_time_ns[index] }
  public var ingestTimeNs: Int64 { raw.pointee.ingest_time_ns[index] }
  /// CLOCK_BOOTTIME at ingest: durations come from this one.
  public var monotonicNs: Int64 { raw.pointee.monotonic_ns[index] }
  /// `CROSSDOCK_FLAG_…`
  public var flags: UInt32 { raw.pointee.flags[index] }
  public var isEventTimeTrusted: Bool {
    flags & UInt32(CROSSDOCK_FLAG_EVENT_TIME_MISSING | CROSSDOCK_FLAG_EVENT_TIME_CLAMPED) == 0
  }

  /// A number for the source, stable for the life of the instance: cheaper as a key than its name. In a process of its own another instance
  /// has other numbers: what a checkpoint keeps goes by the name.
  public var sourceNumber: UInt32 { raw.pointee.source[index] }
  public var source: String {
    let bytes = raw.pointee.sources[Int(sourceNumber)]
    return String(decoding: UnsafeBufferPointer(start: bytes.data, count: bytes.count), as: UTF8.self)
  }

  public var body: UnsafeRawBufferPointer {
    let start = Int(raw.pointee.body_offset[index])
    let end = Int(raw.pointee.body_offset[index + 1])
    guard let base = raw.pointee.bodies, end > start else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    return UnsafeRawBufferPointer(start: base + start, count: end - start)
  }

  /// The stream's numeric fields in the order of `Stream.columns`; NaN where the message lacked one.
  public var columns: UnsafeBufferPointer<Double> {
    let start = Int(raw.pointee.column_offset[index])
    let end = Int(raw.pointee.column_offset[index + 1])
    guard let base = raw.pointee.columns, end > start else { return UnsafeBufferPointer(start: nil, count: 0) }
    return UnsafeBufferPointer(start: base + start, count: end - start)
  }

  /// The waveform that the feed named, empty otherwise.
  public var samples: UnsafeBufferPointer<Float> {
    let start = Int(raw.pointee.sample_offset[index])
    let end = Int(raw.pointee.sample_offset[index + 1])
    guard let base = raw.pointee.samples, end > start else { return UnsafeBufferPointer(start: nil, count: 0) }
    return UnsafeBufferPointer(start: base + start, count: end - start)
  }
}
