/// A record as a governed model takes it: borrowed for the call.
package struct GovernedSample {
  /// As it was bound.
  package var stream: Int
  /// A number for the device.
  package var source: UInt32
  package var sequence: UInt64
  package var timeNs: Int64
  package var isTimeTrusted: Bool
  package var columns: UnsafeBufferPointer<Double>
  package var samples: UnsafeBufferPointer<Float>

  package init(
    stream: Int, source: UInt32, sequence: UInt64, timeNs: Int64, isTimeTrusted: Bool = true,
    columns: UnsafeBufferPointer<Double>, samples: UnsafeBufferPointer<Float>
  ) {
    self.stream = stream
    self.source = source
    self.sequence = sequence
    self.timeNs = timeNs
    self.isTimeTrusted = isTimeTrusted
    self.columns = columns
    self.samples = samples
  }

  var asset: UInt64 { UInt64(truncatingIfNeeded: stream) << 32 | UInt64(source) }
}
