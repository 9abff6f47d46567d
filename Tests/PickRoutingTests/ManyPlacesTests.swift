import JSONText
import Seeded
import Testing

@testable import AisleRouting
@testable import PickRouting

/// Orders with more different places than the search takes on: it is given fewer of them.
@Suite struct ManyPlacesTests {
  private static let aisles = 40

  /// One-way aisles, so that the sweep does not apply; 3,200 locations.
  private static let layout: HallLayout = {
    let parts = (0..<aisles).map { aisle in
      let isOneWay = aisle > 0 && aisle < aisles - 1
      let direction = isOneWay ? #","one_way":"\#(aisle % 2 == 0 ? "up" : "down")""# : ""
      return #"{"id":"A\#(aisle)","x":\#(aisle * 5)\#(direction)}"#
    }
    let text = """
      {"format":"crossdock-layout/1","id":"many","version":"1","aisles":[\(parts.joined(separator: ","))],
       "cross_aisles":[0,42,84],"bays":[{"id":"{aisle}-{bay:2}","first_y":1,"pitch":1,"count":80}],
       "depots":[{"id":"dock","aisle":"A0","y":0},{"id":"gate","aisle":"A3","y":84}]}
      """
    return try! LayoutReader.read(Array(text.utf8), path: "many.layout.json")
  }()

  private let planner = RoutePlanner(searchBudgetMs: 1)
  private let dock = NamedPlace(name: "dock", position: layout.places["dock"]!)
  private let gate = NamedPlace(name: "gate", position: layout.places["gate"]!)
  private static let locations = layout.places.filter { $0.key.contains("-") }
    .map { NamedPlace(name: $0.key, position: $0.value) }.sorted { $0.name < $1.name }

  private func lines(
    _ count: Int, each: Int, ranks: Int = 1, _ random: inout SeededNumbers
  ) -> [RoutePlanner.Line] {
    (0..<count).map { index in
      RoutePlanner.Line(
        index: index, places: (0..<each).map { _ in Self.locations.randomElement(using: &random)! }, rank: index % ranks
      )
    }
  }

  /// Served once each, at one of its places, in the order of ranks; the walk's legs measured again.
  private func check(
    _ plan: RoutePlan, _ lines: [RoutePlanner.Line], to end: NamedPlace, _ note: Comment
  ) {
    #expect(plan.stops.sorted() == lines.map(\.index) && plan.unreachable.isEmpty, note)
    #expect(zip(plan.stops, plan.places).allSatisfy { lines[$0].places.contains($1) }, note)
    #expect(zip(plan.stops, plan.stops.dropFirst()).allSatisfy { lines[$0].rank <= lines[$1].rank }, note)
    let paths = planner.paths(of: Self.layout, blocks: [])
    var (length, here) = (Int64(0), dock)
    for place in plan.places + [end] {
      if place != here { length += paths.distance(from: here.position, to: place.position)! }
      here = place
    }
    #expect(length == plan.length && plan.lowerBound <= plan.length && plan.lowerBound > 0, note)
  }

  @Test(arguments: [(150, 10, 1), (120, 16, 3)])
  func allAreServedAndTheBoundIsBelowOtherWalks(count: Int, each: Int, ranks: Int) throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    let lines = lines(count, each: each, ranks: ranks, &random)
    #expect(Set(lines.flatMap { $0.places.map(\.name) }).count > RoutingLimits.maximumVisitPlaces)
    let plan = try planner.plan(in: Self.layout, blocks: [], from: dock, to: [gate], lines: lines)
    check(plan, lines, to: gate, "seed \(seed)")
    // Any other choice of places is a walk as well, and the bound must be below it too.
    for choice in 0..<2 {
      let chosen = lines.map { RoutePlanner.Line(index: $0.index, places: [$0.places[choice]], rank: $0.rank) }
      let other = try planner.plan(in: Self.layout, blocks: [], from: dock, to: [gate], lines: chosen)
      #expect(plan.lowerBound <= other.length && plan.length < other.length, "seed \(seed)")
    }
  }

  /// One place has everything: there and back is the shortest walk, and known to be.
  @Test func aPlaceThatHasEverythingIsFoundAndProven() throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    var lines = lines(150, each: 12, &random)
    let near = NamedPlace(name: "A0-05", position: Self.layout.places["A0-05"]!)
    for line in lines.indices { lines[line].places[line % 12] = near }
    let plan = try planner.plan(in: Self.layout, blocks: [], from: dock, to: [dock], lines: lines)
    check(plan, lines, to: dock, "seed \(seed)")
    #expect(plan.length == 10_000, "seed \(seed): \(plan.places.map(\.name))")
    #expect(plan.lowerBound <= 10_000, "seed \(seed)")
  }

  /// The most that an order has: 1000 lines of 16 places.
  @Test func theLargestOrderIsServed() throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    let lines = lines(PickRoutingLimits.maximumLinesPerOrder, each: PickRoutingLimits.maximumAlternatives, &random)
    let plan = try planner.plan(in: Self.layout, blocks: [], from: dock, to: [dock, gate], lines: lines)
    check(plan, lines, to: try #require(plan.end), "seed \(seed)")
  }

  /// What is left of a tour is never planned longer than it was, though fewer lines choose other aisles.
  @Test func theRestOfATourIsNotLongerThanItWas() throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    var lines = lines(160, each: 10, &random)
    var plan = try planner.plan(in: Self.layout, blocks: [], from: dock, to: [gate], lines: lines)
    for round in 0..<3 {
      let place = plan.places[0]
      let walked = plan.stops.prefix { stop in plan.places[plan.stops.firstIndex(of: stop)!] == place }
      let left = plan.length - plan.walks[0]
      let done = Set(walked)
      for (stop, place) in zip(plan.stops, plan.places) {
        lines[lines.firstIndex { $0.index == stop }!].planned = place
      }
      lines.removeAll { done.contains($0.index) }
      plan = try planner.plan(
        in: Self.layout, blocks: [], from: place, to: [gate], lines: lines, warm: plan.stops)
      #expect(plan.length <= left, "seed \(seed) round \(round)")
    }
  }
}
