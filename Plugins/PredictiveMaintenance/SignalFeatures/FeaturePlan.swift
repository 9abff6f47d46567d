// A specification made ready to run: flat tables without references, scratch space and the waveform's analyser. One plan serves all
// assets of a thread; nothing in it lasts from one sample to the next, so there is nothing of it in a checkpoint.
internal import Spectra

package final class FeaturePlan {
  package let specification: FeatureSpecification
  let layout: FeatureLayout
  let inputs: Table<InputCheck>
  let windows: Table<WindowLayout>
  let steps: Table<FeatureStep>
  /// Derived signals and combinations with a formula, in the order of their slots.
  let formulas: Table<Formula>
  let combinationFormulas: Table<Formula>
  let terms: Table<FeatureExpression.Term>
  let weights: Table<Weight>
  let alternatives: Table<UnitConversion.Step>
  let normalisations: Table<NormalisationStep>
  let numbers: Table<Double>
  /// Offsets of means and deviations of the settings, and of the centres, in `numbers`.
  let regimes: RegimeTable?
  let waveformStatistics: [WaveformStatistic]
  let analyser: WaveformAnalyser?
  /// The ring's values in order, for quantiles; the values of a formula; the scaled samples.
  let scratch: UnsafeMutablePointer<Double>
  let samples: UnsafeMutablePointer<Float>
  let usesTime: Bool
  /// Whether newest good values are wanted.
  let keepsHeld: Bool
  /// Features with a state of their own that every sample changes.
  let stateful: Table<Int>
  let offsets: LayoutOffsets
  let speed: FeatureSpecification.Speed
  /// 0: any.
  let waveformLength: Int
  let waveformScale: Float
  let waveformMinimum: Double
  let waveformMaximum: Double
  let waveformUsesBad: Bool

  package init(_ specification: FeatureSpecification) {
    self.specification = specification
    layout = FeatureLayout(specification)
    var tables = PlanTables(specification, layout)
    tables.make()
    inputs = Table(tables.inputs)
    windows = Table(layout.windows)
    steps = Table(tables.steps)
    formulas = Table(tables.formulas)
    combinationFormulas = Table(tables.combinations)
    terms = Table(tables.terms)
    weights = Table(tables.weights)
    alternatives = Table(tables.alternatives)
    normalisations = Table(tables.normalisations)
    numbers = Table(tables.numbers)
    regimes = tables.regimes
    waveformStatistics = specification.waveformFeatures.compactMap { specification.features[$0].waveform }
    analyser = specification.waveform.map {
      WaveformAnalyser(.init(sampleRateHz: $0.sampleRateHz, bearing: $0.bearing, unit: $0.unit))
    }
    scratch = .allocate(capacity: max(layout.largestRing, FeatureLimits.expressionDepth + 1))
    samples = .allocate(capacity: specification.waveform == nil ? 1 : FeatureLimits.blockSamples)
    usesTime = specification.usesTime
    offsets = LayoutOffsets(specification, layout)
    speed = specification.waveform?.speed ?? .unknown
    waveformLength = specification.waveform?.sampleCount ?? 0
    waveformScale = Float(specification.waveform?.scale ?? 1)
    waveformMinimum = specification.waveform?.minimum ?? -.infinity
    waveformMaximum = specification.waveform?.maximum ?? .infinity
    waveformUsesBad = specification.waveform?.usesBad ?? false
    var isHeldWanted = specification.features.contains { $0.statistic == .held }
    if case .input = specification.waveform?.speed { isHeldWanted = true }
    keepsHeld = isHeldWanted
    stateful = Table(
      specification.features.indices.filter {
        specification.features[$0].statistic == .ewma || specification.features[$0].statistic == .integral
      })
  }

  /// Of one extractor.
  package var assetBytes: Int { 8 * (layout.numberCount + layout.integerCount) }

  deinit {
    scratch.deallocate()
    samples.deallocate()
  }

  /// A formula's value, on the slots of an asset.
  @inline(__always)
  func evaluate(_ formula: Formula, _ slots: UnsafePointer<Double>) -> Double {
    FeatureExpression.evaluate(
      UnsafeBufferPointer(start: terms.start + formula.first, count: formula.count), slots, stack: scratch)
  }
}

/// A fixed array that costs nothing to read: no reference counting, no uniqueness.
final class Table<Element: BitwiseCopyable> {
  let start: UnsafeMutablePointer<Element>
  let count: Int

  init(_ elements: [Element]) {
    count = elements.count
    start = .allocate(capacity: max(elements.count, 1))
    start.initialize(from: elements, count: elements.count)
  }

  deinit {
    start.deallocate()
  }
}

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
