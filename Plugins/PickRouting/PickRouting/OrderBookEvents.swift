internal import AisleRouting

// What pickers report.
extension OrderBook {
  private func known(_ id: String) throws(Refusal) -> OpenOrder {
    guard let order = orders[id] else {
      throw Refusal("order", "\(id) is not known", hint: "send the order first, or again if it is long ago")
    }
    return order
  }

  private func place(_ name: String, _ member: String, in layout: HallLayout) throws(Refusal) -> NamedPlace {
    guard let position = layout.places[name] else {
      throw Refusal(
        member, "\(name) is not a place of layout \(layout.id)", hint: "name a location or a depot of the layout")
    }
    return NamedPlace(name: name, position: position)
  }

  // MARK: confirmed, short, skipped

  /// The order when it has an answer, nil when all goes as planned.
  mutating func progress(_ event: PickEvent, from origin: MessageOrigin) throws -> OpenOrder? {
    var order = try known(event.order ?? "")
    let layout = layouts[order.layout]!
    let at = try event.at.map { try place($0, "at", in: layout) }
    if order.status == .done {
      repetitions += 1
      touch(&order, source: origin.source)
      store(order)
      return order
    }
    let identity = event.line == nil ? origin.identity(of: event) : nil
    let isKnown = takenPicks.contains(identity)
    let spots = try lines(of: order, event)
    takenPicks.add(identity)
    let named = spots.map(\.line)
    touch(&order, source: origin.source)
    // A line that a picker skipped may be picked after all; otherwise what is closed stays closed.
    let closing = named.filter {
      order.lines[$0].state == .open || (order.lines[$0].state == .skipped && event.kind != .skipped)
    }
    guard !isKnown, let first = spots.first(where: { closing.contains($0.line) }) else {
      repetitions += 1
      _ = try lookAgain(&order)
      store(order)
      return order
    }
    let spot = first.place
    let isNext =
      order.nextStop.map { order.lines[$0].place } == spot && closing.allSatisfy { order.lines[$0].place == spot }
    for line in closing {
      order.lines[line].state = event.kind.lineState
      // Picked where it was not planned, but where its item is too.
      if event.kind != .skipped, order.lines[line].places.contains(spot) { order.lines[line].place = spot }
    }
    // A late one tells what was done, but not where the picker is now.
    let stands = at ?? (event.kind == .skipped ? nil : spot)
    let isNow = stands.map { order.move(to: $0, origin) } ?? true
    if let cause = cause(event.kind, order, isInTurn: isNext && isNow && (at == nil || at == spot)) {
      try reroute(&order, because: cause)
      store(order)
      return order
    }
    order.tally = LineTally(order.lines)
    store(order)
    return nil
  }

  private func cause(_ kind: PickEvent.Kind, _ order: OpenOrder, isInTurn: Bool) -> OpenOrder.Cause? {
    switch kind {
    case .short: return .short
    case .skipped: return .skipped
    default:
      if order.openLines.isEmpty { return .confirmed }
      return order.pending ?? (isInTurn ? nil : .deviation)
    }
  }

  /// The lines that an event names, and for each the place where it happened: one of those that have its item.
  private func lines(
    of order: OpenOrder, _ event: PickEvent
  ) throws(Refusal) -> [(line: Int, place: NamedPlace)] {
    var named = Array(order.lines.indices)
    if let line = event.line {
      named = named.filter { order.lines[$0].number == line }
      if named.isEmpty {
        throw Refusal("line", "order \(order.id) has no line \(line)", hint: "name a line of the order")
      }
    }
    guard let location = event.location else { return named.map { ($0, order.lines[$0].place) } }
    let planned = named.filter { order.lines[$0].place.name == location }
    if !planned.isEmpty { return planned.map { ($0, order.lines[$0].place) } }
    let elsewhere = named.compactMap { line in
      order.lines[line].places.first { $0.name == location }.map { (line: line, place: $0) }
    }
    guard event.line == nil else {
      if elsewhere.isEmpty {
        throw Refusal(
          "location", "line \(event.line!) of order \(order.id) is not at \(location)",
          hint: "name the line, or a location of the order")
      }
      return elsewhere
    }
    guard elsewhere.count == 1 else {
      throw Refusal(
        "location",
        elsewhere.isEmpty
          ? "order \(order.id) has no line at \(location)" : "order \(order.id) has several lines at \(location)",
        hint: "name the line, or a location of the order")
    }
    return elsewhere
  }

  // MARK: blocked, unblocked

