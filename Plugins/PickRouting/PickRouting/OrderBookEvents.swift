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
  mutating func progress(_ event: PickEvent, from source: String) throws -> OpenOrder? {
    var order = try known(event.order ?? "")
    let layout = layouts[order.layout]!
    let at = try event.at.map { try place($0, "at", in: layout) }
    if order.status == .done {
      touch(&order, source: source)
      store(order)
      return order
    }
    let named = try lines(of: order, event)
    touch(&order, source: source)
    // A line that a picker skipped may be picked after all; otherwise what is closed stays closed.
    let closing = named.filter {
      order.lines[$0].state == .open || (order.lines[$0].state == .skipped && event.kind != .skipped)
    }
    guard let first = closing.first else {
      store(order)
      return order
    }
    let spot = order.lines[first].place
    let isNext = order.nextStop.map { order.lines[$0].place } == spot
    for line in closing { order.lines[line].state = event.kind.lineState }
    if let at {
      order.position = at
    } else if event.kind != .skipped {
      order.position = spot
    }
    if let cause = cause(event.kind, order, isInTurn: isNext && (at == nil || at == spot)) {
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

  private func lines(of order: OpenOrder, _ event: PickEvent) throws(Refusal) -> [Int] {
    var named = Array(order.lines.indices)
    if let line = event.line {
      named = named.filter { order.lines[$0].number == line }
      if named.isEmpty {
        throw Refusal("line", "order \(order.id) has no line \(line)", hint: "name a line of the order")
      }
    }
    if let location = event.location {
      named = named.filter { order.lines[$0].place.name == location }
      if named.isEmpty {
        let what = event.line.map { "line \($0) of order \(order.id) is" } ?? "order \(order.id) has no line"
        throw Refusal(
          "location", "\(what) \(event.line == nil ? "at" : "not at") \(location)",
          hint: "name the line, or a location of the order")
      }
    }
    return named
  }

  // MARK: blocked, unblocked

  /// The reporting order with its answer, nil when no order reported it.
  mutating func changeBlocks(_ event: PickEvent, from source: String) throws -> OpenOrder? {
    let reporter = try event.order.map { try known($0) }
    let layout = try layout(of: event, reporter)
    let at = try event.at.map { try place($0, "at", in: layout) }
    let stretches = try stretches(event, in: layout)
    let now = try changed(blocks[layout.id, default: []], by: event, stretches, in: layout)
    blocks[layout.id] = now.isEmpty ? nil : now
    uses += 1
    let cause: OpenOrder.Cause = event.kind == .blocked ? .blocked : .unblocked
    for var order in orders.values where order.layout == layout.id && order.status != .done && order.id != reporter?.id
    {
      // An order that waits for a look at an opening must not take it for a block: only openings make walks shorter.
      if order.pending == nil { order.pendingSince = uses }
      order.pending = cause == .blocked ? (order.pending ?? .blocked) : .unblocked
      store(order)
    }
    guard var reporter else { return nil }
    touch(&reporter, source: source)
    if reporter.status != .done {
      if let at { reporter.position = at }
      try reroute(&reporter, because: cause)
    }
    store(reporter)
    return reporter
  }

  private func changed(
    _ present: [AisleBlock], by event: PickEvent, _ stretches: [AisleBlock], in layout: HallLayout
  ) throws(Refusal) -> [AisleBlock] {
    if event.kind == .unblocked {
      let left = present.filter { block in !stretches.contains { $0.overlaps(block) } }
      guard left.count < present.count else {
        throw Refusal("", "nothing is blocked there", hint: "name the place as it was named when it was blocked")
      }
      return left
    }
    let added = present + stretches.filter { !present.contains($0) }
    guard added.count <= PickRoutingLimits.maximumBlocksPerLayout else {
      throw Refusal(
        "", "more than \(PickRoutingLimits.maximumBlocksPerLayout) stretches of layout \(layout.id) are blocked",
        hint: "report what is free again as unblocked")
    }
    return added
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
