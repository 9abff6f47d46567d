internal import AisleRouting

extension OpenOrder {
  /// The order with its names looked up and its defaults filled in; without a route yet.
  static func resolve(_ order: PickOrder, in layout: HallLayout, source: String) throws(Refusal) -> OpenOrder {
    let start = try place(order.start ?? layout.depots[0], "start", in: layout)
    var ends: [NamedPlace] = []
    for name in order.ends { ends.append(try place(name, "end", in: layout)) }
    if ends.isEmpty { ends = [start] }
    var lines: [PickLine] = []
    for (i, line) in order.lines.enumerated() {
      var places: [NamedPlace] = []
      for (k, name) in line.locations.enumerated() {
        let member = line.locations.count == 1 ? "lines[\(i)].location" : "lines[\(i)].locations[\(k)]"
        places.append(try place(name, member, in: layout))
        if layout.isDepot(name) {
          throw Refusal(member, "\(name) is a depot", hint: "name a location where goods lie")
        }
      }
      lines.append(
        PickLine(
          number: line.number, places: places, handling: line.handling, gtin: line.gtin, quantity: line.quantity))
    }
    return OpenOrder(
      id: order.id, sources: [source], layout: layout.id, layoutVersion: layout.version,
      digest: digest(start: start, ends: ends, lines: lines),
      lines: lines, position: start, end: ends[0], ends: ends, version: order.version,
      plan: RoutePlan(
        start: start.name, stops: [], walks: [0], unreachable: [], length: 0, lowerBound: 0, reachesEnd: true))
  }

  private static func place(_ name: String, _ member: String, in layout: HallLayout) throws(Refusal) -> NamedPlace {
    guard let position = layout.places[name] else {
      throw Refusal(
        member, "\(name) is not a place of layout \(layout.id), version \(layout.version)",
        hint: "correct the name, or add it to the layout")
    }
    return NamedPlace(name: name, position: position)
  }

  private static func digest(start: NamedPlace, ends: [NamedPlace], lines: [PickLine]) -> UInt64 {
    var hash = FNV1a()
    func add(_ text: String) {
      hash.add(text.utf8)
      hash.add(CollectionOfOne(0))  // no name contains it
    }
    add(start.name)
    for end in ends { add(end.name) }
    for line in lines {
      add("\(line.number)")
      for place in line.places { add(place.name) }
      if line.handling != .normal { add("\(line.handling)") }
      add(line.gtin ?? "")
      add("\(line.quantity)")
    }
    return hash.value
  }
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo): tells contents apart that nobody forges.
struct FNV1a {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }
}
