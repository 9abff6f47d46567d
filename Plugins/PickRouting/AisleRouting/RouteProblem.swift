/// Visit every pick, from start to end, by the shortest walk.
package struct RouteProblem: Sendable, Equatable {
  package var layout: AisleLayout
  package var start: AislePosition
  /// Equal to `start` for a round trip.
  package var end: AislePosition
  package var picks: [AislePosition]
  /// Points in aisles that cannot be passed; a pick at such a point cannot be reached.
  package var blocks: [AislePosition]

  package init(
    layout: AisleLayout, start: AislePosition, end: AislePosition, picks: [AislePosition], blocks: [AislePosition] = []
  ) {
    self.layout = layout
    self.start = start
    self.end = end
    self.picks = picks
    self.blocks = blocks
  }
}

/// An answer, with what is known of its quality.
package struct Route: Sendable, Equatable {
  /// Indices into `RouteProblem.picks` in walking order, each once.
  package var order: [Int]
  package var length: Int64
  /// No walk is shorter than this. Equal to `length` exactly when the walk is proven optimal.
  package var lowerBound: Int64

  package init(order: [Int], length: Int64, lowerBound: Int64) {
    self.order = order
    self.length = length
    self.lowerBound = lowerBound
  }

  package var isOptimal: Bool { lowerBound == length }
}

package enum RoutingError: Error, Equatable, Sendable {
  /// The layout itself is not usable; the text says why and names the index.
  case badLayout(String)
  /// Indices of picks that no walk reaches.
  case unreachable(picks: [Int])
  /// The end cannot be reached from the start.
  case noWayToEnd
  case positionOutside(AislePosition)
}
