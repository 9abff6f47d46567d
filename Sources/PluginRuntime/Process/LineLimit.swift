/// How many lines a plugin may add to the agent's log: a few a second, whichever way they come.
struct LineLimit {
  private static let maxLinesPerS = 20

  private var second: Int64 = 0
  private var lines = 0

  mutating func allows(nowMs: Int64) -> Bool {
    if nowMs / 1000 != second { (second, lines) = (nowMs / 1000, 0) }
    lines += 1
    return lines <= Self.maxLinesPerS
  }
}
