internal import ConditionMonitoring
internal import Glibc
internal import JSONText

/// What an alert rests on: a feature, its value, and what it was compared with.
struct AlertEvidence {
  var feature: String
  var value: Double
  var threshold: Double?
  /// Where another one counts for a critical alert.
  private var criticalThreshold: Double?
  var direction: MonitorParameters.Direction?
  /// What was learned of the feature, and how far the value is from it.
  var baseline: (centre: Double, scale: Double, z: Double)?
  /// What the feature added to a model's output.
  var contribution: Double?

  init(
    _ feature: String, _ value: Double, _ baseline: RobustBaseline, z: Double, threshold: Double,
    _ direction: MonitorParameters.Direction
  ) {
    self.feature = feature
    self.value = value
    self.threshold = threshold
    self.direction = direction
    self.baseline = (baseline.centre, baseline.scale, z)
  }

  init(
    _ feature: String, _ value: Double, threshold: Double? = nil, criticalThreshold: Double? = nil,
    contribution: Double? = nil
  ) {
    self.feature = feature
    self.value = value
    self.threshold = threshold
    self.criticalThreshold = criticalThreshold
    self.contribution = contribution
  }

  /// With the threshold of an alert of this severity.
  func of(_ severity: AlarmState.Severity) -> AlertEvidence {
    var evidence = self
    if severity == .critical, let criticalThreshold { evidence.threshold = criticalThreshold }
    return evidence
  }

  func write(into json: inout JSONWriter) {
    json.object { json in
      json.member("feature", feature)
      json.member("value", Rounding.sixDigits(value))
      if let baseline {
        json.member("baseline", Rounding.sixDigits(baseline.centre))
        json.member("scale", Rounding.sixDigits(baseline.scale))
        json.member("z", Rounding.sixDigits(baseline.z))
      }
      if let threshold { json.member("threshold", Rounding.sixDigits(threshold)) }
      if let direction { json.member("direction", direction.rawValue) }
      if let contribution { json.member("contribution", Rounding.sixDigits(contribution)) }
    }
  }
}

enum Rounding {
  /// To six significant digits: sensors have no more, and the text stays short.
  static func sixDigits(_ number: Double) -> Double {
    guard number.isFinite, number.magnitude > 1e-200 else { return number.isFinite ? 0 : number }
    let digits = 5 - Int(log10(number.magnitude).rounded(.down))
    let power = pow(10, Double(digits.magnitude))
    return digits >= 0 ? (number * power).rounded() / power : (number / power).rounded() * power
  }
}
