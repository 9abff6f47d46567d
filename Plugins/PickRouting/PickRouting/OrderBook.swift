internal import AisleRouting

/// The orders that the plugin knows and the stretches that are blocked, layout by layout: a state machine from messages to answers.
///
/// Invariants:
/// - At most `maximumOrders` are known. The one named least recently makes room, a done one before an open one.
/// - A plan's open stops are a tail of its stops, and the picker stands before it: whatever breaks that is a re-route.
/// - A revision is never given twice for an order; an answer without a new revision repeats the last one.
/// - A block changes the routes of all open orders of its layout. At most `maximumReroutes` of them are looked at with each
///   message, those that wait longest first, then those named most recently; the others stay `pending`.
/// - An event that was taken already, or that is older than what is known about its place, changes nothing.
/// - Answers are a function of the messages and the state alone, but for the time taken.
struct OrderBook {
  let layouts: [String: HallLayout]
  let maximumOrders: Int
  let maximumReroutes: Int
  /// What a picker who is not met is worth, in millimetres; 0: others are not regarded.
  let congestionCost: Int64
  var orders: [String: OpenOrder] = [:]
  /// What is blocked beside the permanent stretches; by layout.
  var halls: [String: HallNews] = [:]
  /// What was reported of the halls, and of lines by their place alone: the events that would do more when they come again. A line that
  /// is named is closed once.
  var takenBlocks = TakenEvents()
  var takenPicks = TakenEvents()
  /// Messages so far that named an order or changed a block.
  var uses: UInt64 = 0
  /// Ids of the orders with `pending` set.
  var pendingOrders: Set<String> = []
  /// Orders that made room for others while they were open.
  private(set) var evictedOpenOrders: UInt64 = 0
  /// Events that said nothing new.
  var repetitions: UInt64 = 0
  /// Revisions that were given out by this instance.
  private(set) var decisions: UInt64 = 0
  /// What the layouts were read from, by layout; empty where nobody needs it.
  let layoutTexts: [String: [UInt8]]
  let planner: RoutePlanner

  init(
    layouts: [HallLayout], maximumOrders: Int, maximumReroutes: Int, congestionCost: Int64 = 0, searchMs: Int = 20,
    layoutTexts: [String: [UInt8]] = [:]
  ) {
    self.layoutTexts = layoutTexts
    planner = RoutePlanner(searchBudgetMs: searchMs)
    self.layouts = Dictionary(uniqueKeysWithValues: layouts.map { ($0.id, $0) })
    self.maximumOrders = maximumOrders
    self.maximumReroutes = maximumReroutes
    self.congestionCost = congestionCost
  }

  /// - Parameter remainingUs: the host's countdown, by which the time taken is measured.
  /// - Throws: `Refusal`, and then no route or block has changed; `RoutingError` for what `LayoutReader` rules out.
  mutating func take(
    _ message: PickMessage, from origin: MessageOrigin, remainingUs: () -> Int64
  ) throws -> [RouteAnswer] {
    let started = remainingUs()
    switch message {
    case .order(let order):
      let before = orders[order.id]?.revision ?? 0
      let opened = try open(order, from: origin.source)
      return answers(opened, isNew: opened.revision > before, since: started, remainingUs)
    case .event(let event):
      let before = event.order.flatMap { orders[$0]?.revision } ?? 0
      let isBlock = event.kind == .blocked || event.kind == .unblocked
      guard let order = try isBlock ? changeBlocks(event, from: origin) : progress(event, from: origin) else {
        return []
      }
      return answers(order, isNew: order.revision > before, since: started, remainingUs)
    }
  }

