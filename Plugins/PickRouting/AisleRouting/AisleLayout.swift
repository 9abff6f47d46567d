/// A hall of parallel aisles joined by cross-aisles. Lengths are whole numbers of the caller's unit (the plugin: millimetres),
/// so that sums are exact and "optimal" means equal.
package struct AisleLayout: Sendable, Equatable {
  /// Position of each aisle along the cross-aisles, ascending.
  package var aisleX: [Int64]
  /// Position of each cross-aisle along the aisles, ascending; index 0 is the front. At least two.
  package var crossY: [Int64]

  package init(aisleX: [Int64], crossY: [Int64]) {
    self.aisleX = aisleX
    self.crossY = crossY
  }
}

/// A place in an aisle.
package struct AislePosition: Hashable, Sendable {
  package var aisle: Int
  package var y: Int64
  /// Which face of the racks: -1 left, 1 right (looking along ascending y), 0 the middle. Only a `WalkNetwork` with wide aisles
  /// makes a difference of it.
  package var face: Int8

  package init(aisle: Int, y: Int64, face: Int8 = 0) {
    self.aisle = aisle
    self.y = y
    self.face = face
  }
}
