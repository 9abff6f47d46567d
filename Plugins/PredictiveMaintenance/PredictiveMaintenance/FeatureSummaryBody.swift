internal import ConditionMonitoring
internal import JSONText
internal import Spectra

/// What a waveform came to, as it is written into the feature stream: one record a waveform, good or not.
enum FeatureSummaryBody {
  static func write(
    _ outcome: WaveformFeatures.Outcome, assessment: WaveformMonitor.Assessment?,
    finding: VibrationWatch.Finding?, life: RemainingLifeBody, isOpen: Bool, asset: String, lineage: Lineage,
    thresholds: AlarmState.Thresholds, into json: inout JSONWriter
  ) {
    json.removeAll()
    json.object { json in
      json.member("asset", asset)
      json.member("stream", lineage.stream)
      json.member("sequence", lineage.lastSequence)
      switch outcome {
      case .features(let features):
        json.member("quality", "good")
        json.member("features", object: { write(features, into: &$0) })
      case .flat(let value):
        json.member("quality", "flat")
        json.member("value", Rounding.sixDigits(value))
      case .invalid(let samples):
        json.member("quality", "invalid_samples")
        json.member("invalid_samples", samples)
      case .wrongLength: json.member("quality", "wrong_length")
      }
      if let assessment {
        json.member("phase", isOpen ? "alarm" : assessment.z[0].isNaN ? "learning" : "watching")
        if let score = assessment.score {
          json.member("score", Rounding.sixDigits(score))
          json.member("health", Rounding.sixDigits(AlarmState.health(score: score, thresholds)))
        }
      }
      if let finding { write(finding, into: &json) }
      if life != .notYet { life.write(into: &json) }
      lineage.writeInputs(into: &json)
      ModelIdentity.plugin.write(into: &json)
    }
  }

  private static func write(_ finding: VibrationWatch.Finding, into json: inout JSONWriter) {
    if let velocity = finding.velocityRmsMmS { json.member("velocity_rms_mm_s", Rounding.sixDigits(velocity)) }
    if let zone = finding.zone { json.member("zone", zone.rawValue) }
    guard !finding.faults.isEmpty else { return }
    json.member(
      "fault",
      array: { json in
        for fault in finding.faults {
          json.object {
            $0.member("type", fault.type)
            $0.member("probability", Rounding.sixDigits(fault.probability))
          }
        }
      })
  }

  private static func write(_ features: WaveformFeatures, into json: inout JSONWriter) {
    json.member("rms", Rounding.sixDigits(features.rms))
    json.member("peak", Rounding.sixDigits(features.peak))
    json.member("crest_factor", Rounding.sixDigits(features.crestFactor))
    json.member("kurtosis", Rounding.sixDigits(features.kurtosis))
    json.member("skewness", Rounding.sixDigits(features.skewness))
    json.member("mean", Rounding.sixDigits(features.mean))
  }
}
