internal import AisleRouting

/// A stretch of an aisle that cannot be passed, both ends included; in millimetres. One that touches a cross-aisle closes the
/// crossing too.
package struct AisleBlock: Equatable, Sendable {
  var aisle: Int
  var from: Int64
  var to: Int64

  /// The stretch for the router, which knows points: what lies between two of them is cut off.
  func points(crossY: [Int64]) -> [AislePosition] {
    let crossings = crossY.filter { from < $0 && $0 < to }
    let ends = from == to ? [from] : [from, to]
    return (ends + crossings).map { AislePosition(aisle: aisle, y: $0) }
  }

  func overlaps(_ other: AisleBlock) -> Bool {
    aisle == other.aisle && from <= other.to && other.from <= to
  }

  func lies(in other: AisleBlock) -> Bool { aisle == other.aisle && other.from <= from && to <= other.to }

  /// An aisle from end to end, its cross-aisles left open; or a node of a graph.
  static func wholeAisle(_ aisle: Int, crossY: [Int64]) -> [AisleBlock] {
    if crossY.count == 1 { return [AisleBlock(aisle: aisle, from: crossY[0], to: crossY[0])] }
    return zip(crossY, crossY.dropFirst()).compactMap { below, above in
      above - below < 2 ? nil : AisleBlock(aisle: aisle, from: below + 1, to: above - 1)
    }
  }
}

extension Int64 {
  /// Metres for people and for JSON: `12.5`, `30`.
  var metres: Double { Double(self) / 1000 }
  var metresText: String { self % 1000 == 0 ? "\(self / 1000) m" : "\(metres) m" }
}
