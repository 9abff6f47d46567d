internal import AisleRouting
internal import JSONText

// What a layout file says of the ways: aisles, cross-aisles and floors, graphs, lifts; and whether they lead everywhere.
extension LayoutReader {
  private struct Aisle {
    var id: String
    var x: Int64
    var width: Int64
    var direction: WalkNetwork.Direction
    var place: String
  }

  mutating func readFloors(_ document: MemberReader) throws(MemberError) {
    guard document.has("aisles") || !document.has("nodes") else { return }
    var floors: [String] = []
    var byFloor: [String: [Aisle]] = [:]
    var ids: [String: String] = [:]
    for (i, element) in try document.array("aisles").enumerated() {
      let reader = try MemberReader(element, at: "aisles[\(i)]")
      try reader.refuseOthers(than: ["id", "x", "width", "one_way", "floor"])
      let aisle = Aisle(
        id: try reader.text("id"), x: try reader.millimetres("x"),
        width: reader.has("width") ? try reader.cost("width") : 0,
        direction: try reader.direction("up", "down"), place: reader.path)
      let floor = try reader.optionalText("floor") ?? ""
      if let other = ids.updateValue(aisle.place, forKey: aisle.id) {
        findings.append(reader.fail("id", "\(aisle.id) is used twice; first in \(other)"))
        continue
      }
      if byFloor[floor] == nil { floors.append(floor) }
      byFloor[floor, default: []].append(aisle)
    }
    guard !floors.isEmpty else { throw MemberError(member: "aisles", reason: "not a hall: no aisles") }
    for name in floors { try addFloor(name, byFloor[name]!, document) }
  }

  private mutating func addFloor(_ name: String, _ unsorted: [Aisle], _ document: MemberReader) throws(MemberError) {
    let aisles = unsorted.sorted { $0.x < $1.x }
    var kept: [Aisle] = []
    for aisle in aisles {
      if let other = kept.last {
        if other.x == aisle.x {
          findings.append(
            MemberError(
              member: "\(aisle.place).x", reason: "aisles \(other.id) and \(aisle.id) both lie at \(aisle.x.metresText)"
            ))
          continue
        }
        if 2 * (aisle.x - other.x) < aisle.width + other.width {
          findings.append(
            MemberError(
              member: "\(aisle.place).width",
              reason: "aisles \(other.id) and \(aisle.id) overlap: \((aisle.x - other.x).metresText)"
                + " from middle to middle, and \(other.width.metresText) and \(aisle.width.metresText) wide"))
        }
      }
      kept.append(aisle)
    }
    var floor = HallLayout.Floor(
      id: name, geometry: AisleLayout(aisleX: kept.map(\.x), crossY: []), crossDirections: [],
      firstLine: layout.aisles.count, crossAisles: [])
    try readCrossAisles(document, into: &floor)
    do {
      try floor.geometry.check()
    } catch {
      throw MemberError(member: "", reason: "not a hall: \(error)")
    }
    layout.aisles += kept.map(\.id)
    layout.directions += kept.map(\.direction)
    layout.widths += kept.map(\.width)
    layout.floors.append(floor)
  }

  private mutating func readCrossAisles(_ document: MemberReader, into floor: inout HallLayout.Floor)
    throws(MemberError)
  {
    var found: [(y: Int64, width: Int64, direction: WalkNetwork.Direction, place: String)] = []
    for (i, element) in try document.array("cross_aisles").enumerated() {
      let place = "cross_aisles[\(i)]"
      if element.object == nil {
        found.append((try MemberReader.millimetres(element, at: place), 0, .both, place))
        continue
      }
      let reader = try MemberReader(element, at: place)
      try reader.refuseOthers(than: ["y", "width", "one_way", "floor"])
      let only = try reader.optionalText("floor")
      let width = reader.has("width") ? try reader.cost("width") : 0
      let direction = try reader.direction("right", "left")
      if only == nil || only == floor.id { found.append((try reader.millimetres("y"), width, direction, place)) }
    }
    found.sort { $0.y < $1.y }
    for cross in found {
      if let last = floor.geometry.crossY.last, last >= cross.y - cross.width / 2 {
        let isSame = last == cross.y && cross.width == 0
        let text =
          isSame ? "a cross-aisle at \(cross.y.metresText) is there already" : "overlaps the cross-aisle before it"
        let error = MemberError(member: cross.place, reason: text)
        if !findings.contains(error) { findings.append(error) }
        continue
      }
      floor.crossAisles.append((cross.y, cross.width))
      let rows = cross.width == 0 ? [cross.y] : [cross.y - cross.width / 2, cross.y + cross.width / 2]
      floor.geometry.crossY += rows
      floor.crossDirections += rows.map { _ in cross.direction }
    }
  }

