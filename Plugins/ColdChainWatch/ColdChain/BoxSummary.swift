/// The figures of one period of a box. A period begins with a sample and ends with the first one that is `everyNs` later.
package struct BoxSummary: Equatable, Sendable {
  package private(set) var fromNs: Int64?
  package private(set) var toNs: Int64 = 0
  package private(set) var samples: UInt32 = 0
  package internal(set) var bad: UInt32 = 0
  package internal(set) var gaps: UInt32 = 0
  package private(set) var least = 0.0
  package private(set) var greatest = 0.0
  package private(set) var heldNs: Int64 = 0
  private var degreeSeconds = 0.0

  package init() {}

  /// Weighted by time; nil when no temperature held for any.
  package var mean: Double? { heldNs > 0 ? degreeSeconds / (Double(heldNs) * 1e-9) : nil }

  mutating func hold(_ celsius: Double, forNs duration: Int64) {
    heldNs += duration  // at most gapNs for each of 2³² samples, and a period ends long before
    degreeSeconds += celsius * (Double(duration) * 1e-9)
  }

  mutating func sample(_ celsius: Double) {
    least = samples == 0 ? celsius : min(least, celsius)
    greatest = samples == 0 ? celsius : max(greatest, celsius)
    samples = samples &+ 1
  }

  /// Ends the period when it is over, or when the clock was set back in it, and begins the next.
  mutating func close(atNs time: Int64, everyNs: Int64, isClockSet: Bool) -> BoxSummary? {
    guard let from = fromNs else {
      fromNs = time
      toNs = time
      return nil
    }
    if !isClockSet {
      toNs = time
      guard time - from >= everyNs else { return nil }
    }
    let done = self
    self = BoxSummary()
    fromNs = time
    toNs = time
    return done
  }
}

extension BoxSummary {
  func encode(into state: inout StateWriter) {
    state.append(UInt8(fromNs == nil ? 0 : 1))
    state.append(fromNs ?? 0)
    state.append(toNs)
    state.append(samples)
    state.append(bad)
    state.append(gaps)
    state.append(least)
    state.append(greatest)
    state.append(heldNs)
    state.append(degreeSeconds)
  }

  init(from state: inout StateReader) throws {
    let isKnown = try state.flag()
    let from = try state.integer(Int64.self)
    fromNs = isKnown ? from : nil
    toNs = try state.integer()
    samples = try state.integer()
    bad = try state.integer()
    gaps = try state.integer()
    least = try state.number()
    greatest = try state.number()
    heldNs = try state.integer()
    degreeSeconds = try state.number()
    guard SampleClock.plausible.contains(from), SampleClock.plausible.contains(toNs), heldNs >= 0 else {
      throw StateReader.Damaged("a summary is not usable")
    }
  }
}