  /// Looks at orders whose hall has changed. Call it after each message, refused ones too.
  mutating func catchUp(remainingUs: () -> Int64) throws(RoutingError) -> [RouteAnswer] {
    guard !pendingOrders.isEmpty else { return [] }
    let waiting = pendingOrders.map { orders[$0]! }
    let next = waiting.sorted { ($0.pendingSince, $1.lastUse) < ($1.pendingSince, $0.lastUse) }.prefix(maximumReroutes)
    var answers: [RouteAnswer] = []
    for var order in next {
      let started = remainingUs()
      let changed = try lookAgain(&order)
      store(order)
      if changed { answers += self.answers(order, isNew: true, since: started, remainingUs) }
    }
    return answers
  }

  /// A new revision goes to every handheld on the order, the sender's first; a repeated one only to the sender.
  private func answers(
    _ order: OpenOrder, isNew: Bool, since started: Int64, _ remainingUs: () -> Int64
  ) -> [RouteAnswer] {
    let timeUs = max(0, started - remainingUs())
    return (isNew ? order.sources.reversed() : [order.source]).map { source in
      RouteAnswer(order: order, to: source, layout: layouts[order.layout]!, timeUs: timeUs)
    }
  }

  mutating func store(_ order: OpenOrder) {
    if order.pending == nil { pendingOrders.remove(order.id) } else { pendingOrders.insert(order.id) }
    orders[order.id] = order
  }

  /// What answers depend on beside messages, state and layouts.
  var settings: [Int] { [maximumOrders, maximumReroutes, Int(congestionCost), planner.searchBudgetMs] }

  func blocks(of layout: HallLayout) -> [AisleBlock] {
    layout.permanentBlocks + (halls[layout.id]?.blocks ?? [])
  }

  mutating func touch(_ order: inout OpenOrder, source: String) {
    uses += 1
    order.lastUse = uses
    order.sources.removeAll { $0 == source }
    order.sources = order.sources.suffix(PickRoutingLimits.maximumSourcesPerOrder - 1) + [source]
  }

  // MARK: orders

  private mutating func open(_ order: PickOrder, from source: String) throws -> OpenOrder {
    let layout = try layout(named: order.layout)
    var opened = try OpenOrder.resolve(order, in: layout, source: source)
    if var known = orders[order.id] {
      let isSame = known.digest == opened.digest && known.layout == opened.layout
      // A version that is older than what is being walked came late: the latest revision answers it.
      if !isSame, order.version >= known.version { try change(&known, to: opened) }
      touch(&known, source: source)
      // Who asks need not wait for the turn of the order.
      _ = try lookAgain(&known)
      store(known)
      return known
    }
    adopt(try plan(opened, in: layout), &opened)
    decisions += 1
    makeRoom()
    touch(&opened, source: source)
    store(opened)
    return opened
  }

  /// A newer version of an order that is being walked. What is picked stays picked; what is open is as the new version says.
  private mutating func change(_ order: inout OpenOrder, to new: OpenOrder) throws {
    guard new.version > order.version else {
      throw Refusal(
        "order", "\(order.id) is known already, with other content",
        hint: "give the new order an id of its own, or the changed one a higher version")
    }
    guard new.layout == order.layout else {
      throw Refusal("layout", "order \(order.id) is in layout \(order.layout)", hint: "an order cannot change its hall")
    }
    guard order.status != .done else {
      throw Refusal("version", "order \(order.id) is done", hint: "give what is left an order of its own")
    }
    let closed = order.lines.filter { $0.state != .open }
    let numbers = Set(closed.map(\.number))
    order.lines = closed + new.lines.filter { !numbers.contains($0.number) }
    order.ends = new.ends
    order.end = new.end
    order.version = new.version
    order.digest = new.digest
    // Stops are indices of lines, which are others now.
    order.plan.stops = []
    order.plan.walks = [0]
    try reroute(&order, because: .changed)
  }

  func layout(named name: String?) throws(Refusal) -> HallLayout {
    let known = layouts.keys.sorted().joined(separator: ", ")
    guard let name else {
      if layouts.count == 1, let only = layouts.first?.value { return only }
      throw Refusal("layout", "is missing, and more than one is loaded", hint: "name one of \(known)")
    }
    guard let layout = layouts[name] else {
      throw Refusal("layout", "\(name) is not loaded", hint: "loaded are \(known); add it to the option layouts")
    }
    return layout
  }

