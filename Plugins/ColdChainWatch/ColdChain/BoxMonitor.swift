// What is known of one box (a reefer, a pharma box, a cold room): the last temperature, its excursions above and below the limits, its
// mean kinetic temperature with a limit of its own, and the figures of the running summary.
//
// A temperature holds from its sample until the next one, for at most `gapNs`; what is longer is a gap, of which nothing is
// known. A bad sample changes nothing but its count: the value before it goes on holding.

package struct BoxRules: Equatable, Sendable {
  package var high: ExcursionRule
  package var low: ExcursionRule
  package var kinetic: ExcursionRule
  package var gapNs: Int64
  package var windowNs: Int64
  package var summaryNs: Int64
  package var activationEnergy: Double
  /// What the sensor can measure; anything else is a fault of it.
  package var sensor: ClosedRange<Double>

  package init(
    high: ExcursionRule, low: ExcursionRule, kinetic: ExcursionRule, gapNs: Int64, windowNs: Int64, summaryNs: Int64,
    activationEnergy: Double, sensor: ClosedRange<Double>
  ) {
    self.high = high
    self.low = low
    self.kinetic = kinetic
    self.gapNs = gapNs
    self.windowNs = windowNs
    self.summaryNs = summaryNs
    self.activationEnergy = activationEnergy
    self.sensor = sensor
  }
}

package enum BadSample: Equatable, Sendable { case missing, outOfRange, implausibleTime, backwards }

package enum Limit: String, CaseIterable, Sendable { case high, low, kinetic }

package enum BoxEvent: Equatable, Sendable {
  case bad(BadSample)
  case clockSetBack
  /// Nothing was known from the first time to the second.
  case gap(fromNs: Int64, toNs: Int64)
  case limit(Limit, Excursion.Change, Excursion)
  case summary(BoxSummary)
}

package struct BoxMonitor: Equatable {
  package private(set) var clock = SampleClock()
  package private(set) var last = 0.0
  package private(set) var kinetic: MeanKineticTemperature
  private var excursions = [Excursion(), Excursion(), Excursion()]  // in the order of Limit.allCases
  private var summary = BoxSummary()

  package init(_ rules: BoxRules) {
    kinetic = MeanKineticTemperature(windowNs: rules.windowNs, activationEnergy: rules.activationEnergy)
  }

  package func excursion(_ limit: Limit) -> Excursion {
    switch limit {
    case .high: excursions[0]
    case .low: excursions[1]
    case .kinetic: excursions[2]
    }
  }

  package mutating func take(
    _ value: Double, atNs time: Int64, sequence: UInt64, rules: BoxRules, into events: inout [BoxEvent]
  ) {
    if let bad = fault(value, time, rules) { return reject(bad, into: &events) }
    let before = clock.lastNs
    let step = clock.step(to: time, gapNs: rules.gapNs)
    switch step {
    case .backwards: return reject(.backwards, into: &events)
    case .first: break
    case .interval(let duration):
      kinetic.hold(last, forNs: duration)
      summary.hold(last, forNs: duration)
      for i in excursions.indices { excursions[i].pass(duration, isGap: false) }
    case .gap(let duration):
      kinetic.skip(duration)
      summary.gaps += 1
      for i in excursions.indices { excursions[i].pass(duration, isGap: true) }
      events.append(.gap(fromNs: before ?? time, toNs: time))
    case .setBack:
      events.append(.clockSetBack)
    }
    // The summary's period is over before this sample is counted in the next one.
    if let done = summary.close(atNs: time, everyNs: rules.summaryNs, isClockSet: step == .setBack) {
      events.append(.summary(done))
    }
    last = value
    summary.sample(value)
    judge(.high, at: 0, value, rules.high, time, sequence, &events)
    judge(.low, at: 1, value, rules.low, time, sequence, &events)
    if let kinetic = kinetic.celsius { judge(.kinetic, at: 2, kinetic, rules.kinetic, time, sequence, &events) }
  }

  private func fault(_ value: Double, _ time: Int64, _ rules: BoxRules) -> BadSample? {
    if value.isNaN { return .missing }
    if !rules.sensor.contains(value) { return .outOfRange }
    return SampleClock.plausible.contains(time) ? nil : .implausibleTime
  }

  private mutating func reject(_ bad: BadSample, into events: inout [BoxEvent]) {
    summary.bad += 1
    events.append(.bad(bad))
  }

  private mutating func judge(
    _ limit: Limit, at i: Int, _ value: Double, _ rule: ExcursionRule, _ time: Int64, _ sequence: UInt64,
    _ events: inout [BoxEvent]
  ) {
    guard let change = excursions[i].sample(value, atNs: time, sequence: sequence, rule: rule) else { return }
    events.append(.limit(limit, change, excursions[i]))
    if change == .cleared { excursions[i].reset() }
  }
}

extension BoxMonitor {
  package func encode(into state: inout StateWriter) {
    clock.encode(into: &state)
    state.append(last)
    kinetic.encode(into: &state)
    for excursion in excursions { excursion.encode(into: &state) }
    summary.encode(into: &state)
  }

  /// - Returns: the monitor, and whether its window could be kept (its length is the same).
  package static func decode(from state: inout StateReader, rules: BoxRules) throws -> (BoxMonitor, Bool) {
    var box = BoxMonitor(rules)
    box.clock = try SampleClock(from: &state)
    box.last = try state.number()
    let isWindowKept = try box.kinetic.decode(from: &state)
    for i in box.excursions.indices { box.excursions[i] = try Excursion(from: &state) }
    box.summary = try BoxSummary(from: &state)
    return (box, isWindowKept)
  }
}
