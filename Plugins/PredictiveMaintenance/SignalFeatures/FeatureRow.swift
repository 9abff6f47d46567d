/// A row of features, valid inside the `emit` that gets it.
package struct FeatureRow: ~Copyable {
  /// In the order of the specification; NaN: not defined.
  package let values: UnsafeBufferPointer<Double>
  /// The samples since the row before.
  package let firstSequence: UInt64
  package let lastSequence: UInt64
  package let firstTimeNs: Int64
  /// That of the last sample; of a row by time, the end of its window.
  package let lastTimeNs: Int64
  package let sampleCount: Int
  /// Since the row before, all inputs together; empty: all good.
  package let reasons: QualityReasons
  private let channels: UnsafeBufferPointer<Int64>

  init(
    values: UnsafeBufferPointer<Double>, channels: UnsafeBufferPointer<Int64>, integers: UnsafePointer<Int64>,
    lastTimeNs: Int64
  ) {
    typealias Clock = FeatureLayout.Clock
    self.values = values
    self.channels = channels
    firstSequence = UInt64(bitPattern: integers[Clock.firstSequence])
    lastSequence = UInt64(bitPattern: integers[Clock.lastSequence])
    firstTimeNs = integers[Clock.firstNs]
    self.lastTimeNs = lastTimeNs
    sampleCount = Int(integers[Clock.sinceRow])
    reasons = QualityReasons(rawValue: UInt32(truncatingIfNeeded: integers[Clock.rowReasons]))
  }

  /// Of an input since the row before; the waveform comes after the inputs, the record itself last.
  package func reasons(of channel: Int) -> QualityReasons {
    QualityReasons(rawValue: UInt32(truncatingIfNeeded: channels[channel]))
  }
}
