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
  /// Inputs whose newest good value stands for one that is missing.
  let holds: Table<HoldStep>
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
    holds = Table(tables.holds)
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
