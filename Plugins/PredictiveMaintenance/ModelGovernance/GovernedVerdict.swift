internal import Prognosis
package import SignalFeatures

/// What the active version says of a row of features: valid inside the call that got it.
package struct GovernedVerdict {
  package let name: String
  package let version: ModelVersion
  /// Calibrated, in the order of `version.outputNames`; not finite: it says nothing about this row.
  package let outputs: UnsafeBufferPointer<Double>
  /// Of the records that the windows of its features cover, to the row's last one.
  package let firstSequence: UInt64
  /// By the bundle's alert rule, now and for the row before of the same asset.
  package let severity: GovernedSeverity
  package let severityBefore: GovernedSeverity

  package var task: ModelDescription.Task { version.description.task }
  package var unit: String { version.description.unit }
  package var isUsable: Bool { outputs.allSatisfy(\.isFinite) }
  /// Remaining life, value or score; NaN for a classification.
  package var point: Double { task == .classification ? .nan : outputs[0] }
  /// With what probability it holds the truth; nil: the model gives none.
  package var interval: (lower: Double, upper: Double, coverage: Double)? {
    guard outputs.count == 3, task != .classification else { return nil }
    return (outputs[1], outputs[2], version.description.calibration?.coverage ?? .nan)
  }

  /// How probable it is that the truth is below a limit: (1 − coverage) / 2 beyond each end of the interval, half at the point, straight
  /// lines between; beyond the ends no more is known than that. Nil without a calibrated interval.
  package func probability(before limit: Double) -> Double? {
    guard let interval, interval.coverage.isFinite, (0...1).contains(interval.coverage), point.isFinite else {
      return nil
    }
    let tail = (1 - interval.coverage) / 2
    func share(_ from: Double, _ to: Double) -> Double { to > from ? min(1, max(0, (limit - from) / (to - from))) : 1 }
    if limit < interval.lower { return tail }
    return limit < point
      ? tail + (0.5 - tail) * share(interval.lower, point) : 0.5 + (0.5 - tail) * share(point, interval.upper)
  }
  /// Of a classification, the likeliest first.
  package var faults: [(type: String, probability: Double)] {
    guard task == .classification else { return [] }
    return zip(version.description.classes, outputs).map { (type: $0, probability: $1) }
      .sorted { ($1.probability, $0.type) < ($0.probability, $1.type) }
  }
  package var chosenClass: String? { version.chosenClass(outputs).map { version.description.classes[$0] } }

  /// What each feature has added, for trees; the largest first.
  package func contributions(_ row: borrowing FeatureRow) -> [(feature: String, value: Double)] {
    version.contributions(row.values, outputs: outputs)
  }
}
