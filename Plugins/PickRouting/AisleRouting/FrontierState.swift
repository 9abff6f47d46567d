/// What the part of a walk to the left of a vertical cut through the hall tells about its vertices in the aisle at the cut:
/// for each cross-aisle the degree class (not used, odd, even and used) and the connected component.
///
/// One byte a cross-aisle: bits 0-1 the class, bits 2-5 the component's label, counted from 1 in order of first appearance
/// from the front, so that equal states have equal words. (Ratliff & Rosenthal 1983; Pansart, Cambazard & Catusse 2018.)
struct FrontierState: Hashable {
  static let unused: UInt64 = 0
  static let odd: UInt64 = 1
  static let even: UInt64 = 2

  var rows: UInt64

  static let empty = FrontierState(rows: 0)

  func degree(_ row: Int) -> UInt64 { (rows >> UInt64(8 * row)) & 3 }
  func component(_ row: Int) -> UInt64 { (rows >> UInt64(8 * row + 2)) & 15 }

  /// The vertex has to be visited: unused becomes an even vertex of its own component.
  func touching(_ row: Int) -> FrontierState {
    degree(row) == Self.unused ? setting(row, Self.even, 15).canonical() : self
  }

  /// One more edge end at the vertex.
  func flipping(_ row: Int) -> FrontierState {
    switch degree(row) {
    case Self.unused: setting(row, Self.odd, 15).canonical()
    case Self.odd: setting(row, Self.even, component(row))
    default: setting(row, Self.odd, component(row))
    }
  }

  /// The components of a row and of the next one become one; nil when either is unused.
  func joining(_ row: Int) -> FrontierState? {
    guard degree(row) != Self.unused, degree(row + 1) != Self.unused else { return nil }
    let kept = component(row)
    let gone = component(row + 1)
    guard kept != gone else { return self }
    var joined = self
    for other in 0..<8 where component(other) == gone { joined = joined.setting(other, degree(other), kept) }
    return joined.canonical()
  }

  /// The vertex is left behind; nil when its degree is odd or its component would be cut off.
  func dropping(_ row: Int) -> FrontierState? {
    guard degree(row) == Self.even else { return nil }
    for other in 0..<8 where other != row && component(other) == component(row) {
      return setting(row, Self.unused, 0).canonical()
    }
    return nil
  }

  /// Components with an odd number of odd vertices: each holds exactly one end of an open walk.
  var oddComponentCount: Int {
    var parity: UInt16 = 0
    for row in 0..<8 where degree(row) == Self.odd { parity ^= 1 << UInt16(component(row)) }
    return parity.nonzeroBitCount
  }

  /// All even, one component: the walk can be complete.
  var isClosable: Bool {
    guard rows != 0 else { return false }
    for row in 0..<8 where degree(row) != Self.unused {
      if degree(row) == Self.odd || component(row) != 1 { return false }
    }
    return true
  }

  private func setting(_ row: Int, _ degree: UInt64, _ component: UInt64) -> FrontierState {
    let shift = UInt64(8 * row)
    return FrontierState(rows: rows & ~(0xFF << shift) | (degree | component << 2) << shift)
  }

  private func canonical() -> FrontierState {
    var labels: UInt64 = 0
    var next: UInt64 = 1
    var result: UInt64 = 0
    for row in 0..<8 where degree(row) != Self.unused {
      let shift = component(row) * 4
      var label = (labels >> shift) & 15
      if label == 0 {
        label = next
        next += 1
        labels |= label << shift
      }
      result |= (degree(row) | label << 2) << UInt64(8 * row)
    }
    return FrontierState(rows: result)
  }
}
