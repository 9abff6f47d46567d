// The state of a prognosis in a checkpoint. A reader never trusts a length or a number.
package import StateCoding

extension OnsetDetector {
  /// 25 bytes: flags, mean, spread, run.
  package func encode(into state: StateWriter) {
    state.append(UInt8((isReady ? 1 : 0) | (hasBegun ? 2 : 0)))
    state.append(mean)
    state.append(spread)
    state.append(Int64(run))
  }

  package init(from state: inout StateReader) throws {
    let flags = try state.integer(UInt8.self)
    guard flags <= 3, flags != 2 else { throw StateReader.Damaged(description: "an onset's flags are unknown") }
    isReady = flags & 1 != 0
    hasBegun = flags & 2 != 0
    mean = try state.number()
    spread = try state.number()
    run = Int(try state.integer(Int64.self))
    guard run >= 0, run <= Int(Int32.max), spread >= 0, !isReady || spread > 0 else {
      throw StateReader.Damaged(description: "an onset's spread or run is out of range")
    }
  }
}

extension DegradationTrend {
  /// 57 bytes, in the order of the code.
  package func encode(into state: StateWriter) {
    state.append(UInt8(isStarted ? 1 : 0))
    for number in [time, level, drift, levelVariance, driftVariance, covariance, diffusion] { state.append(number) }
  }

  package init(from state: inout StateReader) throws {
    isStarted = try state.integer(UInt8.self) != 0
    time = try state.number()
    level = try state.number()
    drift = try state.number()
    levelVariance = try state.number()
    driftVariance = try state.number()
    covariance = try state.number()
    diffusion = try state.number()
    guard levelVariance >= 0, driftVariance >= 0, diffusion >= 0 else {
      throw StateReader.Damaged(description: "a trend's variance is below 0")
    }
  }
}

extension DegradationPrognosis {
  /// Some 100 bytes and 16 for each value that is kept.
  package func encode(into state: StateWriter) {
    onset.encode(into: state)
    trend.encode(into: state)
    state.append(UInt8((lastTime.isFinite ? 1 : 0) | (onsetTime != nil ? 2 : 0)))
    state.append(lastTime.isFinite ? lastTime : 0)
    state.append(onsetTime ?? 0)
    state.append(lastDeviations)
    state.append(leftOutCount)
    state.append(UInt8(recentTimes.count))
    for i in recentTimes.indices {
      state.append(recentTimes[i])
      state.append(recentLevels[i])
    }
  }

  package init(from state: inout StateReader) throws {
    onset = try OnsetDetector(from: &state)
    trend = try DegradationTrend(from: &state)
    let flags = try state.integer(UInt8.self)
    let last = try state.number()
    let began = try state.number()
    lastTime = flags & 1 != 0 ? last : -.infinity
    onsetTime = flags & 2 != 0 ? began : nil
    lastDeviations = try state.number()
    leftOutCount = try state.integer()
    let count = Int(try state.integer(UInt8.self))
    guard flags <= 3, count <= Self.recentCapacity else {
      throw StateReader.Damaged(description: "a prognosis keeps more values than it can")
    }
    for _ in 0..<count {
      recentTimes.append(try state.number())
      recentLevels.append(try state.number())
    }
  }
}

extension FailureCurves {
  package func encode(into state: StateWriter) {
    state.append(UInt32(ends.count))
    for end in ends { state.append(UInt32(end)) }
    for value in values { state.append(value) }
  }

  package init(from state: inout StateReader) throws {
    let count = Int(try state.integer(UInt32.self))
    guard count <= Self.largestCurveCount else {
      throw StateReader.Damaged(description: "there are more failure curves than can be")
    }
    for _ in 0..<count {
      let end = Int(try state.integer(UInt32.self))
      guard (1...Self.largestCurveLength).contains(end - (ends.last ?? 0)) else {
        throw StateReader.Damaged(description: "a failure curve's length is out of range")
      }
      ends.append(end)
    }
    for _ in 0..<(ends.last ?? 0) { values.append(try state.number()) }
  }
}
