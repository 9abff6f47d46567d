package import CrossdockPlugin
internal import JSONText

/// Reads a layout in VDMA's Layout Interchange Format (LIF 1.0 and 2.0), which describes ways of automated vehicles, and writes
/// it as `crossdock-layout/1`.
///
/// Edges are directed; two that join the same nodes in both directions become one two-way edge. A node or edge without an entry
/// for the vehicle type is not usable by it and is left out. Each layout is a floor, by its level. Stations become locations at
/// their first interaction node (a further node's has the suffix `/2`, …); a file without stations has its nodes as locations.
package enum LIFImport {
  /// What was left out, for people; the layout's text.
  package struct Imported: Sendable {
    package var text: [UInt8]
    package var remarks: [String]
  }

  package static func isLIF(_ document: [UInt8]) -> Bool {
    (try? JSONValue.parse(document))?["metaInformation"]?["lifVersion"] != nil
  }

  /// - Parameters:
  ///   - vehicleType: nil: whatever is usable by any type.
  ///   - depot: a station or node; nil: the first location.
  /// - Throws: `PluginError` when the file is no LIF or refers to what is not there.
  package static func convert(
    _ bytes: [UInt8], vehicleType: String?, depot: String?
  ) throws(PluginError) -> Imported {
    do {
      var reader = LIFReader(vehicleType: vehicleType)
      try reader.read(try MemberReader(try JSONValue.parse(bytes), at: ""))
      return Imported(text: try reader.write(depot: depot), remarks: reader.remarks)
    } catch let error as MemberError {
      throw PluginError(error.text)
    } catch let error as JSONSyntaxError {
      throw PluginError("line \(error.line), column \(error.column): \(error.reason)")
    } catch {
      throw PluginError("\(error)")
    }
  }
}

private struct LIFReader {
  private struct Node {
    var id: String
    var x: Double
    var y: Double
    var floor: String
  }

  private struct Edge {
    var from: String
    var to: String
    var isTwoWay = false
  }

  let vehicleType: String?
  private var id = ""
  private var version = ""
  private var nodes: [Node] = []
  private var edges: [Edge] = []
  private var stations: [(id: String, node: String)] = []
  private(set) var remarks: [String] = []

  init(vehicleType: String?) {
    self.vehicleType = vehicleType
  }

  mutating func read(_ document: MemberReader) throws(MemberError) {
    guard let meta = document.value("metaInformation") else {
      throw MemberError(member: "metaInformation", reason: "is missing: not a file in LIF")
    }
    let information = try MemberReader(meta, at: "metaInformation")
    let format = try information.text("lifVersion")
    guard format.hasPrefix("1.") || format.hasPrefix("2.") else {
      throw information.fail("lifVersion", "is \(format); 1.0 and 2.0 are read")
    }
    let project = try information.optionalText("projectIdentification")
    id = try information.optionalText("lifId") ?? project ?? "lif"
    version = try information.optionalText("exportTimestamp") ?? format
    if document.has("layouts") { try readLayouts(document) }
    guard document.has("origins") else { return }
    for (i, origin) in try document.array("origins").enumerated() {
      try readLayouts(try MemberReader(origin, at: "origins[\(i)]"))
    }
  }

  private mutating func readLayouts(_ owner: MemberReader) throws(MemberError) {
    for (i, element) in try owner.array("layouts").enumerated() {
      let layout = try MemberReader(element, at: owner.path(of: "layouts[\(i)]"))
      let name = try layout.text("layoutId")
      let floor = try layout.optionalText("layoutLevelId") ?? name
      for (k, element) in try layout.array("nodes").enumerated() {
        try readNode(try MemberReader(element, at: "\(layout.path).nodes[\(k)]"), floor)
      }
      for (k, element) in (layout.has("edges") ? try layout.array("edges") : []).enumerated() {
        try readEdge(try MemberReader(element, at: "\(layout.path).edges[\(k)]"))
      }
      for (k, element) in (layout.has("stations") ? try layout.array("stations") : []).enumerated() {
        try readStation(try MemberReader(element, at: "\(layout.path).stations[\(k)]"))
      }
    }
  }

