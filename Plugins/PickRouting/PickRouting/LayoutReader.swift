internal import AisleRouting
internal import CrossdockPlugin
internal import JSONText

/// Reads a layout file (format `crossdock-layout/1`, described in the plugin's README and layout.schema.json; lengths in metres).
///
/// It refuses what would be lost in silence (unknown members), what is ambiguous (an id used twice) and what no order could be
/// routed in (a location outside of its aisle, or one that no walk leads to, or none back). A fault in one entry hides no other:
/// the entry is left out and the rest is read, so that all faults are found at once, the first `maximumFindings` with their
/// places. What only follows from another fault (a place in an aisle that could not be read) is not reported.
struct LayoutReader {
  static let format = "crossdock-layout/1"
  static let members = [
    "format", "id", "version", "description", "aisles", "cross_aisles", "lifts", "turn_cost", "nodes", "edges",
    "depots",
    "locations", "bays", "check_digits", "blocked",
  ]

  /// What a file holds, and what is wrong with it.
  struct Examination {
    /// Nil when there is nothing to walk in.
    var layout: HallLayout?
    var faults: [MemberError] = []
    /// Beyond `maximumFindings`, and the member of the first of them.
    var further = 0
    var furtherMember = ""
    /// The document says that it is a layout in this format.
    var isLayout = false
  }

  var layout: HallLayout
  private(set) var examination = Examination()
  /// Where in the file a place was named, for faults in it; also of places that could not be used.
  var origin: [String: String] = [:]
  /// Locations and depots offered so far, usable or not.
  var offered = 0
  /// Aisles and nodes that could not be used.
  var unusable: Set<String> = []
  /// No rule of bays was left out, so that every name of a location is known.
  var baysAreWhole = true
  /// False when something to walk on was left out: then what cannot be reached is no fault of its own.
  var waysAreWhole = true
  /// The same of an aisle, whose loss cuts nothing off in a hall of two-way aisles.
  var aislesAreWhole = true

  /// - Parameter path: as the operator wrote it, for errors.
  static func read(_ bytes: [UInt8], path: String) throws(PluginError) -> HallLayout {
    let (layout, findings) = check(bytes)
    if let first = findings.first { throw PluginError("layout \(path)\(first.place): \(first.text)") }
    return layout!
  }

  /// The layout, when there is something to walk in, and everything that is wrong with it: at most `maximumFindings`, then how
  /// many more.
  static func check(_ bytes: [UInt8]) -> (layout: HallLayout?, findings: [LayoutFinding]) {
    do throws(JSONSyntaxError) {
      let found = examine(try JSONValue.parse(bytes))
      return (found.layout, LayoutFinding.list(found.faults, found.further, at: found.furtherMember, in: bytes))
    } catch {
      return (nil, [LayoutFinding(line: error.line, column: error.column, text: error.reason)])
    }
  }

  static func examine(_ document: JSONValue) -> Examination {
    var nothing = Examination()
    do throws(MemberError) {
      let reader = try MemberReader(document, at: "")
      let format = try reader.text("format")
      guard format == Self.format else {
        throw reader.fail("format", "is \"\(format)\"; this version reads \"\(Self.format)\"")
      }
      nothing.isLayout = true
      var made = LayoutReader(reader)
      made.readAll(reader)
      var found = made.examination
      found.isLayout = true
      if !made.layout.aisles.isEmpty { found.layout = made.layout }
      return found
    } catch {
      nothing.faults = [error]
      return nothing
    }
  }

  private init(_ document: MemberReader) {
    layout = HallLayout(id: "", version: "")
    refuseOthers(document, than: Self.members)
    var (id, version) = ("", "")
    collect { _ throws(MemberError) in id = try document.text("id") }
    collect { _ throws(MemberError) in version = try document.text("version") }
    layout = HallLayout(id: id, version: version)
  }

  private mutating func readAll(_ document: MemberReader) {
    readFloors(document)
    readGraph(document)
    readLifts(document)
    if document.has("turn_cost") {
      collect { made throws(MemberError) in made.layout.turnCost = try document.cost("turn_cost") }
    }
    readLocations(document)
    readBays(document)
    if origin.isEmpty, waysAreWhole, baysAreWhole {
      report(MemberError(member: "", reason: "there are no locations: give \"locations\" or \"bays\""))
    }
    readCheckDigits(document)
    readDepots(document)
    readBlocks(document)
    checkReach()
  }

  // MARK: faults

  mutating func report(_ fault: MemberError) {
    if examination.faults.count < PickRoutingLimits.maximumFindings {
      examination.faults.append(fault)
    } else {
      if examination.further == 0 { examination.furtherMember = fault.member }
      examination.further += 1
    }
  }

  /// What goes wrong inside is reported, and reading goes on; false then.
  @discardableResult
  mutating func collect(_ read: (inout LayoutReader) throws(MemberError) -> Void) -> Bool {
    do throws(MemberError) {
      try read(&self)
      return true
    } catch {
      report(error)
      return false
    }
  }

  mutating func refuseOthers(_ reader: MemberReader, than known: [String]) {
    for fault in reader.others(than: known) { report(fault) }
  }

  /// Every object of an array, with the members that it may have; none where the member is not there.
  ///
  /// - Parameter failing: after an entry that could not be read.
  mutating func forEach(
    _ key: String, of owner: MemberReader, members: [String],
    _ read: (inout LayoutReader, MemberReader) throws(MemberError) -> Void,
    failing: (inout LayoutReader, JSONValue) -> Void = { _, _ in }
  ) {
    guard owner.has(key) else { return }
    collect { made throws(MemberError) in
      for (i, element) in try owner.array(key).enumerated() {
        let isRead = made.collect { made throws(MemberError) in
          let reader = try MemberReader(element, at: "\(owner.path(of: key))[\(i)]")
          made.refuseOthers(reader, than: members)
          try read(&made, reader)
        }
        if !isRead { failing(&made, element) }
        if made.offered > PickRoutingLimits.maximumLocations { return }
      }
    }
  }
}
