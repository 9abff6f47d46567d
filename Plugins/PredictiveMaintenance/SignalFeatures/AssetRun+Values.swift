internal import Spectra

extension AssetRun {
  /// A run of so many values outside the range, which one other unit would explain, is that unit and no fault of the sensor.
  static let unitRun: Int64 = 20

  // MARK: inputs

  /// Slots of this sample: what was measured, checked; derived; normalised; combined; the waveform's statistics.
  @inline(__always)
  func evaluate(_ sample: FeatureSample) {
    let inputCount = plan.inputs.count
    for i in 0..<inputCount {
      let value = checked(sample.values[i], input: i, timeNs: sample.timeNs)
      numbers[i] = value
      if value == value { integers[Clock.goodSinceRow] += 1 }
    }
    integers[Clock.valuesSinceRow] += Int64(inputCount)
    for i in 0..<plan.formulas.count { evaluate(plan.formulas.start[i]) }
    normalise()
    hold()
    for i in 0..<plan.combinationFormulas.count { combine(plan.combinationFormulas.start[i]) }
    if let analyser = plan.analyser { evaluateWaveform(sample, analyser) }
    guard plan.keepsHeld else { return }
    for slot in 0..<layout.featureStart where numbers[slot] == numbers[slot] {
      numbers[layout.heldValues + slot] = numbers[slot]
    }
  }

  /// The value in the input's own unit, NaN when it takes no part.
  @inline(__always)
  private func checked(_ raw: Double, input: Int, timeNs: Int64) -> Double {
    let check = plan.inputs.start + input
    let runs = runs(input)
    runs[FeatureLayout.Run.values] += 1
    guard raw == raw else {
      flag(.missing, input)
      return .nan
    }
    let value = check.pointee.isConverted ? raw * check.pointee.factor + check.pointee.offset : raw
    guard value.isFinite else {
      flag(.notFinite, input)
      return .nan
    }
    var isGood = true
    if value < check.pointee.minimum || value > check.pointee.maximum {
      flag(isOtherUnit(value, check.pointee, runs) ? .unit : .range, input)
      isGood = false
    } else {
      runs[FeatureLayout.Run.unit] = 0
      isGood = isSteady(value, input: input, check.pointee, runs, timeNs)
    }
    if isGood { runs[FeatureLayout.Run.good] += 1 }
    return isGood || check.pointee.usesBad ? value : .nan
  }

  /// Rate of change and stuck, against the value before (a bad one, too: a step is flagged once).
  @inline(__always)
  private func isSteady(
    _ value: Double, input: Int, _ check: InputCheck, _ runs: UnsafeMutablePointer<Int64>, _ timeNs: Int64
  ) -> Bool {
    var isGood = true
    let newest = numbers + layout.newestValues + input
    if runs[FeatureLayout.Run.hasNewest] != 0 {
      let step = (value - newest.pointee).magnitude
      if step > check.maximumStep { isGood = false }
      if check.maximumRatePerS.isFinite {
        let seconds = SlidingWindow.seconds(timeNs, since: runs[FeatureLayout.Run.newestNs])
        if seconds > 0, step / seconds > check.maximumRatePerS { isGood = false }
      }
      if !isGood { flag(.rate, input) }
      runs[FeatureLayout.Run.stuck] = value == newest.pointee ? runs[FeatureLayout.Run.stuck] + 1 : 1
    } else {
      runs[FeatureLayout.Run.stuck] = 1
    }
    newest.pointee = value
    runs[FeatureLayout.Run.newestNs] = timeNs
    runs[FeatureLayout.Run.hasNewest] = 1
    if runs[FeatureLayout.Run.stuck] >= check.stuckCount {
      flag(.stuck, input)
      isGood = false
    }
    return isGood
  }

