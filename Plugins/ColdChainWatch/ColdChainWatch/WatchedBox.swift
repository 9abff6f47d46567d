internal import ColdChain

/// A box under its names, and when it was heard from.
struct WatchedBox: Equatable {
  var stream: String
  var source: String
  var monitor: BoxMonitor
  /// CLOCK_BOOTTIME of its last record, good or bad.
  var heardNs: Int64
  /// Event time and sequence of that record.
  var heardAtNs: Int64
  var heardSequence: UInt64
  /// Records of all boxes when it was heard from: the least is the one to forget.
  var heardOrder: UInt64
  /// The sequence in the identity of the alert that it is silent; nil while it is not.
  var silentSince: UInt64?
}

extension WatchedBox {
  func encode(into state: inout StateWriter) {
    state.append(stream)
    state.append(source)
    state.append(heardNs)
    state.append(heardAtNs)
    state.append(heardSequence)
    state.append(heardOrder)
    state.append(UInt8(silentSince == nil ? 0 : 1))
    state.append(silentSince ?? 0)
    monitor.encode(into: &state)
  }

  /// - Returns: the box, and whether its window could be kept.
  static func decode(from state: inout StateReader, rules: BoxRules) throws -> (WatchedBox, Bool) {
    let stream = try state.text()
    let source = try state.text()
    let heardNs = try state.integer(Int64.self)
    let heardAtNs = try state.integer(Int64.self)
    let heardSequence = try state.integer(UInt64.self)
    let heardOrder = try state.integer(UInt64.self)
    let isSilent = try state.flag()
    let silentSince = try state.integer(UInt64.self)
    let (monitor, isWindowKept) = try BoxMonitor.decode(from: &state, rules: rules)
    let box = WatchedBox(
      stream: stream, source: source, monitor: monitor, heardNs: heardNs, heardAtNs: heardAtNs,
      heardSequence: heardSequence, heardOrder: heardOrder, silentSince: isSilent ? silentSince : nil)
    return (box, isWindowKept)
  }
}
