internal import AisleRouting
internal import JSONText

/// What a checkpoint's JSON says, resolved against the layouts of today. Nil for anything out of shape.
struct CheckpointState {
  private(set) var uses: UInt64 = 0
  private(set) var halls: [String: HallNews] = [:]
  private(set) var takenBlocks = TakenEvents()
  private(set) var takenPicks = TakenEvents()
  private(set) var orders: [OpenOrder] = []
  /// Orders and blocks whose places are gone.
  private(set) var forgotten = 0

  init?(_ document: JSONValue, layouts: [String: HallLayout]) {
    guard let uses = document["uses"]?.integer, uses >= 0, let blocks = document["blocks"]?.object,
      let orders = document["orders"]?.array
    else { return nil }
    self.uses = UInt64(uses)
    // What checkpoints of earlier versions have not.
    let freed = document["freed"]?.object ?? []
    for (part, words) in [(blocks, \HallNews.blocked), (freed, \.freed)] {
      for (name, value) in part {
        guard let entries = value.array, add(entries, to: words, of: name, layouts[name]) else { return nil }
      }
    }
    guard let taken = Self.taken(document["taken_blocks"]), let picks = Self.taken(document["taken_picks"]) else {
      return nil
    }
    (takenBlocks, takenPicks) = (taken, picks)
    for value in orders {
      guard let name = value["layout"]?.string else { return nil }
      guard let layout = layouts[name] else {
        forgotten += 1
        continue
      }
      switch Self.order(value, in: layout) {
      case .damaged: return nil
      case .gone: forgotten += 1
      case .found(let order): self.orders.append(order)
      }
    }
  }

  private mutating func add(
    _ entries: [JSONValue], to words: WritableKeyPath<HallNews, [HallNews.Word]>, of name: String, _ layout: HallLayout?
  ) -> Bool {
    for entry in entries {
      guard let aisleName = entry[0]?.string, let from = entry[1]?.integer, let to = entry[2]?.integer, from <= to,
        let timeNs = Self.time(entry[3])
      else {
        return false
      }
      guard let layout, let aisle = layout.aisle(aisleName) else {
        if words == \.blocked { forgotten += 1 }
        continue
      }
      let stretch = AisleBlock(aisle: aisle, from: Int64(from), to: Int64(to))
      guard layout.contains(stretch) else {
        if words == \.blocked { forgotten += 1 }
        continue
      }
      halls[name, default: HallNews()][keyPath: words].append(HallNews.Word(stretch: stretch, timeNs: timeNs))
    }
    return true
  }

  /// Absent: long ago.
  private static func time(_ value: JSONValue?) -> Int64? {
    guard let value else { return 0 }
    return value.string.flatMap { Int64($0) }
  }

  private static func taken(_ value: JSONValue?) -> TakenEvents? {
    guard let value else { return TakenEvents() }
    guard let values = value.array else { return nil }
    let identities = values.compactMap { $0.string.flatMap { UInt64($0, radix: 16) } }
    return identities.count == values.count ? TakenEvents(identities) : nil
  }

  private enum Found {
    case damaged
    /// It names a place that the layout no longer has.
    case gone
    case found(OpenOrder)
  }

  private static func order(_ value: JSONValue, in layout: HallLayout) -> Found {
    guard let id = value["id"]?.string, let source = value["source"]?.string,
      let digest = value["digest"]?.string.flatMap({ UInt64($0, radix: 16) }),
      let revision = value["revision"]?.integer, let use = value["use"]?.integer, use >= 0,
      let since = value["pending_since"]?.integer, since >= 0,
      let status = value["status"]?.string.flatMap(OpenOrder.Status.init),
      let positionName = value["position"]?.string, let endName = value["end"]?.string,
      let lineValues = value["lines"]?.array, let tally = integers(value["tally"]), tally.count == 3,
      let version = value["layout_version"]?.string
    else { return .damaged }
    guard let position = layout.places[positionName], let end = layout.places[endName] else { return .gone }
    let endNames = value["ends"]?.array?.compactMap(\.string) ?? [endName]
    let ends = endNames.compactMap { name in layout.places[name].map { NamedPlace(name: name, position: $0) } }
    guard ends.count == endNames.count, let contentVersion = value["version"]?.integer ?? .some(0) else { return .gone }
    var lines: [PickLine] = []
    for value in lineValues {
      guard let name = value[1]?.string else { return .damaged }
      guard let place = layout.places[name] else { return .gone }
      let others = (value.array ?? []).dropFirst(6).compactMap(\.string)
      let places = others.compactMap { name in layout.places[name].map { NamedPlace(name: name, position: $0) } }
      guard places.count == others.count else { return .gone }
      let chosen = NamedPlace(name: name, position: place)
      guard let line = line(value, at: chosen, of: places.isEmpty ? [chosen] : places) else { return .damaged }
      lines.append(line)
    }
    guard let plan = plan(value, lineCount: lines.count) else { return .damaged }
    var order = OpenOrder(
      id: id, sources: value["sources"]?.array?.compactMap(\.string) ?? [source], layout: layout.id,
      layoutVersion: version, digest: digest,
      lines: lines,
      position: NamedPlace(name: positionName, position: position), end: NamedPlace(name: endName, position: end),
      ends: ends, version: contentVersion,
      plan: plan)
    order.revision = revision
    order.status = status
    order.cause = value["cause"]?.string.flatMap(OpenOrder.Cause.init)
    order.pending = value["pending"]?.string.flatMap(OpenOrder.Cause.init)
    order.pendingSince = UInt64(since)
    order.lastUse = UInt64(use)
    if let moved = value["moved"] {
      guard let source = moved[0]?.string, let timeNs = moved[1]?.string.flatMap({ Int64($0) }) else { return .damaged }
      order.moved = OpenOrder.Move(source: source, timeNs: timeNs)
    }
    (order.tally.confirmed, order.tally.short, order.tally.skipped) = (tally[0], tally[1], tally[2])
    if version != layout.version, status != .done { order.pending = .layout }
    return .found(order)
  }

  private static func line(
    _ value: JSONValue, at place: NamedPlace, of places: [NamedPlace]
  ) -> PickLine? {
    guard let number = value[0]?.integer, let quantity = value[3]?.number,
      let state = value[4]?.string.flatMap(PickLine.State.init)
    else { return nil }
    let handling = value[5]?.integer.flatMap(PickOrder.Handling.init(rawValue:)) ?? .normal
    var line = PickLine(
      number: number, places: places, handling: handling, gtin: value[2]?.string, quantity: quantity, state: state)
    line.place = place
    return line
  }

  private static func plan(_ value: JSONValue, lineCount: Int) -> RoutePlan? {
    guard let start = value["start"]?.string, let stops = integers(value["stops"]),
      let walks = integers(value["walks"]),
      let unreachable = integers(value["unreachable"]), let length = value["length"]?.integer,
      let lowerBound = value["lower_bound"]?.integer, let reachesEnd = value["reaches_end"]?.bool,
      walks.count == stops.count + 1, (stops + unreachable).allSatisfy((0..<lineCount).contains)
    else { return nil }
    return RoutePlan(
      start: start, stops: stops, walks: walks.map(Int64.init), unreachable: unreachable, length: Int64(length),
      lowerBound: Int64(lowerBound), sShape: value["s_shape"]?.integer.map(Int64.init), reachesEnd: reachesEnd)
  }

  private static func integers(_ value: JSONValue?) -> [Int]? {
    guard let values = value?.array else { return nil }
    let numbers = values.compactMap(\.integer)
    return numbers.count == values.count ? numbers : nil
  }
}
