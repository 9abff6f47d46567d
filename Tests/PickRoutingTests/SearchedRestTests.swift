import AisleRouting
import Seeded
import Testing

@testable import PickRouting

/// Nine cross-aisles: more than the sweep has tables for, so that walks are searched for.
@Suite struct SearchedRestTests {
  private static let layout: HallLayout = {
    let aisles = (0..<6).map { #"{"id":"A\#($0)","x":\#($0 * 7)}"# }.joined(separator: ",")
    let text = """
      {"format":"crossdock-layout/1","id":"nine","version":"1","aisles":[\(aisles)],
       "cross_aisles":[0,10,20,30,40,50,60,70,80],"bays":[{"id":"{aisle}-{bay:2}","first_y":1,"pitch":2,"count":40}],
       "depots":[{"id":"dock","aisle":"A0","y":0}]}
      """
    return try! LayoutReader.read(Array(text.utf8), path: "nine.layout.json")
  }()

  @Test func theRestOfATourIsNotLongerThanItWas() throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    let planner = RoutePlanner(searchBudgetMs: 1)
    let dock = NamedPlace(name: "dock", position: try #require(Self.layout.places["dock"]))
    let names = Self.layout.places.keys.filter { $0.contains("-") }.sorted()
    for round in 0..<3 {
      var lines = (0..<25).map { index in
        let name = names.randomElement(using: &random)!
        return RoutePlanner.Line(
          index: index, places: [NamedPlace(name: name, position: Self.layout.places[name]!)], rank: 0)
      }
      var plan = try planner.plan(in: Self.layout, blocks: [], from: dock, to: [dock], lines: lines)
      while lines.count > 14 {
        let (stop, place) = (plan.stops[0], plan.places[0])
        let left = plan.length - plan.walks[0]
        lines.removeAll { $0.index == stop }
        plan = try planner.plan(in: Self.layout, blocks: [], from: place, to: [dock], lines: lines, warm: plan.stops)
        #expect(plan.length <= left && plan.lowerBound <= plan.length, "seed \(seed) round \(round)")
        #expect(
          plan.length == plan.walks.reduce(0, +) && plan.stops.count == lines.count, "seed \(seed) round \(round)")
      }
    }
  }
}
