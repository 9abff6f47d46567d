/// The transitions between frontier states for one number of cross-aisles. They do not depend on a layout, so they are built
/// once, at first use, and shared.
///
/// Two kinds: for round trips (states of which every component has an even number of odd vertices: 6, 24, 112, 568, 3032,
/// 16768, 95200 of them for 2...8 cross-aisles) and for open walks (up to two components hold one end of the walk each).
///
/// `@unchecked Sendable` because everything is written in `init` only.
///
/// State numbers are as narrow as their count allows: a sweep streams through the tables, and most of them fit a second-level
/// cache at two bytes a number.
final class FrontierTable<Index: FixedWidthInteger & UnsignedInteger & Sendable>: @unchecked Sendable {
  typealias Indices = UnsafeBufferPointer<Index>

  /// States before and after a transition, element by element.
  struct Pairs {
    var source: Indices
    var target: Indices
  }

  /// States in which both rows of a sub-aisle are unused, and what touching them makes of each.
  struct UnusedPair {
    var source: Indices
    var lower: Indices
    var upper: Indices
    var both: Indices
  }

  static var none: Index { .max }

  let crossAisleCount: Int
  let allowsOpenWalk: Bool
  let count: Int
  let states: [FrontierState]
  /// By row, then state.
  let touch: [Indices]
  /// By row; empty for round trips. `none` where a third component would hold an end.
  let flip: [Indices]
  /// By row of the lower end; `none` where either end is unused.
  let join: [Indices]
  let traverse: [Indices]
  let drop: [Indices]
  /// Where traversing twice differs from touching both ends.
  let traverseTwice: [Pairs]
  let touchLower: [Pairs]
  let touchUpper: [Pairs]
  let touchUnused: [UnusedPair]
  let dropPairs: [Pairs]
  /// Bit r: row r is unused.
  let unusedRows: UnsafeBufferPointer<UInt8>
  /// Copies of cross-aisle edges that leave the state to the right: one for each odd row, two for each even one.
  let copies: UnsafeBufferPointer<UInt8>
  private let rowCopies: UnsafeBufferPointer<UInt16>
  let closable: [Index]

  init(crossAisleCount h: Int, allowsOpenWalk: Bool) {
    precondition((2...8).contains(h))
    var search = FrontierSearch(crossAisleCount: h, allowsOpenWalk: allowsOpenWalk)
    search.run()
    precondition(search.states.count < Int(Index.max), "more states than the table's numbers")
    let states = search.states
    crossAisleCount = h
    self.allowsOpenWalk = allowsOpenWalk
    self.states = states
    count = states.count
    touch = search.touch.map(Self.narrowed)
    flip = search.flip.map(Self.narrowed)
    join = search.join.map(Self.narrowed)
    traverse = search.traverse.map(Self.narrowed)
    drop = search.drop.map(Self.narrowed)
    unusedRows = frozen(
      states.map { state in (0..<h).reduce(0) { $0 | (state.degree($1) == FrontierState.unused ? 1 << UInt8($1) : 0) } }
    )
    copies = frozen(
      states.map { state in
        (0..<h).reduce(0) { $0 + UInt8(state.degree($1)) }  // unused 0, odd 1, even 2
      })
    rowCopies = frozen(
      states.map { state in (0..<h).reduce(0) { $0 | UInt16(state.degree($1)) << UInt16(2 * $1) } })
    closable = states.indices.filter { states[$0].isClosable }.map { Index($0) }

    let all = states.indices.map(UInt32.init)
    func isUnused(_ state: UInt32, _ row: Int) -> Bool { states[Int(state)].degree(row) == FrontierState.unused }
    func pairs(_ sources: [UInt32], _ target: (Int) -> UInt32) -> Pairs {
      Pairs(source: Self.narrowed(sources), target: Self.narrowed(sources.map { target(Int($0)) }))
    }
    let rows = 0..<h - 1
    traverseTwice = rows.map { row in
      func twice(_ state: Int) -> UInt32 {
        search.join[row][Int(search.touch[row + 1][Int(search.touch[row][state])])]
      }
      return pairs(all.filter { twice(Int($0)) != $0 }, twice)
    }
    touchLower = rows.map { row in
      pairs(all.filter { isUnused($0, row) && !isUnused($0, row + 1) }) { search.touch[row][$0] }
    }
    touchUpper = rows.map { row in
      pairs(all.filter { !isUnused($0, row) && isUnused($0, row + 1) }) { search.touch[row + 1][$0] }
    }
    touchUnused = rows.map { row in
      let sources = all.filter { isUnused($0, row) && isUnused($0, row + 1) }
      return UnusedPair(
        source: Self.narrowed(sources), lower: Self.narrowed(sources.map { search.touch[row][Int($0)] }),
        upper: Self.narrowed(sources.map { search.touch[row + 1][Int($0)] }),
        both: Self.narrowed(sources.map { search.touch[row + 1][Int(search.touch[row][Int($0)])] }))
    }
    dropPairs = (0..<h).map { row in
      pairs(all.filter { search.drop[row][Int($0)] != FrontierSearch.none }) { search.drop[row][$0] }
    }
  }

  /// Copies of a cross-aisle edge that leave the state to the right.
  func copies(row: Int, _ state: Int) -> Int { Int(rowCopies[state] >> UInt16(2 * row)) & 3 }

  /// Whether leaving rows behind, in their order, makes one state of another.
  func leads(_ state: Int, to target: Int) -> Bool {
    let left = unusedRows[target] & ~unusedRows[state]
    var state = state
    for row in 0..<crossAisleCount where left & (1 << UInt8(row)) != 0 {
      let dropped = drop[row][state]
      guard dropped != Self.none else { return false }
      state = Int(dropped)
    }
    return state == target
  }

  private static func narrowed(_ numbers: [UInt32]) -> Indices {
    frozen(numbers.map { $0 == FrontierSearch.none ? none : Index($0) })
  }

  deinit {
    for table in touch + flip + join + traverse + drop { table.deallocate() }
    for list in traverseTwice + touchLower + touchUpper + dropPairs {
      list.source.deallocate()
      list.target.deallocate()
    }
    for list in touchUnused {
      for part in [list.source, list.lower, list.upper, list.both] { part.deallocate() }
    }
    unusedRows.deallocate()
    copies.deallocate()
    rowCopies.deallocate()
  }
}

private func frozen<Element>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
  let buffer = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
  _ = buffer.initialize(from: elements)
  return UnsafeBufferPointer(buffer)
}
