internal import AisleRouting
internal import CrossdockPlugin
internal import JSONText

/// Reads a layout file (format `crossdock-layout/1`, described in the plugin's README and layout.schema.json; lengths in metres).
///
/// It refuses what would be lost in silence (unknown members), what is ambiguous (an id used twice) and what no order could be
/// routed in (a location outside of its aisle, or one that no walk leads to, or none back). What does not hinder the reading of
/// the rest is collected, so that `findings` has all of it at once.
struct LayoutReader {
  static let format = "crossdock-layout/1"
  static let members = [
    "format", "id", "version", "description", "aisles", "cross_aisles", "lifts", "turn_cost", "nodes", "edges",
    "depots",
    "locations", "bays", "check_digits", "blocked",
  ]

  var layout: HallLayout
  var findings: [MemberError] = []
  /// Where in the file a place was named, for findings about it.
  var origin: [String: String] = [:]

  /// - Parameter path: as the operator wrote it, for errors.
  static func read(_ bytes: [UInt8], path: String) throws(PluginError) -> HallLayout {
    let (layout, findings) = check(bytes)
    if let first = findings.first { throw PluginError("layout \(path)\(first.place): \(first.text)") }
    return layout!
  }

  /// The layout, when it could be read to its end, and everything that is wrong with it.
  static func check(_ bytes: [UInt8]) -> (layout: HallLayout?, findings: [LayoutFinding]) {
    let document: JSONValue
    do throws(JSONSyntaxError) {
      document = try JSONValue.parse(bytes)
    } catch {
      return (nil, [LayoutFinding(line: error.line, column: error.column, text: error.reason)])
    }
    var findings: [MemberError] = []
    var layout: HallLayout?
    do {
      let reader = try MemberReader(document, at: "")
      var made = try LayoutReader(reader)
      do {
        try made.readAll(reader)
        layout = made.layout
      } catch {
        made.findings.append(error)
      }
      findings = made.findings
    } catch {
      findings = [error]
    }
    return (layout, findings.map { LayoutFinding($0, in: bytes) })
  }

  private init(_ document: MemberReader) throws(MemberError) {
    let format = try document.text("format")
    guard format == Self.format else {
      throw document.fail("format", "is \"\(format)\"; this version reads \"\(Self.format)\"")
    }
    try document.refuseOthers(than: Self.members)
    layout = HallLayout(id: try document.text("id"), version: try document.text("version"))
  }

  private mutating func readAll(_ document: MemberReader) throws(MemberError) {
    try readFloors(document)
    try readGraph(document)
    guard !layout.aisles.isEmpty else { throw MemberError(member: "", reason: "there are neither aisles nor nodes") }
    try readLifts(document)
    if document.has("turn_cost") { layout.turnCost = try document.cost("turn_cost") }
    try readLocations(document)
    try readBays(document)
    guard !layout.places.isEmpty else {
      throw MemberError(member: "", reason: "there are no locations: give \"locations\" or \"bays\"")
    }
    try readCheckDigits(document)
    try readDepots(document)
    try readBlocks(document)
    if findings.isEmpty { checkReach() }
  }

  mutating func add(_ id: String, _ position: AislePosition, at place: String) throws(MemberError) {
    let crossY = layout.crossY(position.aisle)
    let (first, last) = (crossY[0], crossY[crossY.count - 1])
    guard first <= position.y, position.y <= last else {
      findings.append(
        MemberError(
          member: place,
          reason:
            "\(id) at y \(position.y.metresText) lies outside of aisle \(layout.aisles[position.aisle]), which runs"
            + " from \(first.metresText) to \(last.metresText)"))
      return
    }
    guard layout.places[id] == nil else {
      findings.append(MemberError(member: place, reason: "id \(id) is used twice; first in \(origin[id] ?? "-")"))
      return
    }
    layout.places[id] = position
    origin[id] = place
    guard layout.places.count <= PickRoutingLimits.maximumLocations else {
      throw MemberError(member: place, reason: "more than \(PickRoutingLimits.maximumLocations) locations")
    }
  }

