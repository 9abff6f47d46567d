extension StopProblem {
  /// Whatever passes has a meaning, and its sums fit.
  package func check() throws(SequencingError) {
    let count = travel.slots.isEmpty ? 0 : travel.count
    guard count >= 1 else { throw .badProblem("matrix", "is empty") }
    guard count <= SequencingLimits.maximumPlaces else {
      throw .badProblem("matrix", "has \(count) places; at most \(SequencingLimits.maximumPlaces)")
    }
    try checkMatrices(count)
    guard windows.count == count else { throw .badProblem("windows", "are \(windows.count) for \(count) places") }
    guard service.count == count else { throw .badProblem("service", "has \(service.count) times for \(count) places") }
    for (place, window) in windows.enumerated() {
      guard window.ready >= 0, window.due >= 0 else {
        throw .badProblem("windows", "of place \(place) has a negative time")
      }
      guard window.due <= SequencingLimits.maximumTime, window.ready <= SequencingLimits.maximumTime else {
        throw .badProblem("windows", "of place \(place) is beyond \(SequencingLimits.maximumTime)")
      }
      guard window.ready <= window.due else { throw .badProblem("windows", "of place \(place) ends before it begins") }
    }
    for (place, time) in service.enumerated() where !(0...SequencingLimits.maximumTime / 2).contains(time) {
      throw .badProblem("service", "of place \(place) is \(time), not within 0 to \(SequencingLimits.maximumTime / 2)")
    }
    try checkStops(count)
    try checkPrecedences()
    try checkLoads(count)
  }

  private func checkMatrices(_ count: Int) throws(SequencingError) {
    guard travel.slots.count <= SequencingLimits.maximumHourlyMatrices else {
      throw .badProblem("matrices", "are \(travel.slots.count); at most \(SequencingLimits.maximumHourlyMatrices)")
    }
    for (number, slot) in travel.slots.enumerated() {
      guard slot.matrix.count == count, slot.matrix.values.count == count * count else {
        throw .badProblem("matrix", "is not square: \(slot.matrix.values.count) times for \(count) places")
      }
      guard number == 0 || travel.slots[number - 1].from < slot.from else {
        throw .badProblem("matrices", "do not stand in the order of their times")
      }
      for (index, value) in slot.matrix.values.enumerated() where value != TravelTimes.closed {
        guard (0...SequencingLimits.maximumTime / 2).contains(value) else {
          throw .badProblem(
            "matrix",
            "from place \(index / count) to \(index % count) is \(value), not within 0 to \(SequencingLimits.maximumTime / 2)"
          )
        }
      }
    }
  }

  private func checkStops(_ count: Int) throws(SequencingError) {
    guard (0..<count).contains(start) else { throw .badProblem("start", "\(start) is not a place") }
    if let end, !(0..<count).contains(end) { throw .badProblem("end", "\(end) is not a place") }
    var isThere = [Bool](repeating: false, count: count)
    for stop in stops {
      guard (0..<count).contains(stop) else { throw .badProblem("stops", "\(stop) is not a place") }
      guard stop != start, stop != end else { throw .badProblem("stops", "\(stop) is the start or the end") }
      guard !isThere[stop] else { throw .badProblem("stops", "\(stop) stands there twice") }
      isThere[stop] = true
    }
  }

  private func checkPrecedences() throws(SequencingError) {
    guard precedences.count <= SequencingLimits.maximumPrecedences else {
      throw .badProblem("precedences", "are \(precedences.count); at most \(SequencingLimits.maximumPrecedences)")
    }
    let known = Set(stops)
    for pair in precedences {
      guard known.contains(pair.first), known.contains(pair.second), pair.first != pair.second else {
        throw .badProblem("precedences", "\(pair.first) before \(pair.second): not two stops")
      }
    }
    guard stopsInOrder(stops) != nil else { throw .badProblem("precedences", "lead in a circle") }
  }

  /// The stops with as few changes as precedence asks for; nil when it leads in a circle (Kahn 1962).
  func stopsInOrder(_ wanted: [Int]) -> [Int]? {
    guard !precedences.isEmpty else { return wanted }
    var open: [Int: Int] = [:]
    var later: [Int: [Int]] = [:]
    for pair in precedences {
      open[pair.second, default: 0] += 1
      later[pair.first, default: []].append(pair.second)
    }
    var rest = wanted
    var result: [Int] = []
    while !rest.isEmpty {
      guard let index = rest.firstIndex(where: { open[$0, default: 0] == 0 }) else { return nil }
      let stop = rest.remove(at: index)
      result.append(stop)
      for other in later[stop, default: []] { open[other]! -= 1 }
    }
    return result
  }

  private func checkLoads(_ count: Int) throws(SequencingError) {
    guard !demands.isEmpty else { return }
    guard demands.count == count else { throw .badProblem("demands", "are \(demands.count) for \(count) places") }
    for (place, demand) in demands.enumerated() where demand.magnitude > UInt64(SequencingLimits.maximumDemand) {
      throw .badProblem("demands", "of place \(place) is beyond ±\(SequencingLimits.maximumDemand)")
    }
    guard capacity >= 0, load >= 0, load <= capacity else {
      throw .badProblem("load", "\(load) does not lie within 0 and the capacity \(capacity)")
    }
    let rest = stops.reduce(load) { $0 + demands[$1] }
    guard (0...capacity).contains(rest) else {
      throw .badProblem("demands", "leave \(rest) on board at the end, not within 0 and the capacity \(capacity)")
    }
  }
}
