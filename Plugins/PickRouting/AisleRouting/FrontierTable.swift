/// The transitions between frontier states for one number of cross-aisles. They do not depend on a layout, so they are built
/// once, at first use, and shared.
///
/// Two kinds: for round trips (states of which every component has an even number of odd vertices: 6, 24, 112, 568, 3032,
/// 16768, 95200 of them for 2...8 cross-aisles) and for open walks (up to two components hold one end of the walk each).
///
/// `@unchecked Sendable` because everything is written in `init` only.
final class FrontierTable: @unchecked Sendable {
  typealias Indices = UnsafeBufferPointer<UInt32>

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

  static let none = UInt32.max

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
  let copies: UnsafeBufferPointer<Int64>
  let closable: [UInt32]

  init(crossAisleCount h: Int, allowsOpenWalk: Bool) {
    precondition((2...8).contains(h))
    var search = FrontierSearch(crossAisleCount: h, allowsOpenWalk: allowsOpenWalk)
    search.run()
    let states = search.states
    crossAisleCount = h
    self.allowsOpenWalk = allowsOpenWalk
    self.states = states
    count = states.count
    touch = search.touch.map(frozen)
    flip = search.flip.map(frozen)
    join = search.join.map(frozen)
    traverse = search.traverse.map(frozen)
    drop = search.drop.map(frozen)
    unusedRows = frozen(
      states.map { state in (0..<h).reduce(0) { $0 | (state.degree($1) == FrontierState.unused ? 1 << UInt8($1) : 0) } }
    )
    copies = frozen(
      states.map { state in
        (0..<h).reduce(0) { $0 + [0, 1, 2][Int(state.degree($1))] }
      })
    closable = states.indices.filter { states[$0].isClosable }.map(UInt32.init)

    let all = states.indices.map(UInt32.init)
    func isUnused(_ state: UInt32, _ row: Int) -> Bool { states[Int(state)].degree(row) == FrontierState.unused }
    func pairs(_ sources: [UInt32], _ target: (Int) -> UInt32) -> Pairs {
      Pairs(source: frozen(sources), target: frozen(sources.map { target(Int($0)) }))
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
        source: frozen(sources), lower: frozen(sources.map { search.touch[row][Int($0)] }),
        upper: frozen(sources.map { search.touch[row + 1][Int($0)] }),
        both: frozen(sources.map { search.touch[row + 1][Int(search.touch[row][Int($0)])] }))
    }
    dropPairs = (0..<h).map { row in
      pairs(all.filter { search.drop[row][Int($0)] != Self.none }) { search.drop[row][$0] }
    }
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
  }
}

private func frozen<Element>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
  let buffer = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
  _ = buffer.initialize(from: elements)
  return UnsafeBufferPointer(buffer)
}
