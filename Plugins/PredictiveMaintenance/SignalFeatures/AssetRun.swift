// What a record does to an asset's state: order in time, gaps, windows by time, and the row that is due. Values and their checks
// are in AssetRun+Values.swift, rows in AssetRun+Rows.swift.

struct AssetRun {
  typealias Emit = (borrowing FeatureRow) throws -> Void
  typealias Clock = FeatureLayout.Clock

  /// So many late records in a row, in order among themselves: the clock has been set back, it is not they that are late.
  static let clockResetRun: Int64 = 10

  let plan: FeaturePlan
  let numbers: UnsafeMutablePointer<Double>
  let integers: UnsafeMutablePointer<Int64>

  @inline(__always)
  init(_ plan: FeaturePlan, _ numbers: UnsafeMutablePointer<Double>, _ integers: UnsafeMutablePointer<Int64>) {
    self.plan = plan
    self.numbers = numbers
    self.integers = integers
  }

  var layout: LayoutOffsets {
    @inline(__always) get { plan.offsets }
  }
  /// The last channel: the record itself.
  private var recordChannel: Int { layout.channelCount - 1 }

  // MARK: order in time

  @inline(__always)
  func take(_ sample: FeatureSample, isTimeTrusted: Bool, _ emit: Emit) throws {
    if !isTimeTrusted { flag(.clock, recordChannel) }
    guard plan.usesTime else { return try process(sample, emit) }
    if integers[Clock.isStarted] != 0, sample.timeNs < integers[Clock.newestNs] {
      guard try isClockReset(sample, emit) else { return flag(.late, recordChannel) }
    } else {
      integers[Clock.lateRun] = 0
    }
    guard layout.lateNs > 0 else { return try process(sample, emit) }
    try holdBack(sample, emit)
  }

  /// A late record: whether it is the one that shows that the clock has been set back.
  private func isClockReset(_ sample: FeatureSample, _ emit: Emit) throws -> Bool {
    let isInOrder = integers[Clock.lateRun] > 0 && sample.timeNs >= integers[Clock.lateRunNs]
    integers[Clock.lateRun] = isInOrder ? integers[Clock.lateRun] + 1 : 1
    integers[Clock.lateRunNs] = sample.timeNs
    guard integers[Clock.lateRun] >= Self.clockResetRun else { return false }
    try releaseAll(emit)
    flag(.clock, recordChannel)
    if layout.periodNs > 0, integers[Clock.sinceRow] > 0 {
      try emitRow(boundaryNs: boundary(after: integers[Clock.period]), emit)
    }
    restartClock(at: sample.timeNs)
    return true
  }

  /// Windows by time begin anew; the age goes on.
  private func restartClock(at timeNs: Int64) {
    let age = integers[Clock.newestNs] &- integers[Clock.startNs]
    for i in 0..<plan.windows.count {
      let window = plan.windows.start[i]
      if window.times >= 0 || window.kind == .tumbling { self.window(i).clear() }
    }
    for i in 0..<plan.stateful.count {
      let step = plan.steps.start[plan.stateful.start[i]]
      if step.statistic == .integral { numbers[step.state + 1] = .nan }
    }
    for input in 0..<plan.inputs.count { runs(input)[FeatureLayout.Run.hasNewest] = 0 }
    integers[Clock.startNs] = timeNs &- age
    // Not too close to what was before.
    integers[Clock.newestNs] = timeNs &- layout.thinNs
    integers[Clock.latestSeenNs] = timeNs
    integers[Clock.lateRun] = 0
    if layout.periodNs > 0 { integers[Clock.period] = period(timeNs) }
  }

  private func holdBack(_ sample: FeatureSample, _ emit: Emit) throws {
    if integers[Clock.heldBack] == Int64(layout.lateCapacity) {
      flag(.windowFull, recordChannel)
      try releaseOldest(emit)
      // What has been taken may be newer than this one.
      if sample.timeNs < integers[Clock.newestNs] { return flag(.late, recordChannel) }
    }
    let inputCount = plan.inputs.count
    var at = Int(integers[Clock.heldBack])
    let times = integers + layout.heldRowIntegers
    // From the end: equal times keep their order.
    while at > 0, times[2 * (at - 1)] > sample.timeNs {
      times[2 * at] = times[2 * (at - 1)]
      times[2 * at + 1] = times[2 * (at - 1) + 1]
      (numbers + layout.heldRows + at * inputCount).update(
        from: numbers + layout.heldRows + (at - 1) * inputCount, count: inputCount)
      at -= 1
    }
    times[2 * at] = sample.timeNs
    times[2 * at + 1] = Int64(bitPattern: sample.sequence)
    (numbers + layout.heldRows + at * inputCount).update(from: sample.values, count: inputCount)
    integers[Clock.heldBack] += 1
    let isFirst = integers[Clock.isStarted] == 0 && integers[Clock.heldBack] == 1
    if isFirst || sample.timeNs > integers[Clock.latestSeenNs] { integers[Clock.latestSeenNs] = sample.timeNs }
    let (limit, overflow) = integers[Clock.latestSeenNs].subtractingReportingOverflow(layout.lateNs)
    while !overflow, integers[Clock.heldBack] > 0, times[0] <= limit { try releaseOldest(emit) }
  }

