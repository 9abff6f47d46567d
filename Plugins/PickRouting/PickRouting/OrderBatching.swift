internal import AisleRouting
package import CrossdockPlugin
internal import JSONText

/// Which orders of a hall are picked together: the exact router is the evaluator of each tour.
package enum OrderBatching {
  /// Nil: no bound.
  package struct Capacity: Sendable {
    package var units: Double?
    package var weight: Double?
    package var volume: Double?

    package init(units: Double?, weight: Double?, volume: Double?) {
      self.units = units
      self.weight = weight
      self.volume = volume
    }
  }

  private struct Order {
    var open: OpenOrder
    var batch: BatchPlanner.Order
  }

  /// Loads are thousandths, so that sums are exact.
  private static func thousandths(_ value: Double) -> Int64 { Int64((min(value, 1e12) * 1000).rounded()) }

  /// The tours as text: one line each, then what first come, first served takes.
  /// - Throws: `PluginError` when the layout or an order cannot be used, or an order is larger than a tour.
  package static func text(
    layout: [UInt8], layoutPath: String, orders text: [UInt8], ordersPath: String, _ capacity: Capacity, pickers: Int
  ) throws(PluginError) -> String {
    let hall = try LayoutReader.read(layout, path: layoutPath)
    let orders = try read(text, path: ordersPath, in: hall)
    let router = RoutePlanner()
    let start = NamedPlace(name: hall.depots[0], position: hall.places[hall.depots[0]]!)
    func route(_ members: [Int]) -> RoutePlan? {
      var lines: [RoutePlanner.Line] = []
      for member in members {
        for line in orders[member].open.lines {
          lines.append(RoutePlanner.Line(index: lines.count, places: line.places, rank: line.handling.rawValue))
        }
      }
      return try? router.plan(in: hall, blocks: hall.permanentBlocks, from: start, to: [start], lines: lines)
    }
    var planner = BatchPlanner(
      orders: orders.map(\.batch),
      capacity: [capacity.units, capacity.weight, capacity.volume].map { $0.map(thousandths) ?? Int64.max / 4 },
      pace: BatchPlanner.Pace(pickers: pickers), maximumExactTours: maximumExactTours(in: hall),
      evaluate: { members in
        guard let plan = route(members), plan.unreachable.isEmpty else { return (Int64.max / 1024, false) }
        return (plan.length, plan.length == plan.lowerBound)
      })
    if let large = planner.tooLarge.first {
      throw PluginError("order \(orders[large].open.id) is more than a tour carries")
    }
    let served = planner.firstComeFirstServed()
    let plan = planner.batch()
    var out = ""
    for (i, tour) in plan.tours.enumerated() {
      let ids = tour.map { orders[$0].open.id }.joined(separator: ", ")
      out += "tour \(i + 1): \(route(tour)?.length.metresText ?? "-"): \(ids)\n"
    }
    let saved = served.length > 0 ? 1000 * (served.length - plan.length) / served.length : 0
    out +=
      "\(plan.length.metresText) in \(plan.tours.count) tours; first come, first served \(served.length.metresText)"
    out += " in \(served.tours.count): \(saved / 10).\(abs(saved % 10)) % saved"
    if plan.lateness > 0 { out += "; late by \(Int64(plan.lateness.rounded())) s in all" }
    if plan.isOptimal { out += "; optimal" }
    return out + "\n"
  }

  /// So many that all of them are priced in some five seconds: the sweep's time goes with the cross-aisles, that of a search is its budget.
  private static func maximumExactTours(in hall: HallLayout) -> Int {
    switch hall.isPlain ? hall.geometry.crossY.count : .max {
    case ...5: 4_096
    case 6: 1_024
    default: 256
    }
  }

  private static func read(_ text: [UInt8], path: String, in hall: HallLayout) throws(PluginError) -> [Order] {
    var orders: [Order] = []
    var lines: [String: Int] = [:]
    for (i, line) in text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    where !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) {
      do {
        let document = try JSONValue.parse(Array(line))
        guard case .order(let order) = try PickMessage.parse(document) else {
          throw MemberError(member: "type", reason: "is not an order")
        }
        if let other = lines.updateValue(i + 1, forKey: order.id) {
          throw MemberError(member: "order", reason: "\(order.id) is given twice; first in line \(other)")
        }
        let open = try OpenOrder.resolve(order, in: hall, source: "")
        let loads = try OrderLoads(document)
        orders.append(
          Order(
            open: open,
            batch: BatchPlanner.Order(
              load: loads.sums.map(thousandths), lines: open.lines.count, due: loads.due)))
      } catch let error as MemberError {
        throw PluginError("\(path):\(i + 1): \(error.text)")
      } catch let refusal as Refusal {
        throw PluginError("\(path):\(i + 1): \(refusal.member): \(refusal.reason)")
      } catch {
        throw PluginError("\(path):\(i + 1): \(error)")
      }
    }
    guard !orders.isEmpty else { throw PluginError("there are no orders") }
    guard orders.count <= 500 else { throw PluginError("\(path): \(orders.count) orders; at most 500") }
    return orders
  }
}
