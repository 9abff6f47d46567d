/// How many lines a plugin may add to the agent's log: a few a second, whichever way they come. What is left out is counted, and told
/// when the second is over.
struct LineLimit {
  static let maxLinesPerS = 20

  private var second: Int64 = 0
  private var lines = 0
  private var leftOut: UInt64 = 0

  mutating func allows(nowMs: Int64) -> Bool {
    if nowMs / 1000 != second { (second, lines) = (nowMs / 1000, 0) }
    lines += 1
    if lines > Self.maxLinesPerS { leftOut += 1 }
    return lines <= Self.maxLinesPerS
  }

  /// Lines of a second that is over which were left out; nil: none. Ask before a line of the present one is allowed.
  mutating func takeLeftOut(nowMs: Int64) -> UInt64? {
    guard leftOut > 0, nowMs / 1000 != second else { return nil }
    defer { leftOut = 0 }
    return leftOut
  }
}
