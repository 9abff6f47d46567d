// The state of baselines, alarms and monitors in a checkpoint. A reader never trusts a length or a number.
package import StateCoding

extension RobustBaseline {
  /// 1 byte ready, 4 bytes seen; ready: centre, scale, learned centre, learned scale; else 1 byte count and the values.
  package func encode(into state: StateWriter) {
    state.append(UInt8(isReady ? 1 : 0))
    state.append(UInt32(clamping: seen))
    guard !isReady else {
      state.append(centre)
      state.append(scale)
      state.append(learnedCentre)
      state.append(learnedScale)
      return
    }
    state.append(UInt8(learning.count))
    for value in learning { state.append(value) }
  }

  package init(from state: inout StateReader) throws {
    isReady = try state.integer(UInt8.self) != 0
    seen = Int(try state.integer(UInt32.self))
    guard !isReady else {
      centre = try state.number()
      scale = try state.number()
      learnedCentre = try state.number()
      learnedScale = try state.number()
      guard scale > 0, learnedScale > 0, seen > 0 else {
        throw StateReader.Damaged(description: "a scale is not above 0")
      }
      return
    }
    let count = Int(try state.integer(UInt8.self))
    guard count <= Self.learningCapacity, count <= seen else {
      throw StateReader.Damaged(description: "a learning window is too long")
    }
    learning.reserveCapacity(Self.learningCapacity)
    for _ in 0..<count { learning.append(try state.number()) }
  }
}

extension AlarmState {
  /// 45 bytes, in the order of the code; the highest bit of the first one: the open alert was told.
  package func encode(into state: StateWriter) {
    state.append((severity?.rawValue ?? 0) | (isTold ? 0x80 : 0))
    state.append(firstSequence)
    state.append(openedSequence)
    state.append(lastSequence)
    state.append(warningBits)
    state.append(criticalBits)
    state.append(clearRun)
    state.append(refractoryLeft)
    state.append(alarmedCount)
  }

  package init(from state: inout StateReader) throws {
    let flagged = try state.integer(UInt8.self)
    isTold = flagged & 0x80 != 0
    let code = flagged & 0x7F
    severity = Severity(rawValue: code)
    guard code == 0 || severity != nil else { throw StateReader.Damaged(description: "a severity is unknown") }
    firstSequence = try state.integer()
    openedSequence = try state.integer()
    lastSequence = try state.integer()
    warningBits = try state.integer()
    criticalBits = try state.integer()
    clearRun = try state.integer()
    refractoryLeft = try state.integer()
    alarmedCount = try state.integer()
  }
}

extension SignalMonitor {
  package func encode(into state: StateWriter) {
    baseline.encode(into: state)
    alarm.encode(into: state)
    state.append(least)
    state.append(greatest)
  }

  package init(from state: inout StateReader) throws {
    baseline = try RobustBaseline(from: &state)
    alarm = try AlarmState(from: &state)
    least = try state.number()
    greatest = try state.number()
  }
}

extension WaveformMonitor {
  package func encode(into state: StateWriter) {
    for baseline in baselines { baseline.encode(into: state) }
    alarm.encode(into: state)
  }

  package init(from state: inout StateReader) throws {
    for i in 0..<Self.featureCount { baselines[i] = try RobustBaseline(from: &state) }
    guard baselines.allSatisfy({ $0.isReady == baselines[0].isReady }) else {
      throw StateReader.Damaged(description: "features of one sensor differ in phase")
    }
    alarm = try AlarmState(from: &state)
  }
}
