internal import AisleRouting
internal import JSONText

// What a layout file says of the ways: aisles, cross-aisles and floors, graphs, lifts.
extension LayoutReader {
  private struct Aisle {
    var id: String
    var x: Int64
    var width: Int64
    var direction: WalkNetwork.Direction
    var place: String
  }

  private struct CrossAisle {
    var y: Int64
    var width: Int64
    var direction: WalkNetwork.Direction
    var place: String
    /// Nil: of every floor.
    var floor: String?
  }

  private static func noteAisle(_ made: inout LayoutReader, _ element: JSONValue) {
    made.aislesAreWhole = false
    if let id = element["id"]?.string { made.unusable.insert(id) }
  }

  private static func noteWay(_ made: inout LayoutReader, _ element: JSONValue) {
    made.waysAreWhole = false
    if let id = element["id"]?.string { made.unusable.insert(id) }
  }

  mutating func readFloors(_ document: MemberReader) {
    guard document.has("aisles") || !document.has("nodes") else { return }
    guard let elements = document.value("aisles")?.array, !elements.isEmpty else {
      waysAreWhole = false
      let reason = document.has("aisles") ? "is not an array of aisles, one at least" : "is missing"
      return report(document.fail("aisles", reason))
    }
    var floors: [String] = []
    var byFloor: [String: [Aisle]] = [:]
    var ids: [String: String] = [:]
    forEach("aisles", of: document, members: ["id", "x", "width", "one_way", "floor"]) {
      made, reader throws(MemberError) in
      let aisle = Aisle(
        id: try reader.text("id"), x: try reader.millimetres("x"),
        width: reader.has("width") ? try reader.cost("width") : 0,
        direction: try reader.direction("up", "down"), place: reader.path)
      let floor = try reader.optionalText("floor") ?? ""
      if let other = ids[aisle.id] {
        made.aislesAreWhole = false
        return made.report(reader.fail("id", "\(aisle.id) is used twice; first in \(other)"))
      }
      ids[aisle.id] = aisle.place
      if byFloor[floor] == nil { floors.append(floor) }
      byFloor[floor, default: []].append(aisle)
    } failing: {
      Self.noteAisle(&$0, $1)
    }
    let (crossAisles, areWhole) = crossAisles(document)
    var everywhere: [CrossAisle] = []
    var only: [String: [CrossAisle]] = [:]
    for cross in crossAisles {
      if let floor = cross.floor { only[floor, default: []].append(cross) } else { everywhere.append(cross) }
    }
    var reported: Set<String> = []
    for name in floors {
      var floor = geometry(
        name, byFloor[name]!, (everywhere + only[name, default: []]).sorted { $0.y < $1.y }, &reported)
      let ids = floor.aisles.map(\.id)
      let fault = areWhole ? Self.fault(of: floor.floor, isOnly: floors.count == 1) : nil
      if let fault { report(fault) }
      if fault != nil || floor.floor.geometry.crossY.count < 2 {
        waysAreWhole = false
        unusable.formUnion(ids)
        continue
      }
      floor.floor.firstLine = layout.aisles.count
      layout.add(lines: ids)
      layout.directions += floor.aisles.map(\.direction)
      layout.widths += floor.aisles.map(\.width)
      layout.floors.append(floor.floor)
    }
  }

  private mutating func crossAisles(_ document: MemberReader) -> (found: [CrossAisle], areWhole: Bool) {
    var found: [CrossAisle] = []
    let isThere = collect { made throws(MemberError) in
      for (i, element) in try document.array("cross_aisles").enumerated() {
        let place = "cross_aisles[\(i)]"
        let isRead = made.collect { made throws(MemberError) in
          if element.object == nil {
            let y = try MemberReader.millimetres(element, at: place)
            return found.append(CrossAisle(y: y, width: 0, direction: .both, place: place))
          }
          let reader = try MemberReader(element, at: place)
          made.refuseOthers(reader, than: ["y", "width", "one_way", "floor"])
          found.append(
            CrossAisle(
              y: try reader.millimetres("y"), width: reader.has("width") ? try reader.cost("width") : 0,
              direction: try reader.direction("right", "left"), place: place, floor: try reader.optionalText("floor")))
        }
        if !isRead { made.waysAreWhole = false }
      }
    }
    return (found, isThere && waysAreWhole)
  }

  /// Aisles by x and cross-aisles by y, without those that lie where another one does.
  private mutating func geometry(
    _ name: String, _ unsorted: [Aisle], _ crossAisles: [CrossAisle], _ reported: inout Set<String>
  ) -> (floor: HallLayout.Floor, aisles: [Aisle]) {
    var kept: [Aisle] = []
    for aisle in unsorted.sorted(by: { $0.x < $1.x }) {
      if let other = kept.last {
        if other.x == aisle.x {
          aislesAreWhole = false
          unusable.insert(aisle.id)
          report(
            MemberError(
              member: "\(aisle.place).x", reason: "aisles \(other.id) and \(aisle.id) both lie at \(aisle.x.metresText)"
            ))
          continue
        }
        if 2 * (aisle.x - other.x) < aisle.width + other.width {
          report(
            MemberError(
              member: "\(aisle.place).width",
              reason: "aisles \(other.id) and \(aisle.id) overlap: \((aisle.x - other.x).metresText)"
                + " from middle to middle, and \(other.width.metresText) and \(aisle.width.metresText) wide"))
        }
      }
      kept.append(aisle)
    }
    var floor = HallLayout.Floor(
      id: name, geometry: AisleLayout(aisleX: kept.map(\.x), crossY: []), crossDirections: [], firstLine: 0,
      crossAisles: [])
    for cross in crossAisles {
      if let last = floor.geometry.crossY.last, last >= cross.y - cross.width / 2 {
        let isSame = last == cross.y && cross.width == 0
        let text =
          isSame ? "a cross-aisle at \(cross.y.metresText) is there already" : "overlaps the cross-aisle before it"
        // One of every floor is at fault once.
        if reported.insert(cross.place).inserted { report(MemberError(member: cross.place, reason: text)) }
        continue
      }
      floor.crossAisles.append((cross.y, cross.width))
      let rows = cross.width == 0 ? [cross.y] : [cross.y - cross.width / 2, cross.y + cross.width / 2]
      floor.geometry.crossY += rows
      floor.crossDirections += rows.map { _ in cross.direction }
    }
    return (floor, kept)
  }

