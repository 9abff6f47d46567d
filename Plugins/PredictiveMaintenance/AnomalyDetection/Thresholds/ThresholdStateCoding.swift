// The state of thresholds in a checkpoint; parameters are the configuration's.
package import StateCoding

extension ExtremeThreshold {
  package func encode(into state: StateWriter) {
    state.append(UInt8(isCalibrated ? 1 : 0))
    state.append(initial)
    state.append(extreme)
    state.append(count)
    state.append(origin)
    state.append(peakCount)
    state.append(recentCount)
    state.append(recentSum)
    state.append(UInt16(peaks.count))
    state.append(all: peaks)
    for count in peakCounts { state.append(count) }
    state.append(UInt16(calibration.count))
    state.append(all: calibration)
    state.append(UInt16(recent.count))
    state.append(all: recent)
  }

  /// - Parameter parameters: those with which the state was made.
  package init(_ parameters: Parameters = Parameters(), from state: inout StateReader) throws {
    self.init(parameters)
    isCalibrated = try state.integer(UInt8.self) != 0
    initial = try state.number()
    extreme = try state.number()
    count = try state.count()
    origin = try state.count()
    peakCount = try state.count()
    recentCount = try state.count()
    recentSum = try state.number()
    let peakEntries = Int(try state.integer(UInt16.self))
    guard peakEntries <= Self.largestPeakCount, peakEntries <= peakCount, origin <= count else {
      throw StateReader.Damaged(description: "a threshold has more peaks than it can have")
    }
    peaks = try state.numbers(peakEntries)
    for _ in 0..<peakEntries { peakCounts.append(try state.integer()) }
    guard peaks.allSatisfy({ $0 > 0 }), peakCounts.allSatisfy({ $0 <= count }) else {
      throw StateReader.Damaged(description: "a peak is not above its threshold")
    }
    let calibrationEntries = Int(try state.integer(UInt16.self))
    guard calibrationEntries < self.parameters.calibrationCount, !isCalibrated || calibrationEntries == 0 else {
      throw StateReader.Damaged(description: "a calibration is over-full")
    }
    calibration = try state.numbers(calibrationEntries)
    let recentEntries = Int(try state.integer(UInt16.self))
    guard recentEntries <= self.parameters.depth else {
      throw StateReader.Damaged(description: "a moving mean of another depth")
    }
    recent = try state.numbers(recentEntries)
  }
}

extension QuantileEstimate {
  package func encode(into state: StateWriter) {
    state.append(share)
    state.append(UInt64(count))
    for height in [heights.0, heights.1, heights.2, heights.3, heights.4] { state.append(height) }
    for place in [places.0, places.1, places.2] { state.append(place) }
  }

  package init(from state: inout StateReader) throws {
    self.init(share: try state.number())
    count = Int(try state.count())
    heights = (try state.number(), try state.number(), try state.number(), try state.number(), try state.number())
    places = (try state.number(), try state.number(), try state.number())
  }
}