  private mutating func readNode(_ node: MemberReader, _ floor: String) throws(MemberError) {
    let id = try node.text("nodeId")
    guard !nodes.contains(where: { $0.id == id }) else { throw node.fail("nodeId", "\(id) is used twice") }
    guard try isUsable(node, "vehicleTypeNodeProperties") else {
      remarks.append("node \(id) is not usable by \(vehicleType ?? "any vehicle type")")
      return
    }
    guard let position = node.value("nodePosition") else { throw node.fail("nodePosition", "is missing") }
    let place = try MemberReader(position, at: node.path(of: "nodePosition"))
    nodes.append(Node(id: id, x: try place.number("x"), y: try place.number("y"), floor: floor))
  }

  private mutating func readEdge(_ edge: MemberReader) throws(MemberError) {
    let (from, to) = (try edge.text("startNodeId"), try edge.text("endNodeId"))
    let name = try edge.optionalText("edgeId") ?? "\(from)-\(to)"
    guard try isUsable(edge, "vehicleTypeEdgeProperties") else {
      remarks.append("edge \(name) is not usable by \(vehicleType ?? "any vehicle type")")
      return
    }
    guard nodes.contains(where: { $0.id == from }), nodes.contains(where: { $0.id == to }) else {
      remarks.append("edge \(name) leads from or to a node that is not usable or not there")
      return
    }
    if let back = edges.firstIndex(where: { $0.from == to && $0.to == from }) {
      edges[back].isTwoWay = true
    } else if !edges.contains(where: { $0.from == from && $0.to == to }) {
      edges.append(Edge(from: from, to: to))
    }
  }

  private mutating func readStation(_ station: MemberReader) throws(MemberError) {
    let id = try station.text("stationId")
    var number = 0
    for (i, element) in try station.array("interactionNodeIds").enumerated() {
      let node = try MemberReader.name(element, at: "\(station.path).interactionNodeIds[\(i)]")
      guard nodes.contains(where: { $0.id == node }) else {
        remarks.append("station \(id) is served from node \(node), which is not usable or not there")
        continue
      }
      number += 1
      stations.append((number == 1 ? id : "\(id)/\(number)", node))
    }
  }

  /// Version 1.0 names one type an entry, 2.0 a list of them.
  private func isUsable(_ owner: MemberReader, _ key: String) throws(MemberError) -> Bool {
    for (i, element) in (owner.has(key) ? try owner.array(key) : []).enumerated() {
      let entry = try MemberReader(element, at: "\(owner.path(of: key))[\(i)]")
      var types: [String] = []
      if let type = try entry.optionalText("vehicleTypeId") { types.append(type) }
      if entry.has("vehicleTypeIds") { types += try entry.array("vehicleTypeIds").compactMap(\.string) }
      if vehicleType.map(types.contains) ?? !types.isEmpty { return true }
    }
    return false
  }

  func write(depot: String?) throws(MemberError) -> [UInt8] {
    guard !nodes.isEmpty else {
      throw MemberError(member: "", reason: "no node is usable by \(vehicleType ?? "any vehicle type")")
    }
    let places = stations.isEmpty ? nodes.map { ($0.id, $0.id) } : stations
    let start = depot ?? places[0].0
    guard let home = places.first(where: { $0.0 == start })?.1 ?? nodes.first(where: { $0.id == start })?.id else {
      throw MemberError(member: "", reason: "there is no station or node \(start) for a depot")
    }
    var json = JSONWriter(reserving: 1 << 16)
    json.object { json in
      json.member("format", "crossdock-layout/1")
      json.member("id", id)
      json.member("version", version)
      json.member(
        "nodes",
        array: { json in
          for node in nodes {
            json.object { json in
              json.member("id", node.id)
              json.member("x", node.x)
              json.member("y", node.y)
              json.member("floor", node.floor)
            }
          }
        })
      json.member(
        "edges",
        array: { json in
          for edge in edges {
            json.object { json in
              json.member("from", edge.from)
              json.member("to", edge.to)
              if !edge.isTwoWay { json.member("one_way", true) }
            }
          }
        })
      json.member(
        "locations",
        array: { json in
          for (name, node) in places where name != start {
            json.object { json in
              json.member("id", name)
              json.member("node", node)
            }
          }
        })
      json.member(
        "depots",
        array: { json in
          json.object { json in
            json.member("id", start)
            json.member("node", home)
          }
        })
    }
    return json.bytes
  }
}
