/// Dynamic programming over sets of visited nodes, one layer for each number of them (Dumas, Desrosiers, Gélinas & Solomon, Oper. Res. 43,
/// 1995). A label is a set, its last node, a time and a cost; of two labels with the same set and last node one that is neither
/// earlier nor cheaper is dominated. Labels from which some node cannot be reached in time any more are dropped.
///
/// With a bound on the labels of a layer it is a beam search (restricted dynamic programming, Malandraki & Dial, EJOR 90, 1996):
/// whatever it finds keeps all windows, and it is optimal if and only if `isExact`.
final class LabelProgramme {
  struct Outcome {
    /// Nil: none was found; with `isExact`: there is none (cheaper than the bound).
    var nodes: [Int]?
    var isExact: Bool
  }

  private struct Label {
    var time: Int
    var cost: Int
    var score: Int
    var load: Int
    var last: Int32
    var parent: Int32
  }

  private struct Trace {
    var last: Int32
    var parent: Int32
  }

  private let graph: StopGraph
  private let words: Int
  /// By node: what must have been visited before it.
  private let before: UnsafeMutablePointer<UInt64>
  private let cheapestInto: [Int]
  private let byMakespan: Bool
  private let keepsLoads: Bool

  private var labels: [Label] = []
  private var sets: [UInt64] = []
  private var nextLabels: [Label] = []
  private var nextSets: [UInt64] = []
  private var nextAlternative: [Int32] = []
  private var buckets: [Int32] = []
  private var traces: [[Trace]] = []

  /// - Parameter ignoresLoads: a sequence found may break them, and nothing is proven.
  init(_ graph: StopGraph, byMakespan: Bool, ignoresLoads: Bool = false) {
    precondition(graph.count <= SequencingLimits.maximumLabelPlaces, "few enough nodes for a set of them")
    self.graph = graph
    self.byMakespan = byMakespan
    keepsLoads = graph.hasLoad && !ignoresLoads
    words = (graph.count + 63) / 64
    before = .allocate(capacity: graph.count * words)
    before.initialize(repeating: 0, count: graph.count * words)
    var cheapest = [Int](repeating: 0, count: graph.count)
    let end = graph.end
    for node in 1..<graph.count {
      var least = Int.max
      for other in 0..<end where other != node {
        let arc = graph.arc(other, node)
        if graph.ready[other] + arc <= graph.lastCall[node] {
          least = min(least, arc)
        } else if other != 0, node != end {
          before[other * words + node >> 6] |= 1 << UInt64(node & 63)
        }
      }
      cheapest[node] = least == .max ? 0 : least
    }
    if graph.hasPrecedence {
      for node in 1..<end {
        for other in graph.earlier[node] { before[node * words + other >> 6] |= 1 << UInt64(other & 63) }
      }
    }
    cheapestInto = cheapest
  }

  deinit { before.deallocate() }

  /// - Parameters:
  ///   - width: labels of a layer at most.
  ///   - bound: only sequences that cost less are of interest.
  ///   - timeWeight: what a unit of time counts when the best labels of a layer are chosen, beside a unit of cost.
  func run(width: Int, below bound: Int, timeWeight: Int, isOver: () -> Bool) -> Outcome {
    let end = graph.end
    var rest = 0
    for node in 1...end { rest += cheapestInto[node] }
    traces = []
    labels = [
      Label(
        time: graph.ready[0], cost: 0, score: rest + timeWeight * graph.ready[0], load: graph.load, last: 0, parent: -1)
    ]
    sets = [UInt64](repeating: 0, count: words)
    sets[0] = 1
    var isExact = true
    for _ in 1..<end {
      guard !isOver(), extend(bound: bound, timeWeight: timeWeight, isOver) else {
        return Outcome(nodes: nil, isExact: false)
      }
      isExact = select(width: width) && isExact
      if labels.isEmpty { return Outcome(nodes: nil, isExact: isExact) }
      traces.append(labels.map { Trace(last: $0.last, parent: $0.parent) })
    }
    var best = -1
    var bestValue = byMakespan ? Int.max : bound
    for index in labels.indices {
      let label = labels[index]
      let arc = graph.arc(Int(label.last), end)
      guard arc < Int(StopGraph.impassable), label.time + arc <= graph.due[end] else { continue }
      let value = byMakespan ? max(label.time + arc, graph.ready[end]) : label.cost + arc
      if value < bestValue {
        bestValue = value
        best = index
      }
    }
    guard best >= 0 else { return Outcome(nodes: nil, isExact: isExact) }
    return Outcome(nodes: sequence(endingWith: best), isExact: isExact)
  }

  private func sequence(endingWith index: Int) -> [Int] {
    var nodes = [graph.end]
    var at = index
    for layer in traces.reversed() {
      nodes.append(Int(layer[at].last))
      at = Int(layer[at].parent)
    }
    nodes.append(0)
    return nodes.reversed()
  }

