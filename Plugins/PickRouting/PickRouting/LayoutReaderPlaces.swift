internal import AisleRouting
internal import JSONText

// What a layout file says of places: locations one by one and by rule, depots, what is read off them, and what is blocked.
extension LayoutReader {
  /// - Returns: whether it can be used; if not, that was reported.
  @discardableResult
  mutating func add(_ id: String, _ position: AislePosition, at place: String) -> Bool {
    offered += 1
    guard offered <= PickRoutingLimits.maximumLocations else {
      if offered == PickRoutingLimits.maximumLocations + 1 {
        report(MemberError(member: place, reason: "more than \(PickRoutingLimits.maximumLocations) locations"))
      }
      return false
    }
    if let other = origin[id] {
      report(MemberError(member: place, reason: "id \(id) is used twice; first in \(other)"))
      return false
    }
    origin[id] = place
    let crossY = layout.crossY(position.aisle)
    let (first, last) = (crossY[0], crossY[crossY.count - 1])
    guard first <= position.y, position.y <= last else {
      report(
        MemberError(
          member: place,
          reason:
            "\(id) at y \(position.y.metresText) lies outside of aisle \(layout.aisles[position.aisle]), which runs"
            + " from \(first.metresText) to \(last.metresText)"))
      return false
    }
    layout.places[id] = position
    return true
  }

  /// Where a location, a depot or a stop of a lift lies: `aisle` and `y`, or `node`. Nil on what could not be used.
  func position(_ reader: MemberReader) throws(MemberError) -> AislePosition? {
    if let name = try reader.optionalText("node") {
      guard let line = layout.aisle(name), line >= layout.hallAisleCount else {
        if unusable.contains(name) { return nil }
        throw reader.fail("node", "there is no node \(name)")
      }
      guard !reader.has("aisle"), !reader.has("y"), !reader.has("face") else {
        throw reader.fail("node", "cannot stand beside aisle, y and face")
      }
      return AislePosition(aisle: line, y: 0)
    }
    let aisle = try aisle(reader)
    let (y, face) = (try reader.millimetres("y"), try reader.face())
    return aisle.map { AislePosition(aisle: $0, y: y, face: face) }
  }

  private func aisle(_ reader: MemberReader) throws(MemberError) -> Int? {
    let name = try reader.text("aisle")
    guard let aisle = layout.aisle(name), aisle < layout.hallAisleCount else {
      if unusable.contains(name) || (layout.floors.isEmpty && !waysAreWhole) { return nil }
      throw reader.fail("aisle", "there is no aisle \(name)")
    }
    return aisle
  }

  /// A name is taken even where its place is of no use, so that what refers to it is no second fault.
  private static func noteName(_ made: inout LayoutReader, _ element: JSONValue) {
    if let id = element["id"]?.string, made.origin[id] == nil { made.origin[id] = "an entry with a fault" }
  }

  mutating func readLocations(_ document: MemberReader) {
    forEach("locations", of: document, members: ["id", "aisle", "y", "face", "node"]) {
      made, reader throws(MemberError) in
      let id = try reader.text("id")
      if let position = try made.position(reader) {
        made.add(id, position, at: reader.path)
      } else if made.origin[id] == nil {
        made.origin[id] = reader.path
      }
    } failing: {
      Self.noteName(&$0, $1)
    }
  }

  mutating func readBays(_ document: MemberReader) {
    forEach("bays", of: document, members: BayRule.members) { made, reader throws(MemberError) in
      let rule = try BayRule(reader, in: made.layout, unusable: made.unusable)
      for aisle in rule.aisles {
        for bay in 0..<rule.count {
          let id = rule.id(aisle: made.layout.aisles[aisle], bay: bay)
          let y = rule.firstY + Int64(bay) * rule.pitch
          made.add(id, AislePosition(aisle: aisle, y: y, face: rule.face), at: reader.path)
          if made.offered > PickRoutingLimits.maximumLocations { return }
        }
      }
    } failing: { made, _ in
      made.baysAreWhole = false
    }
  }

