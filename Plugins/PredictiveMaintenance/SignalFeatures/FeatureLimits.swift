/// Bounds of a feature specification. What is beyond them is refused with its place.
package enum FeatureLimits {
  package static let specificationBytes = 1 << 20
  package static let nameBytes = 64
  /// Of a column's name, a member's pointer, a category's text.
  package static let columnBytes = 256
  package static let inputs = 256
  package static let derived = 128
  package static let combinations = 128
  package static let features = 1024
  package static let categories = 256
  package static let regimes = 64
  package static let regimeInputs = 16
  package static let expressionBytes = 1024
  /// Numbers, names and operations of one expression.
  package static let expressionTerms = 256
  /// Nested parentheses and functions, and values held while it is evaluated.
  package static let expressionDepth = 32
  package static let windowCount = 65_536
  package static let lateRows = 4096
  /// Records in a row for which a value is held.
  package static let holdCount = 1000
  package static let seconds = 1e-6...3.2e8
  /// What one asset may need in memory.
  package static let assetBytes = 64 << 20
  /// Waveform samples of a block (see `WaveformAnalyser.sampleCounts`).
  package static let blockSamples = 65_536
}