  /// Every label by every node that may follow; false when time is over.
  private func extend(bound: Int, timeWeight: Int, _ isOver: () -> Bool) -> Bool {
    nextLabels.removeAll(keepingCapacity: true)
    nextSets.removeAll(keepingCapacity: true)
    nextAlternative.removeAll(keepingCapacity: true)
    let wanted = max(64, labels.count * 8)
    var capacity = buckets.count
    if capacity < wanted || capacity > wanted * 64 {
      capacity = 64
      while capacity < wanted { capacity *= 2 }
      buckets = [Int32](repeating: -1, count: capacity)
    } else {
      buckets.withUnsafeMutableBufferPointer { $0.update(repeating: -1) }
    }
    let end = graph.end
    for index in labels.indices {
      if index & 127 == 127, isOver() { return false }
      let label = labels[index]
      let base = index * words
      let last = Int(label.last)
      for word in 0..<words {
        var open = ~sets[base + word]
        open &= Self.mask(below: end, word: word)
        while open != 0 {
          let node = word << 6 + open.trailingZeroBitCount
          open &= open &- 1
          var isReady = true
          for other in 0..<words where before[node * words + other] & ~sets[base + other] != 0 {
            isReady = false
            break
          }
          guard isReady else { continue }
          let load = keepsLoads ? label.load + graph.demand[node] : 0
          guard !keepsLoads || (0...graph.capacity).contains(load) else { continue }
          let arc = graph.arc(last, node)
          let time = max(label.time + arc, graph.ready[node])
          guard time <= graph.lastCall[node] else { continue }
          let cost = label.cost + arc
          // score − cost is what the nodes to come take at least
          let bounded = label.score - timeWeight * label.time - label.cost - cheapestInto[node] + cost
          guard byMakespan || bounded < bound else { continue }
          insert(
            Label(
              time: time, cost: cost, score: bounded + timeWeight * time, load: load, last: Int32(node),
              parent: Int32(index)),
            from: base, adding: node)
        }
      }
    }
    return true
  }

  private static func mask(below end: Int, word: Int) -> UInt64 {
    let low = word << 6
    if end >= low + 64 { return ~0 }
    return end <= low ? 0 : (1 << UInt64(end - low)) - 1
  }

  private func insert(_ label: Label, from base: Int, adding node: Int) {
    var hash = UInt64(node) &* 0x9E37_79B9_7F4A_7C15
    for word in 0..<words {
      let bits = sets[base + word] | (node >> 6 == word ? 1 << UInt64(node & 63) : 0)
      hash = (hash ^ bits) &* 0xFF51_AFD7_ED55_8CCD
      hash ^= hash >> 32
    }
    if nextLabels.count * 2 > buckets.count { grow() }
    var bucket = Int(truncatingIfNeeded: hash) & (buckets.count - 1)
    while buckets[bucket] >= 0 {
      let head = Int(buckets[bucket])
      if nextLabels[head].last == label.last, isSameSet(head, base, node) {
        addAlternative(label, head, base, node)
        return
      }
      bucket = (bucket + 1) & (buckets.count - 1)
    }
    buckets[bucket] = Int32(append(label, base, node))
  }

  private func append(_ label: Label, _ base: Int, _ node: Int) -> Int {
    nextLabels.append(label)
    nextAlternative.append(-1)
    for word in 0..<words { nextSets.append(sets[base + word] | (node >> 6 == word ? 1 << UInt64(node & 63) : 0)) }
    return nextLabels.count - 1
  }

  private func isSameSet(_ head: Int, _ base: Int, _ node: Int) -> Bool {
    for word in 0..<words
    where nextSets[head * words + word] != sets[base + word] | (node >> 6 == word ? 1 << UInt64(node & 63) : 0) {
      return false
    }
    return true
  }

  /// The chain of labels with one set and one last node: none of them dominates another.
  private func addAlternative(_ label: Label, _ head: Int, _ base: Int, _ node: Int) {
    var at = head
    var free = -1
    while at >= 0 {
      let other = nextLabels[at]
      if other.last >= 0 {
        if other.time <= label.time, byMakespan || other.cost <= label.cost { return }
        if label.time <= other.time, byMakespan || label.cost <= other.cost {
          if free >= 0 { nextLabels[at].score = .max } else { free = at }
          if free != at { nextLabels[at].time = .max; nextLabels[at].cost = .max }
        }
      }
      at = Int(nextAlternative[at])
    }
    if free >= 0 {
      nextLabels[free] = label
    } else {
      let new = append(label, base, node)
      nextAlternative[new] = nextAlternative[head]
      nextAlternative[head] = Int32(new)
    }
  }

  private func grow() {
    let size = buckets.count * 2
    var larger = [Int32](repeating: -1, count: size)
    for head in buckets where head >= 0 {
      var hash = UInt64(nextLabels[Int(head)].last) &* 0x9E37_79B9_7F4A_7C15
      for word in 0..<words {
        hash = (hash ^ nextSets[Int(head) * words + word]) &* 0xFF51_AFD7_ED55_8CCD
        hash ^= hash >> 32
      }
      var bucket = Int(truncatingIfNeeded: hash) & (size - 1)
      while larger[bucket] >= 0 { bucket = (bucket + 1) & (size - 1) }
      larger[bucket] = head
    }
    buckets = larger
  }

  /// The best labels of the new layer that are not dead become the layer; false when some were left out.
  private func select(width: Int) -> Bool {
    var chosen = nextLabels.indices.filter { nextLabels[$0].score != .max }
    let isCut = chosen.count > width
    if isCut { chosen.sort { (nextLabels[$0].score, $0) < (nextLabels[$1].score, $1) } }
    labels.removeAll(keepingCapacity: true)
    sets.removeAll(keepingCapacity: true)
    var isComplete = true
    for index in chosen {
      if labels.count >= width {
        isComplete = false
        break
      }
      guard isAlive(index) else { continue }
      labels.append(nextLabels[index])
      for word in 0..<words { sets.append(nextSets[index * words + word]) }
    }
    return isComplete
  }

  private func isAlive(_ index: Int) -> Bool {
    let label = nextLabels[index]
    let last = Int(label.last)
    for word in 0..<words {
      var open = ~nextSets[index * words + word] & Self.mask(below: graph.end, word: word)
      while open != 0 {
        let node = word << 6 + open.trailingZeroBitCount
        open &= open &- 1
        if label.time + graph.arc(last, node) > graph.lastCall[node] { return false }
      }
    }
    return true
  }
}
