internal import TimedRoutes

/// What no plan means: read with no error, but not taken. Plans of a checkpoint were taken before and are not looked at again.
extension PlanDefinition {
  func check(_ message: MemberReader) throws(Refusal) {
    if message.has("matrix"), message.has("matrices") {
      throw Refusal("matrices", "stands beside matrix; name one of them")
    }
    if travel.isHourly || message.has("matrices"), travel.slots[0].from > departure {
      throw Refusal("matrices[0].from", "is \(travel.slots[0].from), after the departure at \(departure)")
    }
    try checkLoads(message)
    try checkPrecedences()
    if let sequence {
      for (index, place) in sequence.enumerated() where sequence[..<index].contains(place) {
        throw Refusal("sequence[\(index)]", "\(places[place]) stands there twice")
      }
    }
  }

  private func checkLoads(_ message: MemberReader) throws(Refusal) {
    guard capacity >= 0 else { throw Refusal("capacity", "is \(capacity), less than 0") }
    guard load >= 0 else { throw Refusal("load", "is \(load), less than 0") }
    guard load <= capacity else { throw Refusal("load", "is \(load), more than the capacity \(capacity)") }
    guard demands.contains(where: { $0 != 0 }) else { return }
    let rest = stops.reduce(load) { $0 + demands[$1] }
    guard rest >= 0 else {
      throw Refusal("stops", "their demands unload \(-rest) more than the load \(load) and what is taken on board")
    }
    guard rest <= capacity else {
      throw Refusal("stops", "their demands leave \(rest) on board at the end, more than the capacity \(capacity)")
    }
  }

  private func checkPrecedences() throws(Refusal) {
    for (index, pair) in precedences.enumerated() {
      for place in [pair.first, pair.second] where !stops.contains(place) {
        throw Refusal("precedence[\(index)]", "\(places[place]) is not a stop")
      }
      guard pair.first != pair.second else {
        throw Refusal("precedence[\(index)]", "\(places[pair.first]) cannot come before itself")
      }
    }
    guard let circle = circle() else { return }
    throw Refusal("precedence", "leads in a circle: \(circle.map { places[$0] }.joined(separator: ", "))")
  }

  /// Stops each of which must come before the next one, and the last one before the first; nil where there are none.
  private func circle() -> [Int]? {
    // whatever has nothing before it goes; what is left over goes back in circles
    var rest = precedences
    while true {
      let blocked = Set(rest.map(\.second))
      let next = rest.filter { blocked.contains($0.first) }
      if next.count == rest.count { break }
      rest = next
    }
    guard var at = rest.first?.first else { return nil }
    var way: [Int] = []
    while !way.contains(at) {
      way.append(at)
      guard let before = rest.first(where: { $0.second == at }) else { return nil }
      at = before.first
    }
    return way[way.firstIndex(of: at)!...].reversed()
  }
}
