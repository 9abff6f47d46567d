/// What may be known of a signal beforehand. Nothing need be.
package struct SignalDetectorConfiguration: Equatable, Sendable {
  /// So many values are only learnt from.
  package var learningCount: Int
  /// The signal's least and greatest value, where they are known (a sensor's range, or NAB's rules).
  package var knownRange: ClosedRange<Double>?
  /// The length of the period at the beginning that is known to be normal, as NAB gives it (15 % of a file, at most 750
  /// values): it sets the length of patterns and of the refractory period. Without it both grow with what has been seen.
  package var probationCount: Int?

  /// For a live signal: strictly causal.
  package init(learningCount: Int = 150) {
    self.learningCount = max(learningCount, 1)
  }

  /// Under NAB's rules: a file's range and length are known.
  package init(probationCount: Int, knownRange: ClosedRange<Double>) {
    learningCount = max(probationCount, 1)
    self.probationCount = max(probationCount, 1)
    self.knownRange = knownRange
  }
}