  mutating func readGraph(_ document: MemberReader) throws(MemberError) {
    guard document.has("nodes") else { return }
    let elements = try document.array("nodes")
    guard elements.count <= RoutingLimits.maximumNetworkNodes else {
      throw document.fail("nodes", "has \(elements.count); at most \(RoutingLimits.maximumNetworkNodes)")
    }
    var numbers: [String: Int] = [:]
    let taken = Set(layout.aisles)
    for (i, element) in elements.enumerated() {
      let reader = try MemberReader(element, at: "nodes[\(i)]")
      try reader.refuseOthers(than: ["id", "x", "y", "floor"])
      let id = try reader.text("id")
      guard numbers[id] == nil, !taken.contains(id) else {
        findings.append(reader.fail("id", "\(id) is used twice"))
        continue
      }
      numbers[id] = layout.nodes.count
      layout.nodes.append(
        HallLayout.Node(
          id: id, x: try reader.millimetres("x"), y: try reader.millimetres("y"),
          floor: try reader.optionalText("floor") ?? ""))
    }
    layout.aisles += layout.nodes.map(\.id)
    for (i, element) in (document.has("edges") ? try document.array("edges") : []).enumerated() {
      let reader = try MemberReader(element, at: "edges[\(i)]")
      try reader.refuseOthers(than: ["from", "to", "length", "one_way"])
      func end(_ key: String) throws(MemberError) -> Int {
        let name = try reader.text(key)
        guard let node = numbers[name] else { throw reader.fail(key, "there is no node \(name)") }
        return node
      }
      let (from, to) = (try end("from"), try end("to"))
      let (a, b) = (layout.nodes[from], layout.nodes[to])
      let straight = (Double(a.x - b.x) * Double(a.x - b.x) + Double(a.y - b.y) * Double(a.y - b.y)).squareRoot()
      layout.edges.append(
        HallLayout.Edge(
          from: from, to: to, length: reader.has("length") ? try reader.cost("length") : Int64(straight.rounded()),
          isTwoWay: !(try reader.flag("one_way"))))
    }
  }

  mutating func readLifts(_ document: MemberReader) throws(MemberError) {
    guard document.has("lifts") else { return }
    for (i, element) in try document.array("lifts").enumerated() {
      let reader = try MemberReader(element, at: "lifts[\(i)]")
      try reader.refuseOthers(than: ["id", "cost", "cost_per_stop", "stops"])
      var lift = HallLayout.Lift(
        id: try reader.text("id"), stops: [], cost: try reader.cost("cost"),
        costPerStop: reader.has("cost_per_stop") ? try reader.cost("cost_per_stop") : 0)
      for (k, element) in try reader.array("stops").enumerated() {
        let stop = try MemberReader(element, at: "\(reader.path).stops[\(k)]")
        try stop.refuseOthers(than: ["aisle", "y", "node"])
        let position = try position(stop)
        guard layout.contains(AisleBlock(aisle: position.aisle, from: position.y, to: position.y)) else {
          throw stop.fail("y", "lies outside of its aisle")
        }
        lift.stops.append(position)
      }
      guard lift.stops.count >= 2 else { throw reader.fail("stops", "are fewer than two") }
      layout.lifts.append(lift)
    }
  }

  /// Every place must be reached from the first depot and lead back to it: such a layout is refused here, not order by order
  /// later.
  mutating func checkReach() {
    // In a hall of two-way aisles only a block cuts anything off.
    if layout.isPlain, layout.permanentBlocks.isEmpty { return }
    let network = layout.network(blocks: layout.permanentBlocks)
    let (there, back) = (WalkPaths(network), WalkPaths(network.reversed()))
    let start = layout.depots[0]
    let from = layout.places[start]!
    for name in layout.places.keys.sorted() {
      let place = layout.places[name]!
      let isBlocked = !network.isOpen(place)
      let isReached = !isBlocked && there.distance(from: from, to: place) != nil
      if isReached, back.distance(from: from, to: place) != nil { continue }
      let kind = layout.isDepot(name) ? "depot" : "location"
      findings.append(
        MemberError(
          member: layout.permanentBlocks.isEmpty ? origin[name] ?? "" : "blocked",
          reason: "\(kind) \(name) (aisle \(layout.aisles[place.aisle]), y \(place.y.metresText)) "
            + (isReached ? "has no way back to \(start)" : "cannot be reached from \(start)")))
    }
  }
}

extension MemberReader {
  /// A length or cost in metres, not negative, in millimetres.
  func cost(_ key: String) throws(MemberError) -> Int64 {
    let length = try millimetres(key)
    guard length >= 0 else { throw fail(key, "is negative") }
    return length
  }

  func flag(_ key: String) throws(MemberError) -> Bool {
    guard let value = value(key) else { return false }
    guard let flag = value.bool else { throw fail(key, "is neither true nor false") }
    return flag
  }

  func direction(_ ascending: String, _ descending: String) throws(MemberError) -> WalkNetwork.Direction {
    guard let text = try optionalText("one_way") else { return .both }
    if text == ascending { return .ascending }
    guard text == descending else { throw fail("one_way", "is neither \(ascending) nor \(descending)") }
    return .descending
  }

  func face() throws(MemberError) -> Int8 {
    guard let text = try optionalText("face") else { return 0 }
    guard text == "left" || text == "right" else { throw fail("face", "is neither left nor right") }
    return text == "left" ? -1 : 1
  }
}
