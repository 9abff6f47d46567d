internal import JSONText

/// The ways and stations of a file in LIF, for one vehicle type. Faults and remarks are collected.
struct LIFReader {
  struct Node {
    var id: String
    var x: Double
    var y: Double
    var floor: String
    /// In the file, as of the other parts.
    var path: String
  }

  struct Edge {
    var from: String
    var to: String
    var isTwoWay = false
    /// Millimetres; nil: it is straight.
    var length: Int64?
    var path: String
  }

  struct Station {
    var id: String
    var node: String
    var path: String
  }

  /// The ends of an edge, in its direction.
  private struct Ends: Hashable {
    var from: String
    var to: String
  }

  private static let ownMembers = ["metaInformation", "layouts", "origins"]
  private static let informationMembers = [
    "projectIdentification", "creator", "exportTimestamp", "lifVersion", "lifId",
  ]
  private static let layoutMembers = [
    "layoutId", "layoutName", "layoutVersion", "layoutLevelId", "layoutDescription", "nodes", "edges", "stations",
  ]
  private static let nodeMembers = [
    "nodeId", "nodeName", "nodeDescription", "mapId", "nodePosition", "vehicleTypeNodeProperties",
  ]
  private static let edgeMembers = [
    "edgeId", "edgeName", "edgeDescription", "startNodeId", "endNodeId", "vehicleTypeEdgeProperties",
  ]
  private static let stationMembers = [
    "stationId", "stationName", "stationDescription", "stationHeight", "stationPosition", "interactionNodeIds",
  ]

  let vehicleType: String?
  private(set) var id = ""
  private(set) var version = ""
  private(set) var nodes: [Node] = []
  private(set) var edges: [Edge] = []
  private(set) var stations: [Station] = []
  var faults: [MemberError] = []
  private var remarks: [String] = []
  private var furtherRemarks = 0
  /// By id, usable or not: where it stands.
  private var nodePaths: [String: String] = [:]
  private var edgePaths: [String: String] = [:]
  private var stationPaths: [String: String] = [:]
  private var usable: [String: Int] = [:]
  private var edgeNumbers: [Ends: Int] = [:]
  /// Where the depot and the locations of the layout written last come from.
  var written: (home: String, locations: [String]) = ("", [])
  /// Members that are not known: how often, by what has them.
  private var unknown: [String: Int] = [:]
  private var unknownOrder: [String] = []

  init(vehicleType: String?) {
    self.vehicleType = vehicleType
  }

  var remarkList: [String] {
    let ignored = unknownOrder.map { "\($0) is not known: left out, \(unknown[$0]!) in all" }
    return remarks + (furtherRemarks > 0 ? ["and \(furtherRemarks) more such remarks"] : []) + ignored
  }

  private mutating func remark(_ text: String) {
    if remarks.count < PickRoutingLimits.maximumFindings { remarks.append(text) } else { furtherRemarks += 1 }
  }

  private mutating func noteUnknown(_ reader: MemberReader, _ kind: String, _ known: [String]) {
    for fault in reader.others(than: known) {
      let name = fault.member.dropFirst(reader.path.isEmpty ? 0 : reader.path.count + 1)
      let text = "member \(name) of \(kind)"
      if unknown[text] == nil {
        guard unknownOrder.count < PickRoutingLimits.maximumFindings else { continue }
        unknownOrder.append(text)
      }
      unknown[text, default: 0] += 1
    }
  }

  private mutating func collect(_ read: (inout LIFReader) throws(MemberError) -> Void) {
    do throws(MemberError) { try read(&self) } catch { faults.append(error) }
  }

  mutating func read(_ document: JSONValue) {
    collect { made throws(MemberError) in
      let document = try MemberReader(document, at: "")
      try made.readInformation(document)
      made.noteUnknown(document, "the file", Self.ownMembers)
      var layouts: [MemberReader] = []
      var owners = document.has("layouts") ? [document] : []
      for (i, origin) in (document.has("origins") ? try document.array("origins") : []).enumerated() {
        owners.append(try MemberReader(origin, at: "origins[\(i)]"))
      }
      for owner in owners {
        for (i, element) in try owner.array("layouts").enumerated() {
          layouts.append(try MemberReader(element, at: owner.path(of: "layouts[\(i)]")))
        }
      }
      // An edge may lead to a node of a later layout.
      for layout in layouts { made.readNodes(layout) }
      for layout in layouts { made.readEdges(layout) }
      for layout in layouts { made.readStations(layout) }
    }
  }

  private mutating func readInformation(_ document: MemberReader) throws(MemberError) {
    guard let meta = document.value("metaInformation") else {
      throw MemberError(member: "metaInformation", reason: "is missing: not a file in LIF")
    }
    let information = try MemberReader(meta, at: "metaInformation")
    noteUnknown(information, "metaInformation", Self.informationMembers)
    let format = try information.text("lifVersion")
    guard format.hasPrefix("1.") || format.hasPrefix("2.") else {
      throw information.fail("lifVersion", "is \(format); 1.0 and 2.0 are read")
    }
    let project = try information.optionalText("projectIdentification")
    id = try information.optionalText("lifId") ?? project ?? "lif"
    version = try information.optionalText("exportTimestamp") ?? format
  }

  private mutating func forEach(
    _ key: String, of layout: MemberReader, _ read: (inout LIFReader, MemberReader) throws(MemberError) -> Void
  ) {
    guard layout.has(key) else { return }
    collect { made throws(MemberError) in
      for (k, element) in try layout.array(key).enumerated() {
        made.collect { made throws(MemberError) in
          try read(&made, try MemberReader(element, at: "\(layout.path).\(key)[\(k)]"))
        }
      }
    }
  }

