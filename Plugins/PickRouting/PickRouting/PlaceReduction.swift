internal import AisleRouting

// Orders whose lines have more places together than a matrix of distances holds: the search is given fewer of them.
extension RoutePlanner {
  /// Bounds the distances that are looked at for it.
  private static let maximumDistances = 200_000

  /// Aisles are chosen until each visit has a place in one of them (Chvátal 1979): always the one that costs least for each visit
  /// that had none, its length and the way from the nearest chosen one being the cost. Places elsewhere are left out; if that
  /// does not do, each visit keeps fewer and fewer of its places, those first that serve most visits. What the running route leads
  /// to is kept in any case, so that the next one is not longer.
  static func reducePlaces(
    of visits: inout [Visit], to maximum: Int, _ paths: WalkPaths, from start: NamedPlace, warm: [Int]
  ) {
    let chosen = chosenAisles(visits, paths, from: start)
    let running = Set(warm)
    let kept = visits.map { running.contains($0.lines[0].index) ? $0.lines[0].planned : nil }
    for visit in visits.indices {
      visits[visit].places.removeAll { !chosen.contains($0.position.aisle) && $0 != kept[visit] }
    }
    var most = PickRoutingLimits.maximumAlternatives
    while most > 1, placeCount(visits) > maximum {
      most -= 1
      let uses = visits.reduce(into: [String: Int]()) { uses, visit in
        for place in visit.places { uses[place.name, default: 0] += 1 }
      }
      for visit in visits.indices where visits[visit].places.count > most {
        let order = visits[visit].places.indices.sorted {
          let (a, b) = (visits[visit].places[$0], visits[visit].places[$1])
          return (a == kept[visit] ? 0 : 1, -uses[a.name]!, $0) < (b == kept[visit] ? 0 : 1, -uses[b.name]!, $1)
        }
        visits[visit].places = order.prefix(most).sorted().map { visits[visit].places[$0] }
      }
    }
  }

  /// Places, each once for every rank that has visits there: what the search's matrix has rows for.
  static func placeCount(_ visits: [Visit]) -> Int {
    var known: Set<RankedPlace> = []
    for visit in visits { for place in visit.places { known.insert(RankedPlace(rank: visit.rank, name: place.name)) } }
    return known.count
  }

  private struct RankedPlace: Hashable {
    var rank: Int
    var name: String
  }

  private struct Aisle {
    var number: Int
    var visits: [Int] = []
    var low: AislePosition
    var high: Int64
    var away = Int64.max
  }

  private static func chosenAisles(_ visits: [Visit], _ paths: WalkPaths, from start: NamedPlace) -> Set<Int> {
    var aisles = aisles(of: visits)
    var isOpen = [Bool](repeating: true, count: visits.count)
    var openCount = visits.count
    var looked = 0
    var last = start.position
    var chosen: Set<Int> = []
    while openCount > 0 {
      var best = (cost: Int64.max, gain: 1, index: -1)
      for (index, aisle) in aisles.enumerated() where !chosen.contains(aisle.number) {
        let gain = aisle.visits.count { isOpen[$0] }
        guard gain > 0 else { continue }
        if looked < maximumDistances {
          looked += 1
          let way = paths.distance(from: last, to: aisle.low) ?? WalkPaths.noWay
          aisles[index].away = min(aisle.away, way)
        }
        let cost = aisle.high - aisle.low.y + min(aisles[index].away, WalkPaths.noWay)
        if best.index < 0 || Double(cost) * Double(best.gain) < Double(best.cost) * Double(gain) {
          best = (cost, gain, index)
        }
      }
      let aisle = aisles[best.index]
      chosen.insert(aisle.number)
      for visit in aisle.visits where isOpen[visit] {
        isOpen[visit] = false
        openCount -= 1
      }
      last = aisle.low
    }
    return chosen
  }

  private static func aisles(of visits: [Visit]) -> [Aisle] {
    var aisles: [Aisle] = []
    var numbers: [Int: Int] = [:]
    for (visit, places) in visits.map(\.places).enumerated() {
      for place in places.map(\.position) {
        let index = numbers[place.aisle] ?? aisles.count
        if index == aisles.count {
          numbers[place.aisle] = index
          aisles.append(Aisle(number: place.aisle, low: place, high: place.y))
        }
        if aisles[index].visits.last != visit { aisles[index].visits.append(visit) }
        if place.y < aisles[index].low.y { aisles[index].low = place }
        aisles[index].high = max(aisles[index].high, place.y)
      }
    }
    return aisles
  }
}