  mutating func readCheckDigits(_ document: MemberReader) {
    guard let value = document.value("check_digits") else { return }
    guard let members = value.object else { return report(document.fail("check_digits", "is not an object")) }
    for (location, digits) in members {
      collect { made throws(MemberError) in
        let text = try MemberReader.name(digits, at: "check_digits.\(location)")
        if made.layout.places[location] != nil {
          made.layout.checkDigits[location] = text
        } else if made.origin[location] == nil, made.baysAreWhole, made.waysAreWhole, made.unusable.isEmpty {
          throw document.fail("check_digits", "there is no location \(location)")
        }
      }
    }
  }

  mutating func readDepots(_ document: MemberReader) {
    collect { made throws(MemberError) in
      let elements = try document.array("depots")
      guard !elements.isEmpty else { throw document.fail("depots", "is empty: an order must start somewhere") }
      guard elements.count <= PickRoutingLimits.maximumDepots else {
        throw document.fail("depots", "more than \(PickRoutingLimits.maximumDepots)")
      }
      made.forEach("depots", of: document, members: ["id", "aisle", "y", "face", "node"]) {
        made, reader throws(MemberError) in
        let id = try reader.text("id")
        guard let position = try made.position(reader) else { return }
        if made.add(id, position, at: reader.path) { made.layout.depots.append(id) }
      }
    }
  }

  mutating func readBlocks(_ document: MemberReader) {
    forEach("blocked", of: document, members: ["aisle", "from", "to", "node"]) { made, reader throws(MemberError) in
      if reader.has("node") {
        guard let node = try made.position(reader) else { return }
        made.layout.permanentBlocks.append(AisleBlock(aisle: node.aisle, from: 0, to: 0))
        return
      }
      let (from, to) = (try reader.millimetres("from"), try reader.millimetres("to"))
      guard let aisle = try made.aisle(reader) else { return }
      let block = AisleBlock(aisle: aisle, from: from, to: to)
      guard from <= to, made.layout.contains(block) else {
        let crossY = made.layout.crossY(aisle)
        throw MemberError(
          member: reader.path,
          reason: "from \(from.metresText) to \(to.metresText) is not a stretch of an aisle that runs from"
            + " \(crossY[0].metresText) to \(crossY[crossY.count - 1].metresText)")
      }
      made.layout.permanentBlocks.append(block)
    }
  }

  /// Every place must be reached from the first depot and lead back to it: such a layout is refused here, not order by order
  /// later. One pass in each direction.
  mutating func checkReach() {
    let isTwoWayHall = layout.isOneHall && !layout.hasOneWays
    guard waysAreWhole, aislesAreWhole || isTwoWayHall, let start = layout.depots.first else { return }
    // In a hall of two-way aisles only a block cuts anything off.
    if layout.isPlain, layout.permanentBlocks.isEmpty { return }
    let network = layout.network(blocks: layout.permanentBlocks)
    let from = layout.places[start]!
    let names = layout.places.keys.sorted()
    let places = names.map { layout.places[$0]! }
    let there = WalkPaths(network).reaches(places, from: from)
    let back = WalkPaths(network.reversed()).reaches(places, from: from)
    for (i, name) in names.enumerated() {
      let isReached = there[i] && network.isOpen(places[i])
      if isReached, back[i] { continue }
      let kind = layout.isDepot(name) ? "depot" : "location"
      let line = layout.aisles[places[i].aisle]
      let spot =
        places[i].aisle < layout.hallAisleCount ? "aisle \(line), y \(places[i].y.metresText)" : "node \(line)"
      report(
        MemberError(
          member: layout.permanentBlocks.isEmpty ? origin[name] ?? "" : "blocked",
          reason: "\(kind) \(name) (\(spot)) "
            + (isReached ? "has no way back to \(start)" : "cannot be reached from \(start)")))
    }
  }
}
