// Rows of the tables of a plan: plain numbers, one small struct a table. What they mean is where they are used (AssetRun).

struct InputCheck: BitwiseCopyable {
  var factor: Double
  var offset: Double
  var isConverted: Bool
  var minimum: Double
  var maximum: Double
  var maximumRatePerS: Double
  var maximumStep: Double
  /// Int64.max: not checked.
  var stuckCount: Int64
  var usesBad: Bool
  /// Other units of the dimension, in `alternatives`.
  var firstAlternative: Int
  var alternativeCount: Int
}

struct Formula: BitwiseCopyable {
  var target: Int
  /// In `terms`.
  var first: Int
  /// 0: a weighted sum, in `weights`.
  var count: Int
  var firstWeight = 0
  var weightCount = 0
  var offset = 0.0
}

struct Weight: BitwiseCopyable {
  var slot: Int
  var weight: Double
}

struct NormalisationStep: BitwiseCopyable {
  var value: Int
  /// In `numbers`: a mean and a deviation a regime.
  var parameters: Int
}

struct HoldStep: BitwiseCopyable {
  /// Of the normalised value.
  var slot: Int
  /// Records in a row for which it is held.
  var limit: Int64
}

struct RegimeTable: BitwiseCopyable {
  var inputCount: Int
  var centreCount: Int
  /// In `numbers`: value index, mean and deviation of each setting; the centres.
  var settings: Int
  var centres: Int
}

/// How a feature of the row is made.
struct FeatureStep: BitwiseCopyable {
  var statistic: FeatureStatistic
  var slot: Int
  var window: Int
  var baseline: Int
  /// Offset of its own state in the asset's numbers.
  var state: Int
  var parameter: Double
  /// In `terms`.
  var firstTerm = 0
  var termCount = 0
}
