/// How often a fault strikes in one turn of the shaft, with the outer ring at rest and no slip (Randall & Antoni 2011, "Rolling element
/// bearing diagnostics: a tutorial", equations 1-4). Slip makes it 1-2 % different, which is why lines are looked for within ±2 %.
package struct FaultOrders: Equatable, Sendable {
  /// BPFO: a ball passes a place of the outer ring.
  package var outer: Double
  /// BPFI: a ball passes a place of the inner ring.
  package var inner: Double
  /// BSF: a ball turns once. A spot on it strikes both rings in that time: its line is at twice this order.
  package var ball: Double
  /// FTF: the cage turns once.
  package var cage: Double

  /// Where the first line of a fault stands.
  package func line(_ fault: BearingFault) -> Double {
    switch fault {
    case .outer: outer
    case .inner: inner
    case .ball: 2 * ball
    case .cage: cage
    }
  }

  /// What modulates it: the load zone is passed once a turn of the shaft by a spot on the inner ring, once a turn of the cage by one
  /// on a ball; the outer ring's spot stays where it is, and unbalance is what modulates it, if anything.
  package func modulation(_ fault: BearingFault) -> Double {
    switch fault {
    case .outer, .inner, .cage: 1
    case .ball: cage
    }
  }
}