  /// The reporting order with its answer, nil when no order reported it. What is known already changes nothing: the report may be an
  /// old one that comes again, so that its `at` says nothing either.
  mutating func changeBlocks(_ event: PickEvent, from origin: MessageOrigin) throws -> OpenOrder? {
    let reporter = try event.order.map { try known($0) }
    let layout = try layout(of: event, reporter)
    let at = try event.at.map { try place($0, "at", in: layout) }
    let stretches = try stretches(event, in: layout)
    let identity = origin.identity(of: event)
    let isNews = try !takenBlocks.contains(identity) && take(event, stretches, of: layout, origin)
    takenBlocks.add(identity)
    guard isNews else {
      repetitions += 1
      guard var order = reporter else { return nil }
      touch(&order, source: origin.source)
      _ = try lookAgain(&order)
      store(order)
      return order
    }
    uses += 1
    let cause: OpenOrder.Cause = event.kind == .blocked ? .blocked : .unblocked
    for var order in orders.values where order.layout == layout.id && order.status != .done && order.id != reporter?.id
    {
      // An order that waits for a look at an opening must not take it for a block: only openings make walks shorter.
      if order.pending == nil { order.pendingSince = uses }
      // A changed layout is looked at whatever else changes.
      if order.pending != .layout { order.pending = cause == .blocked ? (order.pending ?? .blocked) : .unblocked }
      store(order)
    }
    guard var order = reporter else { return nil }
    touch(&order, source: origin.source)
    if order.status != .done {
      if let at { _ = order.move(to: at, origin) }
      try reroute(&order, because: cause)
    }
    store(order)
    return order
  }

  /// - Returns: whether other stretches are blocked than before.
  private mutating func take(
    _ event: PickEvent, _ stretches: [AisleBlock], of layout: HallLayout, _ origin: MessageOrigin
  ) throws(Refusal) -> Bool {
    let present = halls[layout.id, default: HallNews()]
    var news = present
    if event.kind == .blocked {
      news.block(stretches, origin)
    } else {
      news.free(stretches, origin)
    }
    guard news.blocked.count <= PickRoutingLimits.maximumBlocksPerLayout else {
      throw Refusal(
        "", "more than \(PickRoutingLimits.maximumBlocksPerLayout) stretches of layout \(layout.id) are blocked",
        hint: "report what is free again as unblocked")
    }
    halls[layout.id] = news.isEmpty ? nil : news
    let isSame = news.blocks == present.blocks
    // Who reports it for an order has it answered by a route. An earlier block that is still under way is not taken any more.
    if isSame, event.kind == .unblocked, event.order == nil,
      !present.blocks.contains(where: { block in stretches.contains { $0.overlaps(block) } })
    {
      throw Refusal("", "nothing is blocked there", hint: "name the place as it was named when it was blocked")
    }
    return !isSame
  }

  private func layout(of event: PickEvent, _ reporter: OpenOrder?) throws(Refusal) -> HallLayout {
    if let name = event.layout, let reporter, name != reporter.layout {
      throw Refusal("layout", "order \(reporter.id) is in layout \(reporter.layout)", hint: "name one of the two")
    }
    return try layout(named: event.layout ?? reporter?.layout)
  }

  private func stretches(_ event: PickEvent, in layout: HallLayout) throws(Refusal) -> [AisleBlock] {
    func aisle(_ name: String) throws(Refusal) -> Int {
      if let aisle = layout.aisle(name) { return aisle }
      throw Refusal("aisle", "\(name) is not an aisle of layout \(layout.id)", hint: "name an aisle of the layout")
    }
    switch event.stretch {
    case nil:
      let spot = try place(event.location ?? "", "location", in: layout).position
      return [AisleBlock(aisle: spot.aisle, from: spot.y, to: spot.y)]
    case .wholeAisle(let name):
      let number = try aisle(name)
      return AisleBlock.wholeAisle(number, crossY: layout.crossY(number))
    case .part(let name, let from, let to):
      let number = try aisle(name)
      let crossY = layout.crossY(number)
      guard crossY[0] <= from, to <= crossY[crossY.count - 1] else {
        throw Refusal(
          from == to ? "y" : "from",
          "aisle \(name) runs from \(crossY[0].metresText) to \(crossY[crossY.count - 1].metresText)",
          hint: "name a place inside of the aisle")
      }
      return [AisleBlock(aisle: number, from: from, to: to)]
    case .between(let one, let other):
      let (a, b) = (
        try place(one, "between[0]", in: layout).position, try place(other, "between[1]", in: layout).position
      )
      guard a.aisle == b.aisle else {
        throw Refusal("between", "\(one) and \(other) lie in different aisles", hint: "name two locations of one aisle")
      }
      return [AisleBlock(aisle: a.aisle, from: min(a.y, b.y), to: max(a.y, b.y))]
    }
  }
}

extension PickEvent.Kind {
  fileprivate var lineState: PickLine.State {
    switch self {
    case .confirmed: .confirmed
    case .short: .short
    default: .skipped
    }
  }
}
