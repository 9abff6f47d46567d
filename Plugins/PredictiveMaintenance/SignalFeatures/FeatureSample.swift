/// One record of an asset, borrowed.
struct FeatureSample {
  /// In the order of the specification's inputs; NaN: missing.
  var values: UnsafePointer<Double>
  /// nil: the record has no waveform.
  var samples: UnsafeBufferPointer<Float>?
  var timeNs: Int64
  var sequence: UInt64
}
