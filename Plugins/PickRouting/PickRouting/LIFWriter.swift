internal import JSONText

// A file in LIF as a layout of ours, and the way back from a place in it to the file.
extension LIFReader {
  private var places: [Station] {
    stations.isEmpty ? nodes.map { Station(id: $0.id, node: $0.id, path: $0.path) } : stations
  }

  private func home(_ depot: String?) -> Station? {
    let start = depot ?? places.first?.id
    return places.first { $0.id == start }
      ?? nodes.first { $0.id == start }.map { Station(id: $0.id, node: $0.id, path: $0.path) }
  }

  mutating func write(depot: String?) throws(MemberError) -> [UInt8] {
    guard !nodes.isEmpty else {
      throw MemberError(member: "", reason: "no node is usable by \(vehicleType ?? "any vehicle type")")
    }
    guard let home = home(depot) else {
      throw MemberError(member: "", reason: "there is no station or node \(depot ?? "") for a depot")
    }
    let locations = places.filter { $0.id != home.id }
    guard !locations.isEmpty else {
      throw MemberError(member: home.path, reason: "\(home.id) is the depot, and there is no other place to go to")
    }
    written = (home.path, locations.map(\.path))
    var json = JSONWriter(reserving: 1 << 16)
    json.object { json in
      json.member("format", LayoutReader.format)
      json.member("id", id)
      json.member("version", version)
      json.member("nodes", array: { json in for node in nodes { Self.write(node, &json) } })
      json.member("edges", array: { json in for edge in edges { Self.write(edge, &json) } })
      json.member("locations", array: { json in for place in locations { Self.write(place, &json) } })
      json.member("depots", array: { json in Self.write(home, &json) })
    }
    return json.bytes
  }

  private static func write(_ node: Node, _ json: inout JSONWriter) {
    json.object { json in
      json.member("id", node.id)
      json.member("x", node.x)
      json.member("y", node.y)
      json.member("floor", node.floor)
    }
  }

  private static func write(_ edge: Edge, _ json: inout JSONWriter) {
    json.object { json in
      json.member("from", edge.from)
      json.member("to", edge.to)
      if let length = edge.length { json.member("length", length.metres) }
      if !edge.isTwoWay { json.member("one_way", true) }
    }
  }

  private static func write(_ place: Station, _ json: inout JSONWriter) {
    json.object { json in
      json.member("id", place.id)
      json.member("node", place.node)
    }
  }

  /// The member of the file that a member of the layout written last was made of: of `nodes[3].x` a node's position.
  func origin(of member: String) -> String {
    guard let open = member.firstIndex(of: "["), let close = member.firstIndex(of: "]"),
      let index = Int(member[member.index(after: open)..<close])
    else { return member == "nodes" ? "layouts" : "" }
    switch member[..<open] {
    case "nodes":
      let last = member.suffix(2)
      return nodes[index].path + (last == ".x" || last == ".y" ? ".nodePosition\(last)" : "")
    case "edges": return edges[index].path
    case "locations": return written.locations[index]
    default: return written.home
    }
  }
}