  /// What no hall can be. A wide cross-aisle counts twice: its edges.
  private static func fault(of floor: HallLayout.Floor, isOnly: Bool) -> MemberError? {
    let (aisles, rows) = (floor.geometry.aisleX.count, floor.geometry.crossY.count)
    let owner = isOnly ? "the hall" : "floor \(floor.id)"
    if rows < 2 {
      return MemberError(
        member: "cross_aisles",
        reason: "\(owner) has \(rows == 0 ? "none" : "one"); a hall has at least two, its front and back")
    }
    if rows > RoutingLimits.maximumCrossAisles {
      return MemberError(
        member: "cross_aisles", reason: "\(owner) has \(rows); at most \(RoutingLimits.maximumCrossAisles)")
    }
    guard aisles > RoutingLimits.maximumAisles else { return nil }
    return MemberError(member: "aisles", reason: "\(owner) has \(aisles); at most \(RoutingLimits.maximumAisles)")
  }

  mutating func readGraph(_ document: MemberReader) {
    guard document.has("nodes") else { return }
    if let elements = document.value("nodes")?.array, elements.count > RoutingLimits.maximumNetworkNodes {
      for element in elements { Self.noteWay(&self, element) }
      return report(
        document.fail("nodes", "has \(elements.count); at most \(RoutingLimits.maximumNetworkNodes)"))
    }
    var numbers: [String: Int] = [:]
    let taken = Set(layout.aisles)
    forEach("nodes", of: document, members: ["id", "x", "y", "floor"]) { made, reader throws(MemberError) in
      let node = HallLayout.Node(
        id: try reader.text("id"), x: try reader.millimetres("x"), y: try reader.millimetres("y"),
        floor: try reader.optionalText("floor") ?? "")
      guard numbers[node.id] == nil, !taken.contains(node.id) else {
        made.waysAreWhole = false
        return made.report(reader.fail("id", "\(node.id) is used twice"))
      }
      numbers[node.id] = made.layout.nodes.count
      made.layout.nodes.append(node)
    } failing: {
      Self.noteWay(&$0, $1)
    }
    layout.add(lines: layout.nodes.map(\.id))
    forEach("edges", of: document, members: ["from", "to", "length", "one_way"]) { made, reader throws(MemberError) in
      func end(_ key: String, _ made: LayoutReader) throws(MemberError) -> Int? {
        let name = try reader.text(key)
        guard let node = numbers[name] else {
          if made.unusable.contains(name) { return nil }
          throw reader.fail(key, "there is no node \(name)")
        }
        return node
      }
      let ends = (from: try end("from", made), to: try end("to", made))
      let length = reader.has("length") ? try reader.cost("length") : nil
      let isTwoWay = !(try reader.flag("one_way"))
      guard let from = ends.from, let to = ends.to else { return }
      let (a, b) = (made.layout.nodes[from], made.layout.nodes[to])
      let straight = (Double(a.x - b.x) * Double(a.x - b.x) + Double(a.y - b.y) * Double(a.y - b.y)).squareRoot()
      made.layout.edges.append(
        HallLayout.Edge(from: from, to: to, length: length ?? Int64(straight.rounded()), isTwoWay: isTwoWay))
    } failing: { made, _ in
      made.waysAreWhole = false
    }
  }

  mutating func readLifts(_ document: MemberReader) {
    forEach("lifts", of: document, members: ["id", "cost", "cost_per_stop", "stops"]) {
      made, reader throws(MemberError) in
      var lift = HallLayout.Lift(
        id: try reader.text("id"), stops: [], cost: try reader.cost("cost"),
        costPerStop: reader.has("cost_per_stop") ? try reader.cost("cost_per_stop") : 0)
      let count = try reader.array("stops").count
      guard count >= 2 else { throw reader.fail("stops", "are fewer than two") }
      made.forEach("stops", of: reader, members: ["aisle", "y", "node"]) { made, stop throws(MemberError) in
        guard let position = try made.position(stop) else { return }
        guard made.layout.contains(AisleBlock(aisle: position.aisle, from: position.y, to: position.y)) else {
          throw stop.fail("y", "lies outside of its aisle")
        }
        lift.stops.append(position)
      }
      if lift.stops.count < count { made.waysAreWhole = false }
      if lift.stops.count >= 2 { made.layout.lifts.append(lift) }
    } failing: { made, _ in
      made.waysAreWhole = false
    }
  }
}