  func releaseAll(_ emit: Emit) throws {
    while integers[Clock.heldBack] > 0 { try releaseOldest(emit) }
  }

  private func releaseOldest(_ emit: Emit) throws {
    let inputCount = plan.inputs.count
    let times = integers + layout.heldRowIntegers
    let values = numbers + layout.heldRows
    let rest = Int(integers[Clock.heldBack]) - 1
    defer {
      integers[Clock.heldBack] = Int64(rest)
      times.update(from: times + 2, count: 2 * rest)
      values.update(from: values + inputCount, count: inputCount * rest)
    }
    try process(
      FeatureSample(values: values, samples: nil, timeNs: times[0], sequence: UInt64(bitPattern: times[1])), emit)
  }

  // MARK: one record, in order

  @inline(__always)
  private func process(_ sample: FeatureSample, _ emit: Emit) throws {
    if plan.usesTime {
      guard try beginByTime(sample, emit) else { return }
    } else if integers[Clock.isStarted] == 0 {
      integers[Clock.startNs] = sample.timeNs
    }
    integers[Clock.isStarted] = 1
    integers[Clock.newestNs] = sample.timeNs
    if integers[Clock.sinceRow] == 0 {
      integers[Clock.firstSequence] = Int64(bitPattern: sample.sequence)
      integers[Clock.firstNs] = sample.timeNs
    }
    integers[Clock.lastSequence] = Int64(bitPattern: sample.sequence)
    integers[Clock.lastNs] = sample.timeNs
    integers[Clock.sinceRow] += 1
    integers[Clock.sampleTotal] += 1
    evaluate(sample)
    push(sample.timeNs)
    if layout.periodNs == 0, integers[Clock.sinceRow] >= layout.emitCount { try emitRow(boundaryNs: nil, emit) }
  }

  /// Gaps, samples that are too close, and the row of a window by time that is over. False: the sample takes no part.
  private func beginByTime(_ sample: FeatureSample, _ emit: Emit) throws -> Bool {
    guard integers[Clock.isStarted] != 0 else {
      integers[Clock.startNs] = sample.timeNs
      integers[Clock.latestSeenNs] = Swift.max(sample.timeNs, integers[Clock.latestSeenNs])
      if layout.periodNs > 0 { integers[Clock.period] = period(sample.timeNs) }
      return true
    }
    let (difference, overflow) = sample.timeNs.subtractingReportingOverflow(integers[Clock.newestNs])
    let elapsed = overflow ? Int64.max : difference
    if elapsed < layout.thinNs {
      flag(.thinned, recordChannel)
      return false
    }
    if layout.periodNs > 0 {
      let period = period(sample.timeNs)
      let current = integers[Clock.period]
      if period > current {
        if integers[Clock.sinceRow] > 0 { try emitRow(boundaryNs: boundary(after: current), emit) }
        let (passed, overflow) = period.subtractingReportingOverflow(current)
        // A clock that jumps to and fro for long could count beyond any bound.
        integers[Clock.emptyWindows] = min(
          integers[Clock.emptyWindows] &+ (overflow ? 0 : min(passed - 1, 1 << 60)), 1 << 60)
        integers[Clock.period] = period
      }
    }
    if elapsed > layout.gapNs {
      flag(.gap, recordChannel)
      endBeforeGap()
    }
    return true
  }

  private func endBeforeGap() {
    for i in 0..<plan.stateful.count {
      let step = plan.steps.start[plan.stateful.start[i]]
      if step.statistic == .integral { numbers[step.state + 1] = .nan }
      if step.statistic == .ewma, layout.resetsOnGap { numbers[step.state] = .nan }
    }
    // What was measured before a gap does not stand for what is missing after it.
    for i in 0..<plan.holds.count { integers[layout.holds + i] = plan.holds.start[i].limit }
    guard layout.resetsOnGap else { return }
    for i in 0..<plan.windows.count where plan.windows.start[i].isSliding || plan.windows.start[i].kind == .tumbling {
      window(i).clear()
    }
    for input in 0..<plan.inputs.count {
      runs(input)[FeatureLayout.Run.hasNewest] = 0
      runs(input)[FeatureLayout.Run.stuck] = 0
    }
  }

  // MARK: periods of windows by time

  private func period(_ timeNs: Int64) -> Int64 {
    let quotient = timeNs / layout.periodNs
    return timeNs % layout.periodNs < 0 ? quotient - 1 : quotient
  }

  private func boundary(after period: Int64) -> Int64 {
    let (end, overflow) = (period &+ 1).multipliedReportingOverflow(by: layout.periodNs)
    return overflow ? (period < 0 ? .min : .max) : end
  }

  // MARK: state

  @inline(__always)
  func window(_ i: Int) -> SlidingWindow { SlidingWindow(plan.windows.start[i], numbers, integers) }

  @inline(__always)
  func runs(_ input: Int) -> UnsafeMutablePointer<Int64> { integers + layout.runs + input * FeatureLayout.Run.count }

  /// Marks the row to come, and counts for ever.
  @inline(never)
  func flag(_ reason: QualityReasons, _ channel: Int) {
    integers[layout.reasons + channel] |= Int64(reason.rawValue)
    integers[Clock.rowReasons] |= Int64(reason.rawValue)
    integers[layout.counters + channel * QualityReasons.names.count + reason.rawValue.trailingZeroBitCount] += 1
  }
}
