internal import AisleRouting
internal import CrossdockPlugin
internal import JSONText

/// Reads a layout file (format `crossdock-layout/1`, described in the plugin's README and layout.schema.json; lengths in metres).
///
/// It refuses what would be lost in silence (unknown members), what is ambiguous (an id used twice) and what no order could be
/// routed in (a location outside of its aisle, or one that blocked stretches cut off).
struct LayoutReader {
  private static let format = "crossdock-layout/1"
  private static let members = [
    "format", "id", "version", "description", "aisles", "cross_aisles", "depots", "locations", "bays", "check_digits",
    "blocked",
  ]

  private var geometry = AisleLayout(aisleX: [], crossY: [])
  private var aisles: [String] = []
  private var depots: [String] = []
  private var places: [String: AislePosition] = [:]
  private var checkDigits: [String: String] = [:]
  private var blocks: [AisleBlock] = []

  /// - Parameter path: as the operator wrote it, for errors.
  static func read(_ bytes: [UInt8], path: String) throws(PluginError) -> HallLayout {
    do {
      let document = try MemberReader(try JSONValue.parse(bytes), at: "")
      var reader = LayoutReader()
      return try reader.layout(document)
    } catch let error as JSONSyntaxError {
      throw PluginError("layout \(path):\(error.line):\(error.column): \(error.reason)")
    } catch let error as MemberError {
      throw PluginError("layout \(path): \(error.text)")
    } catch {
      throw PluginError("layout \(path): \(error)")
    }
  }

  private mutating func layout(_ document: MemberReader) throws(MemberError) -> HallLayout {
    let format = try document.text("format")
    guard format == Self.format else {
      throw document.fail("format", "is \"\(format)\"; this version reads \"\(Self.format)\"")
    }
    try document.refuseOthers(than: Self.members)
    let id = try document.text("id")
    let version = try document.text("version")
    try readAisles(document)
    try readCrossAisles(document)
    do {
      try geometry.check()
    } catch {
      throw MemberError(member: "", reason: "not a hall: \(error)")
    }
    try readLocations(document)
    try readBays(document)
    guard !places.isEmpty else {
      throw MemberError(member: "", reason: "there are no locations: give \"locations\" or \"bays\"")
    }
    try readCheckDigits(document)
    try readDepots(document)
    try readBlocks(document)
    try checkReach()
    return HallLayout(
      id: id, version: version, geometry: geometry, aisles: aisles, depots: depots, places: places,
      checkDigits: checkDigits, permanentBlocks: blocks)
  }

  private mutating func readAisles(_ document: MemberReader) throws(MemberError) {
    var found: [(id: String, x: Int64)] = []
    var byX: [Int64: String] = [:]
    var ids: Set<String> = []
    for (i, element) in try document.array("aisles").enumerated() {
      let aisle = try MemberReader(element, at: "aisles[\(i)]")
      try aisle.refuseOthers(than: ["id", "x"])
      let (id, x) = (try aisle.text("id"), try aisle.millimetres("x"))
      guard ids.insert(id).inserted else { throw aisle.fail("id", "\(id) is used twice") }
      if let other = byX.updateValue(id, forKey: x) {
        throw aisle.fail("x", "aisles \(other) and \(id) both lie at \(x.metresText)")
      }
      found.append((id, x))
    }
    found.sort { $0.x < $1.x }
    aisles = found.map(\.id)
    geometry.aisleX = found.map(\.x)
  }

  private mutating func readCrossAisles(_ document: MemberReader) throws(MemberError) {
    var ys: Set<Int64> = []
    for (i, element) in try document.array("cross_aisles").enumerated() {
      let place = "cross_aisles[\(i)]"
      let y = try MemberReader.millimetres(element, at: place)
      guard ys.insert(y).inserted else {
        throw MemberError(member: place, reason: "a cross-aisle at \(y.metresText) is there already")
      }
    }
    geometry.crossY = ys.sorted()
  }

  private mutating func add(_ id: String, _ aisle: Int, _ y: Int64, at place: String) throws(MemberError) {
    let (first, last) = (geometry.crossY[0], geometry.crossY[geometry.crossY.count - 1])
    guard first <= y, y <= last else {
      throw MemberError(
        member: place,
        reason: "\(id) at y \(y.metresText) lies outside of aisle \(aisles[aisle]), which runs from \(first.metresText)"
          + " to \(last.metresText)")
    }
    guard places.updateValue(AislePosition(aisle: aisle, y: y), forKey: id) == nil else {
      throw MemberError(member: place, reason: "id \(id) is used twice")
    }
    guard places.count <= PickRoutingLimits.maximumLocations else {
      throw MemberError(member: place, reason: "more than \(PickRoutingLimits.maximumLocations) locations")
    }
  }

