/// Which numbers of each series the broker has acknowledged.
///
/// Invariant: every number from 1 to `through(series)` was acknowledged; numbers beyond a hole wait in `ahead`.
package struct Acknowledgements {
  private var reached: [UInt64] = []
  private var ahead: [Set<UInt64>] = []

  package init() {}

  package mutating func note(series: Int, number: UInt64) {
    while reached.count <= series {
      reached.append(0)
      ahead.append([])
    }
    guard number == reached[series] + 1 else {
      if number > reached[series] { ahead[series].insert(number) }
      return
    }
    reached[series] = number
    while !ahead[series].isEmpty, ahead[series].remove(reached[series] + 1) != nil { reached[series] += 1 }
  }

  package func through(series: Int) -> UInt64 { reached.indices.contains(series) ? reached[series] : 0 }
}
