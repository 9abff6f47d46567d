/// What a model may have at most. A file beyond one of these is refused when it is read, before memory is taken for
/// it: evaluation
/// time and memory of a model that was accepted are bounded by them.
package enum ModelLimits {
  package static let maxFileBytes = 64 << 20
  package static let maxInputs = 65_536
  package static let maxOutputs = 4096
  package static let maxTrees = 100_000
  /// Decisions and leaves of all trees together.
  package static let maxTreeNodes = 4_000_000
  /// Decisions from the root to a leaf. Contributions take memory by its square.
  package static let maxTreeDepth = 1000
  /// Category values of all decisions together, in words of 32 bits.
  package static let maxCategoryWords = 4_000_000
  /// Values of one call for contributions; a model that would give more gives none.
  package static let maxContributions = 4_000_000
  /// Steps of one call for contributions, leaves × depth² of all trees: a minute or so. A model that would take more gives none.
  package static let maxContributionSteps = 4_000_000_000
  package static let maxNameBytes = 1024
  /// Lines of the header or of one tree in LightGBM's text.
  package static let maxPartLines = 1024

  /// Of JSON and UBJSON: open objects and arrays, and values that are no numbers in an array of numbers.
  package static let maxDocumentDepth = 64
  package static let maxDocumentValues = 4_000_000

  /// Of ONNX.
  package static let maxGraphNodes = 20_000
  package static let maxAttributes = 256
  package static let maxConstants = 65_536
  package static let maxTensorRank = 8
  package static let maxTensorElements = 4_000_000
  /// Multiplications of one evaluation: some tenths of a second.
  package static let maxGraphOperations = 200_000_000
}