  private mutating func makeRoom() {
    guard orders.count >= maximumOrders else { return }
    let oldest = orders.values.min {
      ($0.status != .done ? 1 : 0, $0.lastUse) < ($1.status != .done ? 1 : 0, $1.lastUse)
    }
    guard let oldest else { return }
    if oldest.status != .done { evictedOpenOrders += 1 }
    orders[oldest.id] = nil
    pendingOrders.remove(oldest.id)
  }

  func plan(_ order: OpenOrder, in layout: HallLayout) throws(RoutingError) -> RoutePlan {
    let plan = try planner.plan(
      in: layout, blocks: blocks(of: layout), from: order.position, to: order.ends,
      lines: order.openLines.map {
        let line = order.lines[$0]
        return RoutePlanner.Line(
          index: $0, places: line.places, rank: line.handling.rawValue, planned: line.place)
      }, warm: order.plan.stops)
    guard congestionCost > 0 else { return plan }
    return planner.avoiding(
      crowd(besides: order, in: layout), price: congestionCost, plan, of: order, in: layout, blocks: blocks(of: layout))
  }

  /// Where the other pickers of a hall are, from what they confirmed last, and will be, by their plans.
  private func crowd(besides order: OpenOrder, in layout: HallLayout) -> CrowdForecast {
    var crowd = CrowdForecast()
    for other in orders.values where other.id != order.id && other.layout == layout.id && other.status != .done {
      let open = other.plan.stops.indices.filter { other.lines[other.plan.stops[$0]].state == .open }
      crowd.add(
        legs: open.map { other.plan.walks[$0] },
        aisles: open.map { other.lines[other.plan.stops[$0]].place.position.aisle },
        startingIn: other.position.position.aisle)
    }
    return crowd
  }

  /// Gives an order its plan, and its lines and end the places that the plan chose.
  func adopt(_ plan: RoutePlan, _ order: inout OpenOrder) {
    order.plan = plan
    for (stop, place) in zip(plan.stops, plan.places) { order.lines[stop].place = place }
    if plan.reachesEnd, let end = plan.end { order.end = end }
  }

  /// A new revision from where the picker is; `done` when no line is open.
  mutating func reroute(_ order: inout OpenOrder, because cause: OpenOrder.Cause) throws(RoutingError) {
    let layout = layouts[order.layout]!
    adopt(try plan(order, in: layout), &order)
    order.layoutVersion = layout.version
    order.revision += 1
    decisions += 1
    order.cause = cause
    order.pending = nil
    order.tally = LineTally(order.lines)
    if order.plan.stops.isEmpty && order.plan.unreachable.isEmpty {
      order.status = .done
      order.lines = []
    } else {
      order.status = .rerouted
    }
  }

  /// Whether the order has a new revision.
  mutating func lookAgain(_ order: inout OpenOrder) throws(RoutingError) -> Bool {
    guard let cause = order.pending, let layout = layouts[order.layout] else { return false }
    order.pending = nil
    let walked = order.plan.stops.prefix { order.lines[$0].state != .open }.count
    let planned = order.plan.walks[walked...].reduce(0, +)
    let asPlanned =
      order.plan.reachesEnd ? planner.lengthAsPlanned(order, in: layout, blocks: blocks(of: layout)) : nil
    // Nothing gets shorter by a block: a walk that is as long as before is still the best one known.
    if cause == .blocked, asPlanned == planned { return false }
    let plan = try plan(order, in: layout)
    let isSame = plan.unreachable == order.plan.unreachable && asPlanned == planned && plan.length >= planned
    if isSame, cause != .layout { return false }
    try reroute(&order, because: cause)
    return true
  }
}
