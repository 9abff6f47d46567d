/// Bounds of what the router takes on. Problems beyond the first group are refused; beyond the second one they are answered
/// by local search with a lower bound instead of by a proof.
package enum RoutingLimits {
  package static let maximumAisles = 65_536
  package static let maximumCrossAisles = 1_024
  /// Coordinates lie within ± this; 2^36 mm are 68,000 km. Keeps every sum of a walk far inside Int64.
  package static let maximumCoordinate: Int64 = 1 << 36

  /// Frontier tables are built for so many cross-aisles at most (after those that no walk needs are left out).
  static let maximumTableCrossAisles = 8
  /// An open walk has about seven times the states of a round trip: 17,432 at 6 cross-aisles. At 7 they are 116,232, and the
  /// tables take more memory than an edge agent has to spare.
  static let maximumOpenTableCrossAisles = 6
  /// Value vectors that a sweep keeps for its way back.
  static let maximumSweepBytes = 96 << 20
  /// Up to here a sweep keeps the vector of every aisle; beyond, of every √n-th, and computes each stretch twice.
  static let maximumUnspacedSweepBytes = 8 << 20
  /// Orders that are put together into tours exactly: each set of them is priced once.
  package static let maximumExactBatchOrders = 12
  /// Labels of that: a few MB, and a second at most.
  static let maximumBatchLabels = 1 << 16
  /// Memory that a router keeps between calls.
  static let maximumRetainedBytes = 2 << 20
  /// Transitions of a sweep: some four seconds of one core.
  static let maximumSweepTransitions = 1 << 31
  /// Picks up to which Held and Karp's method is used where the frontier does not apply: 4096 × 12 values.
  static let maximumHeldKarpStops = 12
  /// Places that local search takes on: its matrix of distances has the square of it.
  static let maximumSearchStops = 600
  /// The same of the search over visits: 1000 lines, one place each. 10 MB for each of two matrices.
  package static let maximumVisitPlaces = 1_100
  /// Rows of shortest paths that a network keeps.
  package static let maximumCachedPathBytes = 16 << 20
  /// Nodes of a network: crossings of halls, nodes of graphs.
  package static let maximumNetworkNodes = 20_000
  /// Moves that local search looks at for a millisecond of budget. A count instead of a clock, so that the same problem has the
  /// same answer on every machine and in every replay.
  static let movesPerMillisecond = 100_000
}

/// Further than any walk, with room for sums.
let unreachableDistance: Int64 = 1 << 60
