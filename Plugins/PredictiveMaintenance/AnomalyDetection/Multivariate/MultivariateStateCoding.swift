// The state of a `MultivariateDetector` in a checkpoint: 4 bytes columns; smooth, centre, scale, deviations, whether it is steady of each; the last
// reading; the alarm; 1 byte whether it learns, and then what it has learned. The parameters are the configuration's, not the state's.
package import StateCoding

extension MultivariateDetector {
  package func encode(into state: StateWriter) {
    state.append(UInt32(columnCount))
    for values in [smooth, centre, scale, deviations] { state.append(all: values) }
    for i in 0..<columnCount { state.append(UInt8(!steady.isEmpty && steady[i] ? 1 : 0)) }
    state.append(last.deviation)
    state.append(last.score)
    state.append(UInt8((last.isAlert ? 1 : 0) | (last.isLearning ? 2 : 0)))
    state.append(alarm.greatest)
    state.append(alarm.rest)
    state.append(alarm.openCount)
    state.append(alarm.clearRun)
    state.append(UInt8(alarm.isOpen ? 1 : 0))
    state.append(UInt8(learning == nil ? 0 : 1))
    learning?.encode(into: state)
  }

  /// - Parameter parameters: those with which the state was made; with another `learnCount` a state of learning is refused.
  package init(_ parameters: Parameters = Parameters(), from state: inout StateReader) throws {
    let count = Int(try state.integer(UInt32.self))
    guard (1...Self.largestColumnCount).contains(count) else {
      throw StateReader.Damaged(description: "a detector of \(count) columns")
    }
    self.init(columnCount: count, parameters)
    smooth = try state.numbers(count)
    centre = try state.numbers(count)
    scale = try state.numbers(count)
    deviations = try state.numbers(count)
    let isSteady = try (0..<count).map { _ in try state.integer(UInt8.self) != 0 }
    steady = isSteady.contains(true) ? isSteady : []
    last.deviation = try state.number()
    last.score = try state.number()
    let flags = try state.integer(UInt8.self)
    last.isAlert = flags & 1 != 0
    last.isLearning = flags & 2 != 0
    alarm.greatest = try state.number()
    alarm.rest = try state.number()
    alarm.openCount = try state.integer()
    alarm.clearRun = try state.integer()
    alarm.isOpen = try state.integer(UInt8.self) != 0
    guard alarm.clearRun <= DeviationAlarm.clearCount else {
      throw StateReader.Damaged(description: "an alarm that has ended is open")
    }
    if try state.integer(UInt8.self) == 0 {
      learning = nil
    } else {
      try learning?.restore(from: &state)
    }
    for i in 0..<count {
      let isReady = learning.map { Int($0.seen[i]) == $0.learnCount } ?? true
      guard isReady ? scale[i] > 0 : scale[i] == 0 else {
        throw StateReader.Damaged(description: "column \(i) has a scale that does not fit what it has learned")
      }
    }
  }
}

extension StateWriter {
  func append(all values: [Double]) {
    for value in values { append(value) }
  }
}

extension StateReader {
  mutating func numbers(_ count: Int) throws -> [Double] {
    var values: [Double] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try number()) }
    return values
  }
}
