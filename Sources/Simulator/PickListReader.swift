internal import Platform
package import Records

/// Real pick lists from `routing/picker/*.txt`: blocks of `NAME`, `AISLES n`, `AISLE_X …`, `CROSS h`, `CROSS_Y …`,
/// `DEPOT aisle cross`, `PICKS n` with n lines `aisle y`, `EOF`. One hall is made of all one-block instances that share one
/// geometry: the first geometry of ten aisles and the shortest aisles that is there.
package enum PickListReader {
  /// Metres in a unit of the files.
  static let metresPerUnit = 0.5
  static let file = "sprp_one.txt"

  struct Instance {
    var aisleX: [Int] = []
    var crossY: [Int] = []
    var depot = (aisle: 0, cross: 0)
    var picks: [(aisle: Int, y: Int)] = []
    var isWhole = false
  }

  /// - Parameter folder: `…/routing/picker`.
  package static func hall(folder: String) throws(CrossdockError) -> HallPlan {
    let path = "\(folder)/\(file)"
    let text = String(decoding: try Files.read(path, limit: SimulatorLimits.maxDataFileBytes), as: UTF8.self)
    let usable = parse(text).filter { $0.isWhole && $0.crossY.count == 2 && $0.aisleX.count == 10 }
    guard let shortest = usable.min(by: { $0.crossY[1] < $1.crossY[1] }) else {
      throw CrossdockError(
        "read the pick lists", at: path, reason: "no one-block instance with ten aisles", exitCode: .badInput)
    }
    return hall(of: usable.filter { $0.aisleX == shortest.aisleX && $0.crossY == shortest.crossY })
  }

  static func parse(_ text: String) -> [Instance] {
    var instances: [Instance] = []
    var current = Instance()
    var picksLeft = 0
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split(separator: " ")
      let numbers = words.compactMap { Int($0) }
      guard let word = words.first else { continue }
      switch word {
      case "NAME": current = Instance()
      case "AISLE_X": current.aisleX = numbers
      case "CROSS_Y": current.crossY = numbers
      case "DEPOT" where numbers.count == 2: current.depot = (numbers[0], numbers[1])
      case "PICKS" where numbers.count == 1: picksLeft = numbers[0]
      case "EOF":
        current.isWhole = picksLeft == 0 && !current.picks.isEmpty && isInside(current)
        instances.append(current)
      default:
        if picksLeft > 0, numbers.count == 2 {
          current.picks.append((numbers[0], numbers[1]))
          picksLeft -= 1
        }
      }
    }
    return instances
  }

  private static func isInside(_ instance: Instance) -> Bool {
    instance.aisleX.indices.contains(instance.depot.aisle) && instance.crossY.indices.contains(instance.depot.cross)
      && instance.picks.allSatisfy { pick in
        instance.aisleX.indices.contains(pick.aisle) && instance.crossY.first! < pick.y
          && pick.y < instance.crossY.last!
      }
  }

  private static func hall(of instances: [Instance]) -> HallPlan {
    let aisles = instances[0].aisleX.enumerated().map {
      (name: "A\(GS1.padded($0.offset + 1, 2))", x: metresPerUnit * Double($0.element))
    }
    let crossAisles = instances[0].crossY.map { metresPerUnit * Double($0) }
    var locations: [HallPlan.Location] = []
    var depots: [HallPlan.Location] = []
    var known: [HallPlan.Location: Int] = [:]
    func place(_ location: HallPlan.Location, in list: inout [HallPlan.Location]) -> Int {
      if let index = known[location] { return index }
      list.append(location)
      known[location] = list.count - 1
      return list.count - 1
    }
    var lists: [(depot: Int, picks: [Int])] = []
    for instance in instances {
      let (aisle, cross) = instance.depot
      let depot = place(
        HallPlan.Location(
          name: "depot-\(aisles[aisle].name)-\(cross == 0 ? "front" : "back")", aisle: aisle, y: crossAisles[cross]),
        in: &depots)
      let picks = instance.picks.map { pick in
        place(
          HallPlan.Location(
            name: "\(aisles[pick.aisle].name)-\(GS1.padded(pick.y, 3))", aisle: pick.aisle,
            y: metresPerUnit * Double(pick.y)), in: &locations)
      }
      lists.append((depot, picks))
    }
    return HallPlan(
      version: "sprp-one", description: "Geometry of the one-block instances of \(file), half a metre a unit.",
      aisles: aisles, crossAisles: crossAisles, locations: locations, depots: depots, pickLists: lists)
  }
}
