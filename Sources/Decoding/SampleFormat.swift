/// How a JSON message carries a waveform.
package enum SampleFormat: Sendable, Equatable {
  /// An array of numbers.
  case numbers
  /// Base64 of little-endian IEEE 754 single precision.
  case float32
  /// Base64 of little-endian integers; a sample is the integer, its scale is the model's.
  case int16
}
