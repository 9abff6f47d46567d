/// Makes the tables of a plan from its specification.
struct PlanTables {
  private let specification: FeatureSpecification
  private let layout: FeatureLayout
  private(set) var inputs: [InputCheck] = []
  private(set) var steps: [FeatureStep] = []
  private(set) var formulas: [Formula] = []
  private(set) var combinations: [Formula] = []
  private(set) var terms: [FeatureExpression.Term] = []
  private(set) var weights: [Weight] = []
  private(set) var alternatives: [UnitConversion.Step] = []
  private(set) var normalisations: [NormalisationStep] = []
  private(set) var numbers: [Double] = []
  private(set) var holds: [HoldStep] = []
  private(set) var regimes: RegimeTable?

  init(_ specification: FeatureSpecification, _ layout: FeatureLayout) {
    self.specification = specification
    self.layout = layout
  }

  mutating func make() {
    for (i, input) in specification.inputs.enumerated() {
      inputs.append(check(input))
      if input.holdCount > 0 {
        holds.append(HoldStep(slot: specification.valueCount + i, limit: Int64(input.holdCount)))
      }
    }
    for (i, derived) in specification.derived.enumerated() {
      formulas.append(formula(derived.expression, target: specification.inputs.count + i))
    }
    for (i, combination) in specification.combinations.enumerated() {
      combinations.append(formula(combination.form, target: specification.combinationStart + i))
    }
    if let regimes = specification.regimes { self.regimes = table(regimes) }
    if let normalisation = specification.normalisation { add(normalisation) }
    for i in specification.features.indices { steps.append(step(i)) }
  }

  private mutating func check(_ input: FeatureSpecification.Input) -> InputCheck {
    let conversion = input.sourceUnit.flatMap { source in
      input.unit.flatMap { UnitConversion.step(from: source, to: $0) }
    }
    let others =
      input.minimum.isFinite || input.maximum.isFinite ? input.unit.map(UnitConversion.alternatives) ?? [] : []
    let first = alternatives.count
    alternatives += others.map(\.step)
    return InputCheck(
      factor: conversion?.factor ?? 1, offset: conversion?.offset ?? 0, isConverted: conversion != nil,
      minimum: input.minimum, maximum: input.maximum, maximumRatePerS: input.maximumRatePerS,
      maximumStep: input.maximumStep, stuckCount: input.stuckCount.map(Int64.init) ?? .max, usesBad: input.usesBad,
      firstAlternative: first, alternativeCount: min(others.count, 32))
  }

  private mutating func formula(_ expression: FeatureExpression, target: Int) -> Formula {
    terms += expression.terms
    return Formula(target: target, first: terms.count - expression.terms.count, count: expression.terms.count)
  }

  private mutating func formula(_ form: FeatureSpecification.Combination.Form, target: Int) -> Formula {
    switch form {
    case .expression(let expression): return formula(expression, target: target)
    case .weighted(let slots, let factors, let offset):
      let first = weights.count
      for (slot, factor) in zip(slots, factors) { weights.append(Weight(slot: slot, weight: factor)) }
      return Formula(
        target: target, first: 0, count: 0, firstWeight: first, weightCount: slots.count, offset: offset)
    }
  }

  private mutating func table(_ regimes: FeatureSpecification.Regimes) -> RegimeTable {
    let settings = numbers.count
    for (i, value) in regimes.values.enumerated() {
      numbers += [Double(value), regimes.means[i], regimes.deviations[i]]
    }
    let centres = numbers.count
    for centre in regimes.centres { numbers += centre }
    return RegimeTable(
      inputCount: regimes.values.count, centreCount: regimes.centres.count, settings: settings, centres: centres)
  }

  private mutating func add(_ normalisation: FeatureSpecification.Normalisation) {
    for (i, value) in normalisation.values.enumerated() {
      normalisations.append(NormalisationStep(value: value, parameters: numbers.count))
      for (mean, deviation) in zip(normalisation.means[i], normalisation.deviations[i]) {
        // A setting that never moved in a regime has no scale: the distance stays in its own unit.
        numbers += [mean, deviation > 0 ? deviation : 1]
      }
    }
  }

  private mutating func step(_ i: Int) -> FeatureStep {
    let feature = specification.features[i]
    var step = FeatureStep(
      statistic: feature.statistic, slot: feature.slot, window: layout.windowOfFeature[i],
      baseline: layout.baselineOfFeature[i], state: layout.stateOfFeature[i], parameter: feature.parameter)
    if feature.statistic == .waveform {
      step.slot = specification.waveformStart + (specification.waveformFeatures.firstIndex(of: i) ?? 0)
    }
    if let expression = feature.expression {
      step.firstTerm = terms.count
      step.termCount = expression.terms.count
      terms += expression.terms
    }
    return step
  }
}
