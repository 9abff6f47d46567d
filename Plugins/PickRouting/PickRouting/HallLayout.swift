internal import AisleRouting

/// A hall as the router and the answers need it: parallel aisles, cross-aisles, named places. Made by `LayoutReader`, which has
/// checked it: every place lies in its aisle and every location can be reached from every depot.
package struct HallLayout: Sendable {
  package let id: String
  package let version: String
  let geometry: AisleLayout
  /// Ids, in the order of `geometry.aisleX`.
  let aisles: [String]
  /// The first is where an order starts that does not say.
  let depots: [String]
  /// Locations and depots, by id.
  let places: [String: AislePosition]
  /// What the picker reads off the location, by location.
  let checkDigits: [String: String]
  let permanentBlocks: [AisleBlock]

  func isDepot(_ name: String) -> Bool { depots.contains(name) }

  func aisle(_ name: String) -> Int? { aisles.firstIndex(of: name) }

  var locationCount: Int { places.count - depots.count }
}
