internal import ConditionMonitoring
internal import JSONText

/// What a waveform came to, as it is written into the feature stream: one record a waveform, good or not.
enum FeatureSummaryBody {
  static func write(
    _ outcome: WaveformFeatures.Outcome, assessment: WaveformMonitor.Assessment?, isOpen: Bool, asset: String,
    stream: String, sequence: UInt64, thresholds: AlarmState.Thresholds, into json: inout JSONWriter
  ) {
    json.removeAll()
    json.object { json in
      json.member("asset", asset)
      json.member("stream", stream)
      json.member("sequence", sequence)
      switch outcome {
      case .features(let features):
        json.member("quality", "good")
        json.member("features", object: { write(features, into: &$0) })
      case .flat(let value):
        json.member("quality", "flat")
        json.member("value", AlertBody.rounded(value))
      case .invalid(let samples):
        json.member("quality", "invalid_samples")
        json.member("invalid_samples", samples)
      case .wrongLength: json.member("quality", "wrong_length")
      }
      if let assessment {
        json.member("phase", assessment.score == nil ? "learning" : isOpen ? "alarm" : "watching")
        if let score = assessment.score {
          json.member("score", AlertBody.rounded(score))
          json.member("health", AlertBody.rounded(AlarmState.health(score: score, thresholds)))
        }
      }
    }
  }

  private static func write(_ features: WaveformFeatures, into json: inout JSONWriter) {
    json.member("rms", AlertBody.rounded(features.rms))
    json.member("peak", AlertBody.rounded(features.peak))
    json.member("crest_factor", AlertBody.rounded(features.crestFactor))
    json.member("kurtosis", AlertBody.rounded(features.kurtosis))
    json.member("skewness", AlertBody.rounded(features.skewness))
    json.member("mean", AlertBody.rounded(features.mean))
  }
}
