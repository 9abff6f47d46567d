internal import StateCoding

/// How long a machine was observed: the event times of its records, without the pauses. A clock that goes back adds nothing, and a gap
/// of more than a week is no operation: ten years without a record are not ten years of wear.
struct ObservedAge: Equatable {
  static let longestGapNs: Int64 = 7 * 86_400 * 1_000_000_000

  private var lastNs: Int64?
  private(set) var seconds = 0.0

  init() {}

  mutating func advance(to timeNs: Int64) {
    if let lastNs {
      let (passed, overflow) = timeNs.subtractingReportingOverflow(lastNs)
      if !overflow, passed > 0, passed <= Self.longestGapNs { seconds += Double(passed) / 1e9 }
    }
    lastNs = timeNs
  }

  func encode(into state: StateWriter) {
    state.append(UInt8(lastNs == nil ? 0 : 1))
    state.append(lastNs ?? 0)
    state.append(seconds)
  }

  init(from state: inout StateReader) throws {
    let isKnown = try state.integer(UInt8.self) == 1
    let time: Int64 = try state.integer()
    lastNs = isKnown ? time : nil
    seconds = try state.number()
  }
}
