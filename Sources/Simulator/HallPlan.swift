internal import JSONText

/// The hall that orders are picked in: what of its layout the simulation must know.
package struct HallPlan: Sendable {
  struct Location: Hashable, Sendable {
    var name: String
    var aisle: Int
    /// Metres.
    var y: Double
  }

  package static let id = "hall-a"

  var version: String
  var description: String
  /// Name and position in metres, ascending.
  var aisles: [(name: String, x: Double)]
  var crossAisles: [Double]
  var locations: [Location]
  var depots: [Location]
  /// Known pick lists: indices into `locations`, and of the depot. Empty: orders are made up.
  var pickLists: [(depot: Int, picks: [Int])]

  /// The hall of the sample layout: ten aisles of 30 m, twenty bays each, a cross-aisle at either end.
  package static let sample: HallPlan = {
    let aisles = (0..<10).map { (name: "A\(GS1.padded($0 + 1, 2))", x: (4.2 * Double($0)).rounded(places: 1)) }
    var locations: [Location] = []
    for (i, aisle) in aisles.enumerated() {
      for bay in 0..<20 {
        let y = (1.7 + 1.4 * Double(bay)).rounded(places: 1)
        locations.append(Location(name: "\(aisle.name)-\(GS1.padded(bay + 1, 2))", aisle: i, y: y))
      }
    }
    return HallPlan(
      version: "2026-11-01",
      description: "One block: ten aisles of 30 m, twenty bays each, a cross-aisle at either end.", aisles: aisles,
      crossAisles: [0, 30], locations: locations,
      depots: [
        Location(name: "depot-1", aisle: 0, y: 0), Location(name: "depot-2", aisle: 9, y: 0),
        Location(name: "packing", aisle: 4, y: 30),
      ], pickLists: [])
  }()

  /// A spot in an aisle between its locations, where something can lie without anything being out of reach.
  func gap(in aisle: Int, _ random: inout SeededRandom) -> Double? {
    let ys = (locations.filter { $0.aisle == aisle }.map(\.y) + [crossAisles[0], crossAisles[1]]).sorted()
    let gaps = zip(ys, ys.dropFirst()).filter { $1 - $0 > 0.01 }
    guard !gaps.isEmpty else { return nil }
    let (a, b) = gaps[random.whole(in: 0...(gaps.count - 1))]
    return ((a + b) / 2).rounded(places: 3)
  }

  /// The layout file of pick-routing (format `crossdock-layout/1`).
  package func layoutFile() -> [UInt8] {
    var json = JSONWriter(reserving: 64 * (locations.count + 16))
    json.object { json in
      json.member("format", "crossdock-layout/1")
      json.member("id", Self.id)
      json.member("version", version)
      json.member("description", description)
      json.member(
        "aisles",
        array: { json in
          for aisle in aisles {
            json.object {
              $0.member("id", aisle.name)
              $0.member("x", aisle.x)
            }
          }
        })
      json.member("cross_aisles", array: { json in for y in crossAisles { json.value(y) } })
      json.member("depots", array: { json in for depot in depots { write(depot, &json) } })
      json.member("locations", array: { json in for location in locations { write(location, &json) } })
    }
    return json.bytes + [0x0A]
  }

  private func write(_ location: Location, _ json: inout JSONWriter) {
    json.object {
      $0.member("id", location.name)
      $0.member("aisle", aisles[location.aisle].name)
      $0.member("y", location.y)
    }
  }
}
