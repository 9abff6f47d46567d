// Half-space trees (Tan, Ting & Liu 2011): how many rows of the last window fell where this row falls.
//
// Each node has two masses: of the reference window, which scores, and of the latest, which is being counted; every
// `window` rows the latest becomes the reference. A row goes down each tree; the first node with fewer than window / 10
// reference rows, or the leaf, gives reference mass · 2^depth. A row's density is the mean of that over the trees,
// divided by the window: 1 is what uniformly spread rows have. The score is 1 / (1 + density).
//
// The way to a leaf is known from the leaf, so only the leaves are counted, and what a leaf's way gives is worked out once a
// window, from the sums of its leaves' masses (`LeafWeights`). The result is the paper's, at a third of its work.
//
// The trees divide [0, 1]: the first window is only used to learn each column's range; the second fills the first masses;
// the third is scored. A later value outside of the range is kept, at most one range away. A missing cell (NaN, infinite,
// beyond ±1e100) is taken as the middle of its range; a row of nothing but missing cells is not counted and has the score
// of the row before.
// Memory with 25 trees of depth 8: 25 · 256 · 6 bytes = 38 KB a detector, and a shape of 25 KB that all share.

package struct HalfSpaceTrees: Equatable, Sendable {
  package static let largestWindow = 65_535
  static let largestMagnitude = 1e100

  package let shape: HalfSpaceShape
  /// Rows.
  package let window: Int
  /// Of each leaf, tree after tree: the latest mass, and what the reference masses on its way give.
  var latest: [UInt16]
  var weights: [UInt32]
  /// Rows counted in this window.
  var counted = 0
  /// 0: ranges, 1: first masses, 2: scoring.
  var phase: UInt8 = 0
  var low: [Double]
  var high: [Double]
  /// 1 / range.
  var perRange: [Double]
  var lastScore = 0.0
  private var scaled: [Int32]

  /// - Precondition: window in 1…65,535.
  package init(shape: HalfSpaceShape, window: Int = 250) {
    precondition((1...Self.largestWindow).contains(window), "HalfSpaceTrees: window")
    self.shape = shape
    self.window = window
    latest = [UInt16](repeating: 0, count: shape.treeCount * shape.leafCount)
    weights = [UInt32](repeating: 0, count: shape.treeCount * shape.leafCount)
    low = [Double](repeating: .greatestFiniteMagnitude, count: shape.columnCount)
    high = [Double](repeating: -.greatestFiniteMagnitude, count: shape.columnCount)
    perRange = [Double](repeating: 0, count: shape.columnCount)
    scaled = [Int32](repeating: 0, count: shape.columnCount)
  }

  package init(columnCount: Int, seed: UInt64 = 1) {
    self.init(shape: HalfSpaceShape(columnCount: columnCount, seed: seed))
  }

  /// All that decides what comes next; the scratch row does not.
  package static func == (a: HalfSpaceTrees, b: HalfSpaceTrees) -> Bool {
    a.shape == b.shape && a.window == b.window && a.phase == b.phase && a.counted == b.counted
      && a.lastScore == b.lastScore && a.low == b.low && a.high == b.high && a.latest == b.latest
      && a.weights == b.weights
  }

  package var isLearning: Bool { phase < 2 }

  package mutating func update(_ row: [Double]) -> Double {
    row.withUnsafeBufferPointer { update($0) }
  }

  /// - Parameter row: cells beyond the column count are not looked at, cells that are not there are missing.
  /// - Returns: 0…1, towards 1 where few rows were; 0 while learning.
  package mutating func update(_ row: UnsafeBufferPointer<Double>) -> Double {
    if phase == 0 {
      learnRanges(row)
      return 0
    }
    guard scale(row) else { return lastScore }
    let mass = count()
    if phase == 2 {
      let density = Double(mass) / Double(shape.treeCount * window)
      lastScore = 1 / (1 + density)
    }
    counted += 1
    if counted == window { turn() }
    return lastScore
  }

  private mutating func learnRanges(_ row: UnsafeBufferPointer<Double>) {
    var isMeasured = false
    for i in 0..<min(shape.columnCount, row.count) where row[i].magnitude <= Self.largestMagnitude {
      low[i] = min(low[i], row[i])
      high[i] = max(high[i], row[i])
      isMeasured = true
    }
    counted += isMeasured ? 1 : 0
    guard counted == window else { return }
    counted = 0
    phase = 1
    setRanges()
  }

  /// A column that did not move has a range of 1 % of its level, one that was never there a range of 1.
  mutating func setRanges() {
    for i in 0..<shape.columnCount {
      if low[i] > high[i] { (low[i], high[i]) = (0, 1) }
      let range = high[i] - low[i]
      perRange[i] = 1 / (range > 0 ? max(range, 1e-200) : max(0.01 * low[i].magnitude, 1e-9))
    }
  }

  /// Into the ranges learned.
  /// - Returns: false where nothing was measured.
  private mutating func scale(_ row: UnsafeBufferPointer<Double>) -> Bool {
    var isMeasured = false
    for i in 0..<shape.columnCount {
      guard i < row.count, row[i].magnitude <= Self.largestMagnitude else {
        scaled[i] = Int32(0.5 * HalfSpaceShape.unit)
        continue
      }
      isMeasured = true
      scaled[i] = Int32(min(max((row[i] - low[i]) * perRange[i], -1), 2) * HalfSpaceShape.unit)
    }
    return isMeasured
  }

  /// One way down each tree: counts the row in its leaves.
  /// - Returns: the sum of the leaves' weights.
  private mutating func count() -> Int {
    let (depth, leafCount, treeCount) = (shape.depth, shape.leafCount, shape.treeCount)
    var sum = 0
    latest.withUnsafeMutableBufferPointer { latest in
      weights.withUnsafeBufferPointer { weights in
        shape.tests.withUnsafeBufferPointer { tests in
          scaled.withUnsafeBufferPointer { row in
            let row = row.baseAddress.unsafelyUnwrapped
            let tests = tests.baseAddress.unsafelyUnwrapped
            var first = 0
            // Four trees at a time: a step waits for the one before it, the steps of different trees do not.
            for _ in 0..<treeCount / 4 {
              var (a, b, c, d) = (1, 1, 1, 1)
              for _ in 0..<depth {
                Self.step(&a, tests + first, row)
                Self.step(&b, tests + first + leafCount, row)
                Self.step(&c, tests + first + 2 &* leafCount, row)
                Self.step(&d, tests + first + 3 &* leafCount, row)
              }
              // The leaf of node k in the tree that begins at `first` is at first + k − leafCount.
              sum &+= Self.count(first &+ a &- leafCount, latest, weights)
              sum &+= Self.count(first &+ b, latest, weights)
              sum &+= Self.count(first &+ c &+ leafCount, latest, weights)
              sum &+= Self.count(first &+ d &+ 2 &* leafCount, latest, weights)
              first &+= 4 &* leafCount
            }
            for _ in 0..<treeCount % 4 {
              var node = 1
              for _ in 0..<depth { Self.step(&node, tests + first, row) }
              sum &+= Self.count(first &+ node &- leafCount, latest, weights)
              first &+= leafCount
            }
          }
        }
      }
    }
    return sum
  }

  /// To the left child where the value is less than the threshold, else to the right one.
  @inline(__always)
  private static func step(_ node: inout Int, _ tests: UnsafePointer<Int32>, _ row: UnsafePointer<Int32>) {
    let test = tests[node]
    node = 2 &* node &+ 1 &+ Int((row[Int(test & 0xFF)] &- test &>> 8) &>> 31)
  }

  @inline(__always)
  private static func count(
    _ leaf: Int, _ latest: UnsafeMutableBufferPointer<UInt16>, _ weights: UnsafeBufferPointer<UInt32>
  ) -> Int {
    latest[leaf] &+= 1
    return Int(weights[leaf])
  }

  private mutating func turn() {
    counted = 0
    phase = 2
    for tree in 0..<shape.treeCount {
      let leaves = tree * shape.leafCount..<(tree + 1) * shape.leafCount
      let way = LeafWeights(latest[leaves], depth: shape.depth, least: UInt32(window / 10))
      for (i, leaf) in leaves.enumerated() {
        weights[leaf] = way.weights[i]
        latest[leaf] = 0
      }
    }
  }

  /// Bytes that this detector holds, without the shape.
  package var memoryBytes: Int { MemoryLayout<Self>.size + latest.count * 6 + shape.columnCount * 28 }
}
