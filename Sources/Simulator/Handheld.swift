internal import JSONText

/// A picker with a handheld: asks for an order's route, walks it, reports each pick. Now and then a bin holds too little, and
/// now and then something lies in an aisle until it is cleared. Without an answer within `patienceNs` the picker walks the
/// lines as the order lists them; a route that comes later is still taken.
final class Handheld: SimulatedDevice {
  private enum Phase {
    case idle
    case waiting
    case walking
  }

  private static let patienceNs: Int64 = 4_000_000_000
  /// Pickers ride: metres a second, and seconds at a location.
  private static let metresPerS = 4.0
  private static let secondsPerPick = 0.8...2.0

  let source: String
  private let orders: Series
  private let picks: Series
  private let hall: HallPlan
  private var random: SeededRandom
  private let device: String
  private var phase = Phase.idle
  private var round: PickRound?
  private var ordersSent = 0
  private var position: HallPlan.Location
  /// What this picker has reported as blocked, and when it is clear again.
  private var obstacle: (aisle: Int, y: Double, clearNs: Int64)?
  private var nextNs: Int64

  var dueNs: Int64 { min(nextNs, obstacle?.clearNs ?? .max) }

  init(site: String, device: String, hall: HallPlan, seed: UInt64, _ output: MessageOutput) {
    source = SimulatedTopics.source(site: site, device: device)
    orders = output.makeSeries(
      stream: "orders", source: source,
      topic: SimulatedTopics.topic(site: site, kind: "handheld", device: device, "order"))
    picks = output.makeSeries(
      stream: "picks", source: source,
      topic: SimulatedTopics.topic(site: site, kind: "handheld", device: device, "pick"))
    self.hall = hall
    self.device = device
    random = SeededRandom(seed: seed, for: source)
    position = hall.depots[0]
    nextNs = random.number(in: 0.5...3).secondsNs
  }

  func act(_ output: MessageOutput) {
    let now = dueNs
    if let obstacle, obstacle.clearNs <= now {
      self.obstacle = nil
      report("unblocked", now, output) { json in
        json.member("aisle", hall.aisles[obstacle.aisle].name)
        json.member("y", obstacle.y)
      }
      return
    }
    switch phase {
    case .idle: sendOrder(now, output)
    case .waiting:
      phase = .walking
      scheduleNextPick(now)
    case .walking: pick(now, output)
    }
  }

  /// A route came for this handheld.
  func take(_ route: RouteReply, nowNs: Int64) {
    guard round?.adopt(route) == true else { return }
    if phase == .waiting { phase = .walking }
    scheduleNextPick(nowNs)
  }

  // MARK: the order

  private func sendOrder(_ now: Int64, _ output: MessageOutput) {
    ordersSent += 1
    let (depot, locations) = pickList()
    position = hall.depots[depot]
    let lines = locations.enumerated().map { i, location in
      PickRound.Line(
        number: i + 1, location: location, gtin: GS1.tradeItem(location + 1), quantity: random.whole(in: 1...6))
    }
    let order = "\(device)-\(output.run)-\(ordersSent)"
    round = PickRound(order: order, lines: lines)
    output.emit(orders, atNs: now) { json in
      json.member("type", "order")
      json.member("order", order)
      json.member("layout", HallPlan.id)
      json.member("start", position.name)
      json.member(
        "lines",
        array: { json in
          for line in lines {
            json.object {
              $0.member("line", line.number)
              $0.member("location", hall.locations[line.location].name)
              $0.member("gtin", line.gtin)
              $0.member("quantity", line.quantity)
            }
          }
        })
    }
    phase = .waiting
    nextNs = now + Self.patienceNs
  }

  private func pickList() -> (depot: Int, locations: [Int]) {
    if !hall.pickLists.isEmpty {
      let list = hall.pickLists[random.whole(in: 0...(hall.pickLists.count - 1))]
      return (list.depot, list.picks)
    }
    var locations: [Int] = []
    for _ in 0..<random.whole(in: 3...9) {
      let location = random.whole(in: 0...(hall.locations.count - 1))
      if !locations.contains(location) { locations.append(location) }
    }
    return (random.whole(in: 0...(hall.depots.count - 1)), locations)
  }

  // MARK: the walk

  private func scheduleNextPick(_ now: Int64) {
    guard let round, let next = round.walk.first, let line = round.line(next) else {
      nextNs = now + random.number(in: 0.2...0.8).secondsNs
      return
    }
    let metres = distance(to: hall.locations[line.location])
    nextNs = now + (metres / Self.metresPerS + random.number(in: Self.secondsPerPick)).secondsNs
  }

  /// Along aisles and cross-aisles.
  private func distance(to there: HallPlan.Location) -> Double {
    if position.aisle == there.aisle { return abs(position.y - there.y) }
    let across = abs(hall.aisles[position.aisle].x - hall.aisles[there.aisle].x)
    return across + hall.crossAisles.map { abs(position.y - $0) + abs(there.y - $0) }.min()!
  }

  private func pick(_ now: Int64, _ output: MessageOutput) {
    guard let number = round?.takeNext(), let line = round?.line(number) else {
      round = nil
      phase = .idle
      nextNs = now + random.number(in: 1...4).secondsNs
      return
    }
    position = hall.locations[line.location]
    let isShort = random.chance(0.06)
    report(isShort ? "short" : "confirmed", now, output) { json in
      json.member("line", number)
      json.member("location", position.name)
      json.member("quantity", isShort ? line.quantity - 1 : line.quantity)
    }
    if obstacle == nil, round?.walk.isEmpty == false, random.chance(0.05) { reportObstacle(now, output) }
    scheduleNextPick(now)
  }

  private func reportObstacle(_ now: Int64, _ output: MessageOutput) {
    let aisle = random.whole(in: 0...(hall.aisles.count - 1))
    guard let y = hall.gap(in: aisle, &random) else { return }
    obstacle = (aisle, y, now + random.number(in: 8...15).secondsNs)
    report("blocked", now, output) { json in
      json.member("aisle", hall.aisles[aisle].name)
      json.member("y", y)
    }
  }

  private func report(_ type: String, _ now: Int64, _ output: MessageOutput, _ members: (inout JSONWriter) -> Void) {
    output.emit(picks, atNs: now) { json in
      json.member("type", type)
      if let round { json.member("order", round.order) }
      json.member("layout", HallPlan.id)
      members(&json)
    }
  }
}
