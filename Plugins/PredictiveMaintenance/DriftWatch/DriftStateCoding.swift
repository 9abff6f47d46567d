// The state of drift tests in a checkpoint; their parameters are the configuration's.
package import StateCoding

extension AdaptiveWindow {
  /// 2 bytes values until the trial, a byte a row of how many buckets it has, and sum and squares of each bucket.
  package func encode(into state: StateWriter) {
    state.append(UInt16(untilTrial))
    for row in filled { state.append(row) }
    for row in filled.indices {
      for i in 0..<Int(filled[row]) {
        state.append(sums[row * (Self.bucketCount + 1) + i])
        state.append(squares[row * (Self.bucketCount + 1) + i])
      }
    }
    state.append(total)
  }

  package mutating func restore(from state: inout StateReader) throws {
    reset()
    untilTrial = Int(try state.integer(UInt16.self))
    guard (1...stride).contains(untilTrial) else {
      throw StateReader.Damaged(description: "a window of another stride")
    }
    for row in filled.indices {
      filled[row] = try state.integer()
      guard filled[row] <= Self.bucketCount else {
        throw StateReader.Damaged(description: "a row has too many buckets")
      }
      count += UInt64(filled[row]) << UInt64(row)
    }
    for row in filled.indices {
      for i in 0..<Int(filled[row]) {
        sums[row * (Self.bucketCount + 1) + i] = try state.number()
        squares[row * (Self.bucketCount + 1) + i] = try state.number()
      }
    }
    total = try state.number()
  }
}

extension PageHinkley {
  package func encode(into state: StateWriter) {
    state.append(count)
    state.append(mean)
    state.append(up)
    state.append(down)
  }

  package mutating func restore(from state: inout StateReader) throws {
    count = try state.count()
    mean = try state.number()
    up = try state.number()
    down = try state.number()
  }
}

extension StandardisedDrift {
  package func encode(into state: StateWriter) {
    state.append(count)
    state.append(mean)
    state.append(spread)
    window.encode(into: state)
    test.encode(into: state)
  }

  package mutating func restore(from state: inout StateReader) throws {
    count = try state.count()
    mean = try state.number()
    spread = try state.number()
    guard isLearning || spread > 0 else { throw StateReader.Damaged(description: "a scale is not above 0") }
    try window.restore(from: &state)
    try test.restore(from: &state)
  }
}
