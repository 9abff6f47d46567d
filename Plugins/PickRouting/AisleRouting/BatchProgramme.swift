/// The best tours for few orders, by dynamic programming over sets of orders (Held & Karp 1962; Bellman 1962): which are served already,
/// and what that has cost.
///
/// Tours begin in the order of their most urgent order. So the next tour is always one with the most urgent order that is left, and each
/// partition comes up once. A label is what counts of the tours so far: their length, their lateness and when each picker is free,
/// ascending. A label that is nowhere better than another one of the same set cannot end better, for the next tour goes to the picker who
/// is free first: it is dropped. Where no order is due the length alone counts, and there is one label a set.
///
/// Exact when it ends, and nil when it would need more than `maximumLabels`.
struct BatchProgramme {
  /// Nothing better than this is looked for further; a plan as good need not be found again.
  typealias Value = (lateness: Double, length: Int64)

  private struct Label {
    var length: Int64
    var lateness: Double
    var free: [Double]
    /// The latest tour, and the label before it.
    var tour: Int
    var before: Int
  }

  /// By rank, the most urgent first.
  let due: [Double]
  let lines: [Int]
  /// By set of ranks: the length of the walk, or nil where it is no tour.
  let lengths: [Int64?]
  let pace: BatchPlanner.Pace
  let maximumLabels: Int

  private var labels: [Label] = []
  /// By set of orders that are served: numbers of labels.
  private var fronts: [[Int]] = []

  init(
    due: [Double], lines: [Int], lengths: [Int64?], pace: BatchPlanner.Pace,
    maximumLabels: Int = RoutingLimits.maximumBatchLabels
  ) {
    precondition(lengths.count == 1 << due.count && lines.count == due.count)
    self.due = due
    self.lines = lines
    self.lengths = lengths
    self.pace = pace
    self.maximumLabels = maximumLabels
  }

  /// The tours as sets of ranks, in their order; empty when nothing is better than `known`, nil when it would take too long.
  mutating func tours(betterThan known: Value) -> [Int]? {
    let all = lengths.count - 1
    let isTimed = due.contains { $0 < .infinity }
    let pickers = isTimed ? max(1, min(pace.pickers, due.count)) : 0
    fronts = Array(repeating: [], count: all + 1)
    labels = [Label(length: 0, lateness: 0, free: Array(repeating: 0, count: pickers), tour: 0, before: -1)]
    fronts[0] = [0]
    for served in 0..<all where !fronts[served].isEmpty {
      let left = all & ~served
      let first = left & -left
      // Every subset of what is left that has its first order.
      var others = left & ~first
      while true {
        let tour = others | first
        if let length = lengths[tour], !extend(served, by: tour, length, known) { return nil }
        if others == 0 { break }
        others = (others - 1) & (left & ~first)
      }
      if served > 0 { fronts[served] = [] }
    }
    guard let best = fronts[all].min(by: { value($0) < value($1) }) else { return [] }
    var tours: [Int] = []
    var label = best
    while label > 0 {
      tours.append(labels[label].tour)
      label = labels[label].before
    }
    return tours.reversed()
  }

  private func value(_ label: Int) -> (Double, Int64) { (labels[label].lateness, labels[label].length) }

  /// - Returns: false when there are too many labels.
  private mutating func extend(_ served: Int, by tour: Int, _ length: Int64, _ known: Value) -> Bool {
    let seconds =
      Double(length) / pace.speed
      + pace.secondsPerLine * Double(due.indices.reduce(0) { tour & 1 << $1 == 0 ? $0 : $0 + lines[$1] })
    for before in fronts[served] {
      var label = labels[before]
      label.length += length
      label.before = before
      label.tour = tour
      if !label.free.isEmpty {
        let end = label.free[0] + seconds
        for order in due.indices where tour & 1 << order != 0 { label.lateness += max(0, end - due[order]) }
        // The pickers stay in the order in which they are free.
        var place = 0
        while place + 1 < label.free.count, label.free[place + 1] < end {
          label.free[place] = label.free[place + 1]
          place += 1
        }
        label.free[place] = end
      }
      guard (label.lateness, label.length) < known else { continue }
      let set = served | tour
      if fronts[set].contains(where: { isNowhereBetter(label, than: labels[$0]) }) { continue }
      guard labels.count < maximumLabels else { return false }
      fronts[set] = fronts[set].filter { !isNowhereBetter(labels[$0], than: label) } + [labels.count]
      labels.append(label)
    }
    return true
  }

  private func isNowhereBetter(_ one: Label, than other: Label) -> Bool {
    guard other.length <= one.length, other.lateness <= one.lateness else { return false }
    return zip(other.free, one.free).allSatisfy { $0 <= $1 }
  }
}