  private func aisle(_ reader: MemberReader) throws(MemberError) -> Int {
    let name = try reader.text("aisle")
    guard let aisle = aisles.firstIndex(of: name) else {
      throw reader.fail("aisle", "there is no aisle \(name)")
    }
    return aisle
  }

  private mutating func readLocations(_ document: MemberReader) throws(MemberError) {
    guard document.has("locations") else { return }
    let number = Dictionary(uniqueKeysWithValues: zip(aisles, aisles.indices))
    for (i, element) in try document.array("locations").enumerated() {
      let location = try MemberReader(element, at: "locations[\(i)]")
      try location.refuseOthers(than: ["id", "aisle", "y"])
      let name = try location.text("aisle")
      guard let aisle = number[name] else { throw location.fail("aisle", "there is no aisle \(name)") }
      try add(try location.text("id"), aisle, try location.millimetres("y"), at: location.path)
    }
  }

  private mutating func readBays(_ document: MemberReader) throws(MemberError) {
    guard document.has("bays") else { return }
    for (i, element) in try document.array("bays").enumerated() {
      let rule = try BayRule(try MemberReader(element, at: "bays[\(i)]"), aisles: aisles)
      for aisle in rule.aisles {
        for bay in 0..<rule.count {
          let id = rule.id(aisle: aisles[aisle], bay: bay)
          try add(id, aisle, rule.firstY + Int64(bay) * rule.pitch, at: "bays[\(i)]")
        }
      }
    }
  }

  private mutating func readCheckDigits(_ document: MemberReader) throws(MemberError) {
    guard let value = document.value("check_digits") else { return }
    guard let members = value.object else { throw document.fail("check_digits", "is not an object") }
    for (location, digits) in members {
      guard places[location] != nil else {
        throw document.fail("check_digits", "there is no location \(location)")
      }
      checkDigits[location] = try MemberReader.name(digits, at: "check_digits.\(location)")
    }
  }

  private mutating func readDepots(_ document: MemberReader) throws(MemberError) {
    let elements = try document.array("depots")
    guard !elements.isEmpty else { throw document.fail("depots", "is empty: an order must start somewhere") }
    guard elements.count <= PickRoutingLimits.maximumDepots else {
      throw document.fail("depots", "more than \(PickRoutingLimits.maximumDepots)")
    }
    for (i, element) in elements.enumerated() {
      let depot = try MemberReader(element, at: "depots[\(i)]")
      try depot.refuseOthers(than: ["id", "aisle", "y"])
      let id = try depot.text("id")
      try add(id, try aisle(depot), try depot.millimetres("y"), at: depot.path)
      depots.append(id)
    }
  }

  private mutating func readBlocks(_ document: MemberReader) throws(MemberError) {
    guard document.has("blocked") else { return }
    for (i, element) in try document.array("blocked").enumerated() {
      let block = try MemberReader(element, at: "blocked[\(i)]")
      try block.refuseOthers(than: ["aisle", "from", "to"])
      let (from, to) = (try block.millimetres("from"), try block.millimetres("to"))
      let (first, last) = (geometry.crossY[0], geometry.crossY[geometry.crossY.count - 1])
      guard first <= from, from <= to, to <= last else {
        throw MemberError(
          member: block.path,
          reason: "from \(from.metresText) to \(to.metresText) is not a stretch of an aisle that runs from"
            + " \(first.metresText) to \(last.metresText)")
      }
      blocks.append(AisleBlock(aisle: try aisle(block), from: from, to: to))
    }
  }

  /// With blocked stretches a place can be cut off: such a layout is refused here, not order by order later.
  private func checkReach() throws(MemberError) {
    guard !blocks.isEmpty else { return }
    let metric = DistanceMetric(
      layout: geometry, blocks: blocks.flatMap { $0.points(crossY: geometry.crossY) })
    let names = places.keys.sorted()
    let start = depots[0]
    let reach = metric.distances(from: places[start]!, to: names.map { places[$0]! })
    for (name, distance) in zip(names, reach) where distance == nil || isBlocked(places[name]!) {
      let place = places[name]!
      let kind = depots.contains(name) ? "depot" : "location"
      throw MemberError(
        member: "blocked",
        reason:
          "\(kind) \(name) (aisle \(aisles[place.aisle]), y \(place.y.metresText)) cannot be reached from \(start)")
    }
  }

  private func isBlocked(_ place: AislePosition) -> Bool {
    blocks.contains { $0.overlaps(AisleBlock(aisle: place.aisle, from: place.y, to: place.y)) }
  }
}
