/// Bounds of what the plugin takes on. What goes beyond is refused with the bound's figure.
package enum PickRoutingLimits {
  /// Order ids, locations, depots, aisles, GTINs.
  static let maximumNameBytes = 64
  static let maximumLinesPerOrder = 1_000
  static let maximumLocations = 200_000
  /// Places of one line, ends of one order.
  static let maximumAlternatives = 16
  /// Handhelds that an order's answers go to.
  static let maximumSourcesPerOrder = 4
  static let maximumDepots = 1_000
  static let maximumLayouts = 64
  /// Stretches blocked at one time in one layout, beside the permanent ones.
  static let maximumBlocksPerLayout = 256
  /// Stretches of one layout of which it is remembered when they were said to be free.
  static let maximumFreedPerLayout = 256
  /// Events whose identity is remembered, of each of the two kinds.
  static let maximumTakenEvents = 1024
  /// Of a curved edge in LIF.
  static let maximumTrajectoryPoints = 1_000
  static let maximumTrajectoryDegree = 16
  /// Faults of a layout that are listed; of those beyond their number is told.
  static let maximumFindings = 100
  /// Layout files that a checkpoint has with it. Beyond it the model asks for a checkpoint with each decision.
  static let maximumLayoutBytesInCheckpoint = 1 << 18
  /// Any position in a layout lies within ± this.
  static let maximumMetres = 100_000.0
  static let maximumQuantity = 1e9
  /// What the option max_open_orders may be set to.
  static let maximumOpenOrders: Int64 = 100_000
}