  private mutating func readNodes(_ layout: MemberReader) {
    collect { made throws(MemberError) in
      made.noteUnknown(layout, "a layout", Self.layoutMembers)
      let name = try layout.text("layoutId")
      let floor = try layout.optionalText("layoutLevelId") ?? name
      guard layout.has("nodes") else { throw layout.fail("nodes", "is missing") }
      made.forEach("nodes", of: layout) { made, node throws(MemberError) in try made.readNode(node, floor) }
    }
  }

  private mutating func readEdges(_ layout: MemberReader) {
    forEach("edges", of: layout) { made, edge throws(MemberError) in try made.readEdge(edge) }
  }

  private mutating func readStations(_ layout: MemberReader) {
    forEach("stations", of: layout) { made, station throws(MemberError) in try made.readStation(station) }
  }

  private mutating func readNode(_ node: MemberReader, _ floor: String) throws(MemberError) {
    noteUnknown(node, "a node", Self.nodeMembers)
    let id = try node.text("nodeId")
    if let first = nodePaths[id] { throw node.fail("nodeId", "\(id) is used twice; first in \(first)") }
    nodePaths[id] = node.path
    guard try !properties(node, "vehicleTypeNodeProperties").isEmpty else {
      return remark("node \(id) is not usable by \(vehicleType ?? "any vehicle type")")
    }
    guard let position = node.value("nodePosition") else { throw node.fail("nodePosition", "is missing") }
    let place = try MemberReader(position, at: node.path(of: "nodePosition"))
    usable[id] = nodes.count
    nodes.append(Node(id: id, x: try place.number("x"), y: try place.number("y"), floor: floor, path: node.path))
  }

  private mutating func readEdge(_ edge: MemberReader) throws(MemberError) {
    noteUnknown(edge, "an edge", Self.edgeMembers)
    let (from, to) = (try edge.text("startNodeId"), try edge.text("endNodeId"))
    let id = try edge.optionalText("edgeId")
    let name = id ?? "\(from)-\(to)"
    if let id {
      if let first = edgePaths[id] { throw edge.fail("edgeId", "\(id) is used twice; first in \(first)") }
      edgePaths[id] = edge.path
    }
    let entries = try properties(edge, "vehicleTypeEdgeProperties")
    guard !entries.isEmpty else {
      return remark("edge \(name) is not usable by \(vehicleType ?? "any vehicle type")")
    }
    guard let start = usable[from], let end = usable[to] else {
      return remark("edge \(name) leads from or to a node that is not usable or not there")
    }
    let length = try curvedLength(of: entries, name, from: nodes[start], to: nodes[end])
    let back = edgeNumbers[Ends(from: to, to: from)]
    if edgeNumbers[Ends(from: from, to: to)] != nil || back.map({ edges[$0].isTwoWay }) ?? false {
      remark("edge \(name) joins two nodes that an edge joins already")
    } else if let back, edges[back].length == length {
      edges[back].isTwoWay = true
    } else {
      edgeNumbers[Ends(from: from, to: to)] = edges.count
      edges.append(Edge(from: from, to: to, length: length, path: edge.path))
    }
  }

  /// Of the first entry that has a curve; nil where the way is as long as the straight one, to the millimetre.
  private mutating func curvedLength(
    of entries: [MemberReader], _ name: String, from: Node, to: Node
  ) throws(MemberError) -> Int64? {
    guard let entry = entries.first(where: { $0.has("trajectory") }), let value = entry.value("trajectory") else {
      return nil
    }
    let curve = try TrajectoryCurve(MemberReader(value, at: entry.path(of: "trajectory")))
    if curve.hasEvenKnots { remark("edge \(name) has a trajectory without knotVector; its knots are taken as even") }
    let length = curve.length * 1000
    let straight = ((to.x - from.x) * (to.x - from.x) + (to.y - from.y) * (to.y - from.y)).squareRoot() * 1000
    return (length - straight).magnitude <= 1 ? nil : Int64(length.rounded())
  }

  private mutating func readStation(_ station: MemberReader) throws(MemberError) {
    noteUnknown(station, "a station", Self.stationMembers)
    let id = try station.text("stationId")
    var number = 0
    for (i, element) in try station.array("interactionNodeIds").enumerated() {
      let node = try MemberReader.name(element, at: "\(station.path).interactionNodeIds[\(i)]")
      guard usable[node] != nil else {
        remark("station \(id) is served from node \(node), which is not usable or not there")
        continue
      }
      number += 1
      let name = number == 1 ? id : "\(id)/\(number)"
      if let first = stationPaths[name] { throw station.fail("stationId", "\(name) is used twice; first in \(first)") }
      stationPaths[name] = station.path
      stations.append(Station(id: name, node: node, path: station.path))
    }
    if number == 0, let first = stationPaths.updateValue(station.path, forKey: id) {
      throw station.fail("stationId", "\(id) is used twice; first in \(first)")
    }
  }

  /// The entries of the vehicle type: none, and it cannot be used. Version 1.0 names one type an entry, 2.0 a list of them.
  private func properties(_ owner: MemberReader, _ key: String) throws(MemberError) -> [MemberReader] {
    var found: [MemberReader] = []
    for (i, element) in (owner.has(key) ? try owner.array(key) : []).enumerated() {
      let entry = try MemberReader(element, at: "\(owner.path(of: key))[\(i)]")
      var types: [String] = []
      if let type = try entry.optionalText("vehicleTypeId") { types.append(type) }
      if entry.has("vehicleTypeIds") { types += try entry.array("vehicleTypeIds").compactMap(\.string) }
      if vehicleType.map(types.contains) ?? !types.isEmpty { found.append(entry) }
    }
    return found
  }
}
