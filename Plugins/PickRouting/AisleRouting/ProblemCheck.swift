extension AisleLayout {
  /// Throws `badLayout` for a layout that has no meaning.
  package func check() throws(RoutingError) {
    guard !aisleX.isEmpty else { throw .badLayout("no aisles") }
    guard aisleX.count <= RoutingLimits.maximumAisles else {
      throw .badLayout("\(aisleX.count) aisles; at most \(RoutingLimits.maximumAisles)")
    }
    guard crossY.count >= 2 else { throw .badLayout("\(crossY.count) cross-aisles; at least 2") }
    guard crossY.count <= RoutingLimits.maximumCrossAisles else {
      throw .badLayout("\(crossY.count) cross-aisles; at most \(RoutingLimits.maximumCrossAisles)")
    }
    try Self.checkAscending(aisleX, "aisle")
    try Self.checkAscending(crossY, "cross-aisle")
  }

  private static func checkAscending(_ positions: [Int64], _ name: String) throws(RoutingError) {
    for index in positions.indices {
      let position = positions[index]
      guard position.magnitude <= UInt64(RoutingLimits.maximumCoordinate) else {
        throw .badLayout("\(name) \(index) at \(position) is further out than ±\(RoutingLimits.maximumCoordinate)")
      }
      guard index == 0 || positions[index - 1] < position else {
        throw .badLayout("\(name) \(index) at \(position) does not lie beyond \(name) \(index - 1)")
      }
    }
  }

  func contains(_ position: AislePosition) -> Bool {
    aisleX.indices.contains(position.aisle) && crossY[0] <= position.y && position.y <= crossY[crossY.count - 1]
  }
}

extension RouteProblem {
  /// Throws `badLayout` or `positionOutside`.
  func check() throws(RoutingError) {
    try layout.check()
    for position in [start, end] where !layout.contains(position) { throw .positionOutside(position) }
    for position in picks where !layout.contains(position) { throw .positionOutside(position) }
    for position in blocks where !layout.contains(position) { throw .positionOutside(position) }
  }

  /// Throws `unreachable` with every pick that is cut off from the start, or `noWayToEnd`. A walk neither begins nor ends
  /// at a blocked point.
  func checkReach(_ metric: DistanceMetric) throws(RoutingError) {
    guard !blocks.isEmpty else { return }
    let reach = metric.distances(from: start, to: picks)
    let cutOff = reach.indices.filter { reach[$0] == nil }
    if !cutOff.isEmpty { throw .unreachable(picks: cutOff) }
    if metric.distance(from: start, to: end) == nil { throw .noWayToEnd }
  }
}
