/// Trees laid out for speed: a row in a few microseconds for hundreds of trees.
///
/// A walk down one tree waits for memory and for the branch that was guessed wrongly, at each step. Here eight trees
/// go down together, without
/// branches: a step is `next = left + (slot <= threshold ? 0 : 1)`, for the children of a decision lie side by side,
/// and the eight steps do not
/// depend on each other, so that the processor overlaps them (predication and interleaving as in Asadi, Lin and de
/// Vries, "Runtime
/// Optimizations for Tree-based Machine Learning Models", IEEE TKDE 2014). A leaf is its own left child: it compares
/// slot 0, -∞, with its score,
/// which is kept as its threshold. Eight trees of about the same depth make a batch, walked as often as its deepest
/// tree has levels.
///
/// The scores are written by tree and added up afterwards in the order of training: to the last bit what the plain
/// walk gives.
struct TreeForest: Sendable {
  /// 16 bytes: four to a cache line. Levels of a tree lie together (breadth first), so that its top is one or two
  /// lines.
  struct Node: Sendable {
    var threshold: Double
    var slot: Int32
    var left: Int32
  }

  static let width = 8

  let slots: InputSlots
  private var nodes: [Node] = []
  private var batches: [Batch] = []
  let treeCount: Int

  private struct Batch: Sendable {
    var depth: Int
    var roots: SIMD8<Int32>
    /// Which tree each is; the places that fill up the last batch are one tree beyond the end.
    var trees: SIMD8<Int32>
  }

  /// Slots, and a score of each tree and one for the fillers.
  var scratchCount: Int { slots.count + treeCount + 1 }

  init(_ trees: [DecisionTree]) {
    slots = InputSlots(of: trees)
    treeCount = trees.count
    nodes.reserveCapacity(trees.reduce(1) { $0 + $1.decisions.count + $1.leaves.count })
    nodes.append(Node(threshold: 0, slot: 0, left: 0))
    var roots: [Int32] = []
    for tree in trees { roots.append(append(tree)) }
    let order = trees.indices.sorted { (trees[$0].depth, $0) < (trees[$1].depth, $1) }
    for first in stride(from: 0, to: order.count, by: Self.width) {
      var batch = Batch(depth: 0, roots: .zero, trees: SIMD8(repeating: Int32(trees.count)))
      for lane in 0..<min(Self.width, order.count - first) {
        let tree = order[first + lane]
        batch.roots[lane] = roots[tree]
        batch.trees[lane] = Int32(tree)
        batch.depth = max(batch.depth, trees[tree].depth)
      }
      batches.append(batch)
    }
  }

  private mutating func append(_ tree: DecisionTree) -> Int32 {
    let root = nodes.count
    nodes.append(Node(threshold: 0, slot: 0, left: 0))
    var queue: [(child: Int32, node: Int)] = [(tree.decisions.isEmpty ? ~0 : 0, root)]
    var next = 0
    while next < queue.count {
      let (child, node) = queue[next]
      next += 1
      guard child >= 0 else {
        nodes[node] = Node(threshold: tree.leaves[Int(~child)], slot: 0, left: Int32(node))
        continue
      }
      let decision = tree.decisions[Int(child)]
      let left = nodes.count
      nodes.append(Node(threshold: 0, slot: 0, left: 0))
      nodes.append(Node(threshold: 0, slot: 0, left: 0))
      let threshold = decision.categories >= 0 ? 0.5 : decision.threshold
      nodes[node] = Node(threshold: threshold, slot: slots.slot(of: decision), left: Int32(left))
      queue.append((decision.left, left))
      queue.append((decision.right, left + 1))
    }
    return Int32(root)
  }

  /// Writes the score of each tree's leaf and returns where.
  func scores(
    of row: UnsafeBufferPointer<Double>, sets: CategorySets, scratch: UnsafeMutableBufferPointer<Double>
  ) -> UnsafeMutablePointer<Double> {
    let values = scratch.baseAddress.unsafelyUnwrapped
    slots.fill(values, from: row, sets: sets)
    let scores = values + slots.count
    nodes.withUnsafeBufferPointer { nodes in
      let nodes = nodes.baseAddress.unsafelyUnwrapped
      batches.withUnsafeBufferPointer { batches in
        for batch in batches { Self.walk(batch, nodes: nodes, values: values, into: scores) }
      }
    }
    return scores
  }

  @inline(__always)
  private static func walk(
    _ batch: Batch, nodes: UnsafePointer<Node>, values: UnsafePointer<Double>, into scores: UnsafeMutablePointer<Double>
  ) {
    @inline(__always) func step(_ at: Int) -> Int {
      let node = nodes[at]
      return Int(node.left) &+ (values[Int(node.slot)] <= node.threshold ? 0 : 1)
    }
    var a = Int(batch.roots[0])
    var b = Int(batch.roots[1])
    var c = Int(batch.roots[2])
    var d = Int(batch.roots[3])
    var e = Int(batch.roots[4])
    var f = Int(batch.roots[5])
    var g = Int(batch.roots[6])
    var h = Int(batch.roots[7])
    var left = batch.depth
    while left > 0 {
      a = step(a)
      b = step(b)
      c = step(c)
      d = step(d)
      e = step(e)
      f = step(f)
      g = step(g)
      h = step(h)
      left &-= 1
    }
    scores[Int(batch.trees[0])] = nodes[a].threshold
    scores[Int(batch.trees[1])] = nodes[b].threshold
    scores[Int(batch.trees[2])] = nodes[c].threshold
    scores[Int(batch.trees[3])] = nodes[d].threshold
    scores[Int(batch.trees[4])] = nodes[e].threshold
    scores[Int(batch.trees[5])] = nodes[f].threshold
    scores[Int(batch.trees[6])] = nodes[g].threshold
    scores[Int(batch.trees[7])] = nodes[h].threshold
  }
}
