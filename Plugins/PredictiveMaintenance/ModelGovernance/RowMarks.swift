// Where the rows of an asset began, so that of each verdict the records can be named that its windows cover.
//
// A mark is a row's first record. There is one for each twelfth of the longest window, and what no window reaches any more goes: the range
// that is named begins at most a twelfth of a window and a row too early, and never too late. Windows hold values that were good; rows in
// which something was flagged do not count.
internal import SignalFeatures
internal import StateCoding

struct RowMarks: Equatable {
  static let limit = 32
  private static let marksPerWindow = 12
  static let mostBytes = limit * MemoryLayout<Mark>.stride

  private struct Mark: Equatable {
    /// Good records of the asset before it.
    var count: UInt64
    var sequence: UInt64
    var timeNs: Int64
  }

  private var marks: [Mark] = []
  private var count: UInt64 = 0

  /// Takes a row.
  /// - Returns: the first record that its windows cover.
  mutating func first(of row: borrowing FeatureRow, _ reach: FeatureReach) -> UInt64 {
    guard !reach.isOneRow else { return row.firstSequence }
    if isDue(row.firstTimeNs, reach) {
      // The oldest stays: a window may reach as far.
      if marks.count == Self.limit { marks.remove(at: 1) }
      marks.append(Mark(count: count, sequence: row.firstSequence, timeNs: row.firstTimeNs))
    }
    if row.reasons == [] { count += UInt64(row.sampleCount) }
    let (beganNs, overflow) = row.lastTimeNs.subtractingReportingOverflow(reach.timeNs)
    let reached = marks.lastIndex { mark in
      count - mark.count >= UInt64(reach.count) && (reach.timeNs == 0 || (!overflow && mark.timeNs <= beganNs))
    }
    if let reached { marks.removeFirst(reached) }
    return marks[0].sequence
  }

  private func isDue(_ timeNs: Int64, _ reach: FeatureReach) -> Bool {
    guard let newest = marks.last else { return true }
    if reach.count > 0, count - newest.count >= UInt64(max(1, reach.count / Self.marksPerWindow)) { return true }
    let (passed, overflow) = timeNs.subtractingReportingOverflow(newest.timeNs)
    return reach.timeNs > 0 && (overflow || passed >= reach.timeNs / Int64(Self.marksPerWindow))
  }

  mutating func reset() { self = RowMarks() }

  init() {}

  func encode(into state: StateWriter) {
    state.append(count)
    state.append(UInt8(marks.count))
    for mark in marks {
      state.append(mark.count)
      state.append(mark.sequence)
      state.append(mark.timeNs)
    }
  }

  init(from state: inout StateReader) throws {
    count = try state.integer()
    let marks = try state.integer(UInt8.self)
    guard marks <= Self.limit else { throw StateReader.Damaged(description: "too many marks of rows") }
    for _ in 0..<marks {
      let mark = Mark(count: try state.integer(), sequence: try state.integer(), timeNs: try state.integer())
      guard mark.count <= count else { throw StateReader.Damaged(description: "a mark of rows is ahead") }
      self.marks.append(mark)
    }
  }
}
