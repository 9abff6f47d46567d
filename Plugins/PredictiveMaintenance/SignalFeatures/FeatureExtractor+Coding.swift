// An asset's state in a checkpoint: byte 1 (form), 8 bytes hash of the specification, the numbers and integers before the windows as
// they are, each window (values and where its parts meet, or its running statistics), the rows that are held back. What follows
// from the values is made again, by the same operations in the same order.
package import StateCoding

extension FeatureExtractor {
  private static let form: UInt8 = 1
  /// A count beyond this did not come from counting.
  private static let largestCount: Int64 = 1 << 60

  package func encode(into state: StateWriter) {
    let layout = plan.layout
    state.append(Self.form)
    state.append(plan.specification.hash)
    for number in numbers[..<layout.flatNumbers] { state.append(number.bitPattern) }
    for integer in integers[..<layout.flatIntegers] { state.append(integer) }
    for window in layout.windows { encode(window, into: state) }
    let held = Int(integers[FeatureLayout.Clock.heldBack])
    let inputCount = plan.inputs.count
    for i in 0..<(held * inputCount) { state.append(numbers[layout.heldRows + i].bitPattern) }
    for i in 0..<(2 * held) { state.append(integers[layout.heldRowIntegers + i]) }
  }

  private func encode(_ window: WindowLayout, into state: StateWriter) {
    let count = Int(integers[window.state + 1])
    state.append(UInt32(count))
    for i in 0..<count {
      let at = (Int(integers[window.state]) + i) % window.capacity
      state.append(numbers[window.values + at])
      if window.times >= 0 { state.append(integers[window.times + at]) }
    }
    if window.isSliding {
      state.append(UInt32(integers[window.state + 2]))
    } else {
      state.append(integers[window.state + 3])
      state.append(numbers[window.first])
      for i in 0..<window.moments.stride { state.append(numbers[window.running + i]) }
    }
  }

  /// - Throws: when it is another specification's, or no state at all.
  package init(from state: inout StateReader, _ plan: FeaturePlan) throws {
    self.init(plan)
    guard try state.integer(UInt8.self) == Self.form else { throw StateReader.Damaged(description: "another form") }
    guard try state.integer(UInt64.self) == plan.specification.hash else {
      throw StateReader.Damaged(description: "the features are of another specification")
    }
    let layout = plan.layout
    for i in 0..<layout.flatNumbers { numbers[i] = try Self.number(&state) }
    for i in 0..<layout.flatIntegers { integers[i] = try state.integer() }
    try checkIntegers()
    for window in layout.windows { try decode(window, from: &state) }
    let held = Int(integers[FeatureLayout.Clock.heldBack])
    for i in 0..<(held * plan.inputs.count) {
      numbers[layout.heldRows + i] = try Self.number(&state)
    }
    for i in 0..<(2 * held) { integers[layout.heldRowIntegers + i] = try state.integer() }
    Self.rebuild(plan, &numbers, &integers)
  }

  /// Any: sums and squares of huge values overflow, and what has overflowed goes on so. No number here becomes an index.
  private static func number(_ state: inout StateReader) throws -> Double {
    Double(bitPattern: try state.integer())
  }

  private func checkIntegers() throws {
    typealias Clock = FeatureLayout.Clock
    let layout = plan.layout
    var counts = [
      Clock.sampleTotal, Clock.sinceRow, Clock.goodSinceRow, Clock.valuesSinceRow, Clock.lateRun, Clock.emptyWindows,
      Clock.heldBack,
    ].map { integers[$0] }
    counts += integers[layout.counters..<(layout.counters + layout.channelCount * QualityReasons.names.count)]
    for input in 0..<plan.inputs.count {
      let runs = layout.runs + input * FeatureLayout.Run.count
      for run in [FeatureLayout.Run.stuck, FeatureLayout.Run.unit, FeatureLayout.Run.good, FeatureLayout.Run.values] {
        counts.append(integers[runs + run])
      }
    }
    counts += integers[layout.holds..<(layout.holds + plan.holds.count)]
    guard counts.allSatisfy({ 0 <= $0 && $0 <= Self.largestCount }) else {
      throw StateReader.Damaged(description: "a count is out of bounds")
    }
    let heldLimit = plan.offsets.lateNs > 0 ? Int64(plan.offsets.lateCapacity) : 0
    guard integers[Clock.heldBack] <= heldLimit,
      integers[Clock.regime] >= -1, integers[Clock.regime] < Int64(plan.regimes?.centreCount ?? 1)
    else { throw StateReader.Damaged(description: "a place is out of bounds") }
  }

  private mutating func decode(_ window: WindowLayout, from state: inout StateReader) throws {
    let count = Int(try state.integer(UInt32.self))
    guard count <= window.capacity else { throw StateReader.Damaged(description: "a window is too long") }
    integers[window.state + 1] = Int64(count)
    for i in 0..<count {
      numbers[window.values + i] = try Self.number(&state)
      if window.times >= 0 { integers[window.times + i] = try state.integer() }
    }
    if window.isSliding {
      let older = Int(try state.integer(UInt32.self))
      guard older <= count else { throw StateReader.Damaged(description: "a window's parts do not meet") }
      integers[window.state + 2] = Int64(older)
    } else {
      let running: Int64 = try state.integer()
      guard 0 <= running, running <= Self.largestCount, running >= count else {
        throw StateReader.Damaged(description: "a count is out of bounds")
      }
      integers[window.state + 3] = running
      numbers[window.first] = try Self.number(&state)
      for i in 0..<window.moments.stride { numbers[window.running + i] = try Self.number(&state) }
    }
  }

  private static func rebuild(_ plan: FeaturePlan, _ numbers: inout [Double], _ integers: inout [Int64]) {
    numbers.withUnsafeMutableBufferPointer { numbers in
      integers.withUnsafeMutableBufferPointer { integers in
        guard let numberStart = numbers.baseAddress, let integerStart = integers.baseAddress else { return }
        for window in plan.layout.windows where window.isSliding {
          SlidingWindow(window, numberStart, integerStart).rebuild()
        }
      }
    }
  }
}
