/// The ways in which a shortest walk can serve a sub-aisle, with their costs.
///
/// The copies of its edges are even or odd: `isOddBelow` says which at the lower end, and it changes at each end of an open walk
/// that lies inside. Odd edges are walked once, even ones twice, and at most one even edge is left out (`omittedEdge`, -1 for
/// none): two left out would cut off what lies between. A blocked edge has to be the one left out.
struct CellOption: BitwiseCopyable {
  /// What an end of the cell receives.
  enum Touch: UInt8, BitwiseCopyable {
    case nothing, odd, even
  }

  var lower: Touch
  var upper: Touch
  var joins: Bool
  var isOddBelow: Bool
  var omittedEdge: Int32
  var cost: Int64
}

/// Costs of a cell without an end of an open walk, by the classic names; `unreachableDistance` where the option does not exist.
struct CellCosts {
  /// 0 when there is nothing to pick.
  var skip = unreachableDistance
  var traverse = unreachableDistance
  var traverseTwice = unreachableDistance
  var fromBelow = unreachableDistance
  var fromAbove = unreachableDistance
  var gap = unreachableDistance
  /// The edge that `gap` leaves out.
  var gapEdge: Int32 = -1
  /// Edges of the cell, one more than places inside.
  var edgeCount: Int32 = 1

  /// No walk serves the cell for less.
  var least: Int64 { min(min(skip, traverse), min(min(fromBelow, fromAbove), gap)) }

  /// From the places of the cell, the crossings at its ends included.
  init(places: ArraySlice<Int64>, blockedEdge: Int32) {
    let length = places[places.endIndex - 1] - places[places.startIndex]
    edgeCount = Int32(places.count - 1)
    if blockedEdge == -1 {
      traverse = length
      traverseTwice = 2 * length
    }
    if edgeCount == 1 {
      skip = 0
      return
    }
    func mayOmit(_ edge: Int32) -> Bool { blockedEdge == -1 || blockedEdge == edge }
    func omitting(_ edge: Int32) -> Int64 {
      let lower = places.startIndex + Int(edge)
      return 2 * (length - (places[lower + 1] - places[lower]))
    }
    if mayOmit(edgeCount - 1) { fromBelow = omitting(edgeCount - 1) }
    if mayOmit(0) { fromAbove = omitting(0) }
    for edge in 1..<max(1, edgeCount - 1) where mayOmit(edge) {
      let cost = omitting(edge)
      if cost < gap {
        gap = cost
        gapEdge = edge
      }
    }
  }

  static let maximumOptions = 6

  /// The same as a list, for the way back.
  func options(_ body: (CellOption) -> Void) {
    func add(_ cost: Int64, _ lower: CellOption.Touch, _ upper: CellOption.Touch, joins: Bool = false, omit: Int32) {
      guard cost < unreachableDistance else { return }
      body(
        CellOption(lower: lower, upper: upper, joins: joins, isOddBelow: lower == .odd, omittedEdge: omit, cost: cost))
    }
    add(skip, .nothing, .nothing, omit: 0)
    add(traverse, .odd, .odd, joins: true, omit: -1)
    add(traverseTwice, .even, .even, joins: true, omit: -1)
    add(fromBelow, .even, .nothing, omit: edgeCount - 1)
    add(fromAbove, .nothing, .even, omit: 0)
    add(gap, .even, .even, omit: gapEdge)
  }
}

extension CellOption {
  /// All options of a cell with one or both ends of an open walk at the given places (positions in `places`, neither first nor
  /// last).
  static func all(places: ArraySlice<Int64>, terminals: [Int], blockedEdge: Int32) -> [CellOption] {
    guard blockedEdge != -2 else { return [] }
    let edgeCount = places.count - 1
    var options: [CellOption] = []
    for isOddBelow in [false, true] {
      let isOdd = (0..<edgeCount).map { edge in
        terminals.filter { $0 <= edge }.count.isMultiple(of: 2) ? isOddBelow : !isOddBelow
      }
      let lengths = (0..<edgeCount).map { places[places.startIndex + $0 + 1] - places[places.startIndex + $0] }
      let cost = (0..<edgeCount).reduce(Int64(0)) { $0 + (isOdd[$1] ? 1 : 2) * lengths[$1] }
      let touch = isOdd.map { $0 ? Touch.odd : .even }
      if blockedEdge == -1 {
        options.append(
          CellOption(
            lower: touch[0], upper: touch[edgeCount - 1], joins: true, isOddBelow: isOddBelow, omittedEdge: -1,
            cost: cost))
      }
      for edge in 0..<edgeCount where !isOdd[edge] && (blockedEdge == -1 || Int(blockedEdge) == edge) {
        options.append(
          CellOption(
            lower: edge == 0 ? .nothing : touch[0], upper: edge == edgeCount - 1 ? .nothing : touch[edgeCount - 1],
            joins: false, isOddBelow: isOddBelow, omittedEdge: Int32(edge), cost: cost - 2 * lengths[edge]))
      }
    }
    return options
  }
}