  private func isOtherUnit(_ value: Double, _ check: InputCheck, _ runs: UnsafeMutablePointer<Int64>) -> Bool {
    var bits: UInt64 = 0
    for i in 0..<check.alternativeCount {
      let step = plan.alternatives.start[check.firstAlternative + i]
      let converted = value * step.factor + step.offset
      if converted >= check.minimum, converted <= check.maximum { bits |= 1 << UInt64(i) }
    }
    if runs[FeatureLayout.Run.unit] > 0 { bits &= UInt64(bitPattern: runs[FeatureLayout.Run.unitBits]) }
    runs[FeatureLayout.Run.unitBits] = Int64(bitPattern: bits)
    runs[FeatureLayout.Run.unit] = bits == 0 ? 0 : runs[FeatureLayout.Run.unit] + 1
    return runs[FeatureLayout.Run.unit] >= Self.unitRun
  }

  // MARK: formulas

  private func evaluate(_ formula: Formula) {
    let value = plan.evaluate(formula, numbers)
    numbers[formula.target] = value.isFinite ? value : .nan
    if !value.isFinite, isComplete(formula) { flag(.undefined, layout.channelCount - 1) }
  }

  private func isComplete(_ formula: Formula) -> Bool {
    for i in formula.first..<(formula.first + formula.count) {
      let term = plan.terms.start[i]
      if term.operation == .variable, numbers[Int(term.slot)].isNaN { return false }
    }
    return true
  }

  private func combine(_ formula: Formula) {
    guard formula.count == 0 else { return evaluate(formula) }
    var sum = formula.offset
    for i in formula.firstWeight..<(formula.firstWeight + formula.weightCount) {
      let weight = plan.weights.start[i]
      sum += weight.weight * numbers[weight.slot]
    }
    numbers[formula.target] = sum.isFinite ? sum : .nan
  }

  // MARK: the waveform

  private func evaluateWaveform(_ sample: FeatureSample, _ analyser: WaveformAnalyser) {
    let channel = plan.inputs.count
    let slots = numbers + layout.waveformStart
    let count = plan.waveformStatistics.count
    integers[Clock.valuesSinceRow] += 1
    guard let samples = sample.samples, let usable = usable(samples, channel) else {
      if sample.samples == nil { flag(.missing, channel) }
      for i in 0..<count { slots[i] = .nan }
      return
    }
    // What is 0…1 of a block: statistics of a flat one are those that exist.
    _ = analyser.begin(usable, speedRpm: speedRpm())
    for i in 0..<count {
      let value = analyser.value(of: plan.waveformStatistics[i])
      slots[i] = value.isFinite ? value : .nan
    }
    integers[Clock.goodSinceRow] += 1
  }

  private func speedRpm() -> Double? {
    switch plan.speed {
    case .unknown: return nil
    case .rpm(let speed): return speed
    case .input(let input):
      let speed = numbers[layout.heldValues + input]
      let newest = numbers[input]
      return newest.isNaN ? (speed.isNaN ? nil : speed) : newest
    }
  }

  /// The block, scaled; nil when it takes no part.
  private func usable(_ samples: UnsafeBufferPointer<Float>, _ channel: Int) -> UnsafeBufferPointer<Float>? {
    guard WaveformAnalyser.sampleCounts.contains(samples.count),
      plan.waveformLength == 0 || plan.waveformLength == samples.count
    else {
      flag(.length, channel)
      return nil
    }
    let scaled = plan.samples
    var (low, high) = (Float.infinity, -Float.infinity)
    var sum: Float = 0
    for (i, sample) in samples.enumerated() {
      let value = sample * plan.waveformScale
      scaled[i] = value
      // A NaN or an infinity stays in the sum.
      sum += value * 0
      low = value < low ? value : low
      high = value > high ? value : high
    }
    guard sum == 0 else {
      flag(.notFinite, channel)
      return nil
    }
    var isGood = true
    if low == high {
      flag(.stuck, channel)
      isGood = false
    }
    if Double(low) < plan.waveformMinimum || Double(high) > plan.waveformMaximum {
      flag(.range, channel)
      isGood = false
    }
    return isGood || plan.waveformUsesBad ? UnsafeBufferPointer(start: scaled, count: samples.count) : nil
  }
}
