import Seeded
import StateCoding
import Testing

@testable import AnomalyDetection

/// The paper's algorithm as it is written: two masses a node, a walk for the score and one for the mass.
private struct PaperTrees {
  let shape: HalfSpaceShape
  let window: Int
  var reference: [Int]
  var latest: [Int]

  init(_ shape: HalfSpaceShape, window: Int) {
    self.shape = shape
    self.window = window
    reference = [Int](repeating: 0, count: shape.treeCount * 2 * shape.leafCount)
    latest = reference
  }

  private func child(_ node: Int, _ tree: Int, _ row: [Int32]) -> Int {
    let test = shape.tests[tree * shape.leafCount + node]
    return row[Int(test & 0xFF)] < test >> 8 ? 2 * node : 2 * node + 1
  }

  mutating func mass(_ row: [Int32]) -> Int {
    var sum = 0
    for tree in 0..<shape.treeCount {
      var (node, level) = (1, 0)
      while level < shape.depth, reference[tree * 2 * shape.leafCount + node] >= window / 10 {
        node = child(node, tree, row)
        level += 1
      }
      sum += reference[tree * 2 * shape.leafCount + node] << level
      node = 1
      latest[tree * 2 * shape.leafCount + node] += 1
      for _ in 0..<shape.depth {
        node = child(node, tree, row)
        latest[tree * 2 * shape.leafCount + node] += 1
      }
    }
    return sum
  }

  mutating func turn() {
    reference = latest
    latest = [Int](repeating: 0, count: latest.count)
  }
}

@Suite struct HalfSpaceTreesTests {
  private func fixed(_ row: [Double]) -> [Int32] { row.map { Int32(min(max($0, -1), 2) * HalfSpaceShape.unit) } }

  @Test func countingOnlyLeavesGivesWhatThePaperGives() {
    var rows = SeededNumbers(default: 21)
    let shape = HalfSpaceShape(columnCount: 3, treeCount: 7, depth: 5, seed: 4)
    var trees = HalfSpaceTrees(shape: shape, window: 50)
    var paper = PaperTrees(shape, window: 50)
    // The ranges learned are [0, 1].
    for i in 0..<50 { _ = trees.update([Double](repeating: Double(i % 2), count: 3)) }
    for i in 0..<600 {
      let row = (0..<3).map { _ in 0.5 + 0.2 * rows.pairedGaussian() }
      let score = trees.update(row)
      let mass = paper.mass(fixed(row))
      if i >= 50 { #expect(score == 1 / (1 + Double(mass) / Double(7 * 50))) }
      if i % 50 == 49 { paper.turn() }
    }
  }

  @Test func rowsWhereFewAreScoreHigher() {
    var rows = SeededNumbers(default: 22)
    var trees = HalfSpaceTrees(columnCount: 4)
    for _ in 0..<750 {
      let score = trees.update(rows.row(4))
      #expect(score >= 0 && score <= 1)
    }
    var normal: [Double] = []
    var strange: [Double] = []
    for i in 0..<1000 {
      if i % 20 == 19 {
        strange.append(trees.update(rows.row(4).map { $0 + ($0 > 0 ? 3 : -3) }))
      } else {
        normal.append(trees.update(rows.row(4)))
      }
    }
    var wins = 0
    for a in strange { for b in normal { wins += a > b ? 1 : 0 } }
    let area = Double(wins) / Double(strange.count * normal.count)
    print("half-space trees: area under the curve \(area)")
    #expect(area > 0.95)
  }

  @Test func anotherSeedIsAnotherShapeAndTheSameSeedTheSame() {
    let (a, b) = (HalfSpaceShape(columnCount: 3), HalfSpaceShape(columnCount: 3))
    #expect(a.tests == b.tests && a == b)
    #expect(HalfSpaceShape(columnCount: 3, seed: 2).tests != a.tests)
    #expect(a.tests.count == 25 * 256)
    for column in 0..<3 as Range<Int32> {
      let share = Double(a.tests.filter { $0 & 0xFF == column && $0 != 0 }.count) / Double(25 * 255)
      #expect(abs(share - 1 / 3) < 0.03)
    }
  }

  @Test func missingCellsAndShortRowsAreTakenAsTheMiddle() {
    var rows = SeededNumbers(default: 23)
    var trees = HalfSpaceTrees(columnCount: 3)
    for _ in 0..<500 { _ = trees.update(rows.row(3)) }
    var twin = trees
    #expect(trees.update([0, .nan, 0.3]) == twin.update([0, .infinity, 0.3]))
    #expect(trees.update([0]) == twin.update([0, .nan, .nan, 17]))
    let last = trees.update([0, 0, 0])
    let before = trees
    #expect(trees.update([.nan, .nan, .nan]) == last)
    #expect(trees.update([]) == last)
    #expect(trees == before)
  }

  @Test func constantAndAbsentColumnsDoNoHarm() {
    var rows = SeededNumbers(default: 24)
    var trees = HalfSpaceTrees(columnCount: 3)
    for _ in 0..<750 { _ = trees.update([rows.pairedGaussian(), 7, .nan]) }
    let usual = trees.update([0, 7, .nan])
    #expect(usual > 0 && usual < 0.5)
    #expect(trees.update([0, 100, 1e99]) > usual)
  }

  @Test func itsStateContinuesBitForBit() throws {
    let seed = SeededNumbers.seed(default: 25)
    let shape = HalfSpaceShape(columnCount: 2, treeCount: 5, depth: 6, seed: 9)
    for cut in [0, 10, 249, 250, 499, 500, 613] {
      var rows = SeededNumbers(seed)
      var trees = HalfSpaceTrees(shape: shape)
      for _ in 0..<cut { _ = trees.update(rows.row(2)) }
      let writer = StateWriter(reserving: 0)
      trees.encode(into: writer)
      var reader = StateReader(writer.bytes[...])
      var copy = try HalfSpaceTrees(shape: cut % 2 == 0 ? shape : nil, from: &reader)
      #expect(reader.isAtEnd && copy == trees)
      for _ in 0..<600 {
        let row = rows.row(2)
        #expect(copy.update(row) == trees.update(row))
      }
    }
  }

  @Test func aDamagedStateIsRefusedOrHarmless() {
    var rows = SeededNumbers(default: 26)
    let shape = HalfSpaceShape(columnCount: 2, treeCount: 3, depth: 3, seed: 9)
    var trees = HalfSpaceTrees(shape: shape, window: 20)
    for _ in 0..<70 { _ = trees.update(rows.row(2)) }
    let writer = StateWriter(reserving: 0)
    trees.encode(into: writer)
    for i in writer.bytes.indices {
      var reader = StateReader(writer.bytes[..<i])
      #expect(throws: StateReader.Damaged.self) { _ = try HalfSpaceTrees(from: &reader) }
      var damaged = writer.bytes
      damaged[i] ^= UInt8(1 << (i % 8))
      reader = StateReader(damaged[...])
      guard var copy = try? HalfSpaceTrees(from: &reader) else { continue }
      for _ in 0..<25 { #expect(copy.update(rows.row(2)).isFinite) }
    }
  }
}
