extension AssetRun {
  // MARK: windows

  /// The sample's slots into all windows and smoothed values.
  @inline(__always)
  func push(_ timeNs: Int64) {
    let seconds = plan.usesTime ? SlidingWindow.seconds(timeNs, since: integers[Clock.startNs]) : 0
    for i in 0..<plan.windows.count {
      let value = numbers[plan.windows.start[i].slot]
      guard value == value else { continue }
      if window(i).push(value, timeNs: timeNs, seconds: seconds) { flag(.windowFull, layout.channelCount - 1) }
    }
    for i in 0..<plan.stateful.count {
      let step = plan.steps.start[plan.stateful.start[i]]
      let value = numbers[step.slot]
      guard value == value else { continue }
      let state = numbers + step.state
      if step.statistic == .ewma {
        state[0] = state[0].isNaN ? value : state[0] + step.parameter * (value - state[0])
      } else {
        if !state[1].isNaN { state[0] += 0.5 * (state[1] + value) * (seconds - state[2]) }
        (state[1], state[2]) = (value, seconds)
      }
    }
  }

  // MARK: rows

  /// - Parameter boundaryNs: the end of a window by time; nil: the row ends with the newest sample.
  func emitRow(boundaryNs: Int64?, _ emit: Emit) throws {
    defer { beginRow() }
    guard integers[Clock.sampleTotal] >= layout.warmUpCount else { return }
    for i in 0..<plan.windows.count {
      let window = window(i)
      if window.layout.kind == .time {
        let length = window.layout.limit
        window.evict(
          before: boundaryNs.map { SlidingWindow.start(of: $0, length + 1) }
            ?? SlidingWindow.start(of: integers[Clock.newestNs], length))
      }
      window.makeResult()
    }
    for i in 0..<plan.steps.count {
      // What has overflowed is not defined: a table has no infinities, so a model has not seen one.
      let value = value(of: plan.steps.start[i], boundaryNs)
      numbers[layout.featureStart + i] = value.isFinite ? value : .nan
    }
    try emit(
      FeatureRow(
        values: UnsafeBufferPointer(start: numbers + layout.featureStart, count: plan.steps.count),
        channels: UnsafeBufferPointer(start: integers + layout.reasons, count: layout.channelCount),
        integers: integers, lastTimeNs: boundaryNs ?? integers[Clock.lastNs]))
  }

  private func beginRow() {
    for i in 0..<plan.windows.count where plan.windows.start[i].kind == .tumbling { window(i).clear() }
    (integers + layout.reasons).update(repeating: 0, count: layout.channelCount)
    integers[Clock.rowReasons] = 0
    integers[Clock.sinceRow] = 0
    integers[Clock.goodSinceRow] = 0
    integers[Clock.valuesSinceRow] = 0
    for input in 0..<plan.inputs.count {
      runs(input)[FeatureLayout.Run.good] = 0
      runs(input)[FeatureLayout.Run.values] = 0
    }
  }

  private func value(of step: FeatureStep, _ boundaryNs: Int64?) -> Double {
    switch step.statistic {
    case .last, .waveform: return numbers[step.slot]
    case .held: return numbers[layout.heldValues + step.slot]
    case .ewma, .integral: return numbers[step.state]
    case .ageS:
      return SlidingWindow.seconds(boundaryNs ?? integers[Clock.newestNs], since: integers[Clock.startNs])
    case .regime: return integers[Clock.regime] < 0 ? .nan : Double(integers[Clock.regime])
    case .quality: return quality(step.slot)
    case .expression:
      let value = plan.evaluate(Formula(target: 0, first: step.firstTerm, count: step.termCount), numbers)
      return value.isFinite ? value : .nan
    case .baseline: return statistic(.mean, step.baseline)
    case .baselineDifference: return statistic(.mean, step.window) - statistic(.mean, step.baseline)
    case .baselineRatio:
      let ratio = statistic(.mean, step.window) / statistic(.mean, step.baseline)
      return ratio.isFinite ? ratio : .nan
    default: break
    }
    guard step.window >= 0 else {
      // A count without an input: of the samples.
      return Double(layout.isTumbling ? integers[Clock.sinceRow] : integers[Clock.sampleTotal])
    }
    return window(step.window).statistic(step.statistic, parameter: step.parameter, scratch: plan.scratch)
  }

  private func statistic(_ statistic: FeatureStatistic, _ window: Int) -> Double {
    self.window(window).statistic(statistic, parameter: 0, scratch: plan.scratch)
  }

  /// The share of good values since the row before.
  private func quality(_ input: Int) -> Double {
    let isAll = input < 0
    let good = isAll ? integers[Clock.goodSinceRow] : runs(input)[FeatureLayout.Run.good]
    let values = isAll ? integers[Clock.valuesSinceRow] : runs(input)[FeatureLayout.Run.values]
    return values > 0 ? Double(good) / Double(values) : .nan
  }
}
