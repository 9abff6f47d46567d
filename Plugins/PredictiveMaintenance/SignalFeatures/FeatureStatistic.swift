/// What a feature says about its input; the definitions are in docs/features.md.
package enum FeatureStatistic: String, Sendable, CaseIterable, BitwiseCopyable {
  // Over an extent of good values.
  case mean, sum, count, min, max, range, first, variance, std, rms, peak, crest, skewness, kurtosis, median, quantile
  case slope
  case slopePerS = "slope_per_s"
  // Of the newest values, or since the start.
  case last, held, ewma, difference, baseline
  case baselineDifference = "baseline_difference"
  case baselineRatio = "baseline_ratio"
  case integral
  // Without an input.
  case ageS = "age_s"
  case regime, quality, expression
  /// One of the words of `WaveformStatistic`.
  case waveform

  /// The words that a specification uses; `waveform` is not one of them.
  static let words = allCases.filter { $0 != .waveform }.map(\.rawValue)

  var hasExtent: Bool {
    switch self {
    case .mean, .sum, .count, .min, .max, .range, .first, .variance, .std, .rms, .peak, .crest, .skewness, .kurtosis,
      .median, .quantile, .slope, .slopePerS:
      true
    default: false
    }
  }

  var needsInput: Bool {
    switch self {
    case .ageS, .regime, .quality, .expression, .waveform, .count: false
    default: true
    }
  }

  /// Members beside name, statistic, input and raw.
  var members: [String] {
    switch self {
    case .quantile: ["count", "seconds", "expanding", "q"]
    case .ewma: ["alpha", "half_life_count"]
    case .difference: ["count"]
    case .baseline: ["baseline_count"]
    case .baselineDifference, .baselineRatio: ["baseline_count", "count"]
    case .expression: ["expression"]
    case .waveform: ["fault", "harmonic", "band", "index"]
    default: hasExtent ? ["count", "seconds", "expanding"] : []
    }
  }
}