  /// Where a location, a depot or a stop of a lift lies: `aisle` and `y`, or `node`.
  mutating func position(_ reader: MemberReader) throws(MemberError) -> AislePosition {
    if let name = try reader.optionalText("node") {
      guard let line = layout.aisle(name), line >= layout.aisles.count - layout.nodes.count else {
        throw reader.fail("node", "there is no node \(name)")
      }
      guard !reader.has("aisle"), !reader.has("y"), !reader.has("face") else {
        throw reader.fail("node", "cannot stand beside aisle, y and face")
      }
      return AislePosition(aisle: line, y: 0)
    }
    return AislePosition(aisle: try aisle(reader), y: try reader.millimetres("y"), face: try reader.face())
  }

  private func aisle(_ reader: MemberReader) throws(MemberError) -> Int {
    let name = try reader.text("aisle")
    guard let aisle = layout.aisle(name), aisle < layout.aisles.count - layout.nodes.count else {
      throw reader.fail("aisle", "there is no aisle \(name)")
    }
    return aisle
  }

  private mutating func readLocations(_ document: MemberReader) throws(MemberError) {
    guard document.has("locations") else { return }
    for (i, element) in try document.array("locations").enumerated() {
      let location = try MemberReader(element, at: "locations[\(i)]")
      try location.refuseOthers(than: ["id", "aisle", "y", "face", "node"])
      do {
        try add(try location.text("id"), try position(location), at: location.path)
      } catch {
        findings.append(error)
      }
    }
  }

  private mutating func readBays(_ document: MemberReader) throws(MemberError) {
    guard document.has("bays") else { return }
    for (i, element) in try document.array("bays").enumerated() {
      let rule = try BayRule(try MemberReader(element, at: "bays[\(i)]"), aisles: layout.aisles)
      for aisle in rule.aisles {
        for bay in 0..<rule.count {
          let id = rule.id(aisle: layout.aisles[aisle], bay: bay)
          let y = rule.firstY + Int64(bay) * rule.pitch
          try add(id, AislePosition(aisle: aisle, y: y, face: rule.face), at: "bays[\(i)]")
        }
      }
    }
  }

  private mutating func readCheckDigits(_ document: MemberReader) throws(MemberError) {
    guard let value = document.value("check_digits") else { return }
    guard let members = value.object else { throw document.fail("check_digits", "is not an object") }
    for (location, digits) in members {
      guard layout.places[location] != nil else {
        findings.append(document.fail("check_digits", "there is no location \(location)"))
        continue
      }
      layout.checkDigits[location] = try MemberReader.name(digits, at: "check_digits.\(location)")
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
      try depot.refuseOthers(than: ["id", "aisle", "y", "face", "node"])
      let id = try depot.text("id")
      try add(id, try position(depot), at: depot.path)
      layout.depots.append(id)
    }
  }

  private mutating func readBlocks(_ document: MemberReader) throws(MemberError) {
    guard document.has("blocked") else { return }
    for (i, element) in try document.array("blocked").enumerated() {
      let reader = try MemberReader(element, at: "blocked[\(i)]")
      try reader.refuseOthers(than: ["aisle", "from", "to", "node"])
      if reader.has("node") {
        let node = try position(reader)
        layout.permanentBlocks.append(AisleBlock(aisle: node.aisle, from: 0, to: 0))
        continue
      }
      let (from, to) = (try reader.millimetres("from"), try reader.millimetres("to"))
      let block = AisleBlock(aisle: try aisle(reader), from: from, to: to)
      guard from <= to, layout.contains(block) else {
        let crossY = layout.crossY(block.aisle)
        throw MemberError(
          member: reader.path,
          reason: "from \(from.metresText) to \(to.metresText) is not a stretch of an aisle that runs from"
            + " \(crossY[0].metresText) to \(crossY[crossY.count - 1].metresText)")
      }
      layout.permanentBlocks.append(block)
    }
  }
}
