// The trees of a `HalfSpaceTrees`, without their masses: made from a seed alone, before any data is seen (Tan, Ting & Liu,
// "Fast Anomaly Detection for Streaming Data", IJCAI 2011, algorithm 1). Many detectors of one column count share one shape.
//
// Each tree draws for each column a centre s in [0, 1) and takes s ± 2 max(s, 1 − s) as work range; each node halves the
// work range of a random column. A tree is complete: the root is node 1, node k has the
// children 2k and 2k + 1, the leaves are the nodes from 2^depth on.
//
// A test is one word: the threshold in units of 2^−20 in its upper 24 bits, the column in its lower 8. Integers, so that the
// way down a tree is subtract and shift, with no branch to be guessed wrongly.

package final class HalfSpaceShape: Equatable, Sendable {
  package static let largestTreeCount = 200
  package static let largestDepth = 12
  package static let largestColumnCount = 256

  package let columnCount: Int
  package let treeCount: Int
  package let depth: Int
  package let seed: UInt64
  /// Of each inner node, tree after tree; place 0 of a tree is not used.
  let tests: [Int32]

  /// A scaled value as tests compare it; −2…3 are within 24 bits.
  static let unit = 1_048_576.0

  /// - Precondition: columnCount in 1…256, treeCount in 1…200, depth in 1…12.
  package init(columnCount: Int, treeCount: Int = 25, depth: Int = 8, seed: UInt64 = 1) {
    precondition((1...Self.largestColumnCount).contains(columnCount), "HalfSpaceShape: columns")
    precondition((1...Self.largestTreeCount).contains(treeCount), "HalfSpaceShape: trees")
    precondition((1...Self.largestDepth).contains(depth), "HalfSpaceShape: depth")
    self.columnCount = columnCount
    self.treeCount = treeCount
    self.depth = depth
    self.seed = seed
    var numbers = SplitMix64(seed: seed)
    var tests: [Int32] = []
    for _ in 0..<treeCount {
      let ranges = (0..<columnCount).map { _ in
        let centre = numbers.uniform()
        let reach = 2 * max(centre, 1 - centre)
        return (low: centre - reach, high: centre + reach)
      }
      tests.append(0)
      // Work ranges of the nodes of one level, from the root down: node k of the level halves the range of its parent.
      var level = [ranges]
      for _ in 0..<depth {
        var next: [[(low: Double, high: Double)]] = []
        for ranges in level {
          let column = numbers.below(columnCount)
          let middle = 0.5 * (ranges[column].low + ranges[column].high)
          tests.append(Int32((middle * Self.unit).rounded(.down)) << 8 | Int32(column))
          var (left, right) = (ranges, ranges)
          left[column].high = middle
          right[column].low = middle
          next.append(left)
          next.append(right)
        }
        level = next
      }
    }
    self.tests = tests
  }

  /// Leaves of a tree, and places of its tests.
  var leafCount: Int { 1 << depth }
  /// What they are made from is equal.
  package static func == (a: HalfSpaceShape, b: HalfSpaceShape) -> Bool {
    a.columnCount == b.columnCount && a.treeCount == b.treeCount && a.depth == b.depth && a.seed == b.seed
  }

  package var memoryBytes: Int { tests.count * 4 }
}
