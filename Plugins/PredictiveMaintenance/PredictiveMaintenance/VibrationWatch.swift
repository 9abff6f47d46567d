internal import ConditionMonitoring
internal import Glibc
internal import Spectra

/// What the spectrum of a waveform says without having learned: fault lines in the envelope, and the zone of ISO 20816.
///
/// One for the plugin, because of its plans and scratch; what is remembered of an asset is in `BearingScores`.
final class VibrationWatch {
  /// What is known of one waveform beyond its baselines.
  struct Finding {
    /// As a robust z-score would be: the warning threshold where the finding warns, the critical one where it is critical.
    var score: Double
    var faults: [AlertBody.Fault]
    /// Of either severity: an alert takes those of its own (`AlertEvidence.of`).
    var evidence: [AlertEvidence]
    var velocityRmsMmS: Double?
    var zone: VibrationSeverity.Zone?
  }

  /// A smoothed fault score from which on it is worth an alert. The healthy bearing of the CWRU set stays below 0.11 a block; between
  /// 0.2 and 0.3 three of four diagnoses are right.
  static let warningScore = 0.3
  static let criticalScore = 0.8

  private let machine: MachineOptions
  private let findsFaults: Bool
  private let thresholds: AlarmState.Thresholds
  private let analyser: WaveformAnalyser

  /// Nil where nothing is known that it could work with.
  init?(_ machine: MachineOptions, findsFaults: Bool, _ thresholds: AlarmState.Thresholds) {
    self.findsFaults = findsFaults && machine.bearing != nil
    guard self.findsFaults || machine.severity != nil else { return nil }
    self.machine = machine
    self.thresholds = thresholds
    analyser = WaveformAnalyser(
      .init(sampleRateHz: machine.sampleRateHz, bearing: machine.bearing, unit: machine.unit))
  }

  func find(
    _ samples: UnsafeBufferPointer<Float>, speedRpm: Double?, _ scores: inout BearingScores
  ) -> Finding? {
    guard analyser.begin(samples, speedRpm: speedRpm) == .usable else { return nil }
    var finding = Finding(score: -.infinity, faults: [], evidence: [], velocityRmsMmS: nil, zone: nil)
    if findsFaults, let diagnosis = BearingDiagnosis(analyser) {
      scores.add(diagnosis)
      addFaults(scores, speedRpm: speedRpm ?? .nan, to: &finding)
    }
    if let severity = machine.severity { addZone(severity, to: &finding) }
    return finding
  }

  private func addFaults(_ scores: BearingScores, speedRpm: Double, to finding: inout Finding) {
    let top = scores.largest
    finding.score = max(finding.score, scaled(top, Self.warningScore, Self.criticalScore))
    finding.faults = scores.faults
    for (fault, score) in zip(BearingDiagnosis.faults, scores.values) {
      finding.evidence.append(
        AlertEvidence(
          "envelope_\(fault.rawValue)", score, threshold: Self.warningScore, criticalThreshold: Self.criticalScore))
    }
    guard let fit = scores.speedFit, !fit.isFitting else { return }
    finding.evidence.append(AlertEvidence("speed_rpm", speedRpm))
    finding.evidence.append(AlertEvidence("fitting_speed_rpm", fit.scale * speedRpm))
    finding.evidence.append(AlertEvidence("envelope_at_fitting_speed", fit.score, threshold: SpeedFit.leastScore))
  }

  private func addZone(_ severity: VibrationSeverity, to finding: inout Finding) {
    let velocity = analyser.value(of: .velocityRmsMmS)
    guard let zone = severity.zone(velocityRmsMmS: velocity) else { return }
    let borders = severity.bordersMmS
    finding.velocityRmsMmS = velocity
    finding.zone = zone
    finding.score = max(finding.score, scaled(velocity, borders[1], borders[2]))
    finding.evidence.append(
      AlertEvidence("velocity_rms_mm_s", velocity, threshold: borders[1], criticalThreshold: borders[2]))
  }

  /// Straight lines through 0, the warning and the critical threshold.
  private func scaled(_ value: Double, _ warning: Double, _ critical: Double) -> Double {
    if value < warning { return thresholds.warning * value / warning }
    let beyond = (value - warning) / (critical - warning)
    return min(thresholds.warning + beyond * (thresholds.critical - thresholds.warning), RobustBaseline.largestScore)
  }
}
