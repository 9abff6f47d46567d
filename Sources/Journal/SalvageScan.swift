internal import Records
internal import SQLite

/// Walks over a table of a damaged file by its key. Where a page cannot be read, it goes on at the next key that can be reached:
/// found by steps that double, then narrowed down, so that little is left out that could be read.
struct SalvageScan {
  private let statement: SQLiteStatement?

  /// - Parameter sql: gives rows in the order of their first column, from ?1 on and before ?2.
  init(_ database: SQLiteConnection, _ sql: String) {
    statement = try? database.prepare(sql)
  }

  func forEach(
    from start: Int64, before end: Int64, _ visit: (SQLiteStatement) throws(CrossdockError) -> Void
  ) throws(CrossdockError) {
    guard let statement else { return }
    var next = start
    while next < end {
      statement.reset()
      statement.bind(next, at: 1)
      statement.bind(end, at: 2)
      var isEnd = false
      while true {
        guard let isRow = try? statement.step() else { break }
        guard isRow else {
          isEnd = true
          break
        }
        next = max(next, statement.integer(0)) + 1
        try visit(statement)
      }
      statement.reset()
      if isEnd { return }
      guard let reachable = nextReachable(after: next, before: end) else { return }
      next = reachable
    }
  }

  /// The smallest key, as far as halving finds it, from which a row can be read.
  private func nextReachable(after key: Int64, before end: Int64) -> Int64? {
    var step: Int64 = 1
    var low = key
    var high = key
    while true {
      let (sum, overflow) = key.addingReportingOverflow(step)
      guard !overflow, sum < end else { return nil }
      if canRead(from: sum, before: end) {
        high = sum
        break
      }
      low = sum
      if step > Int64.max / 2 { return nil }
      step *= 2
    }
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if canRead(from: middle, before: end) { high = middle } else { low = middle }
    }
    return high
  }

  private func canRead(from key: Int64, before end: Int64) -> Bool {
    guard let statement else { return false }
    defer { statement.reset() }
    statement.bind(key, at: 1)
    statement.bind(end, at: 2)
    return (try? statement.step()) == true
  }
}
