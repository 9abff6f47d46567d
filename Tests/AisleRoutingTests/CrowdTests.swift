import Seeded
import Testing

@testable import AisleRouting

@Suite struct CrowdTests {
  @Test func staysAreWhereStopsAre() {
    let stays = CrowdForecast.stays(
      legs: [5_000, 2_000, 9_000], aisles: [3, 3, 4], startingIn: 0, at: 0, .init(speed: 1_000, secondsPerPick: 10))
    #expect(stays == [.init(aisle: 3, from: 5, to: 27), .init(aisle: 4, from: 36, to: 46)])
  }

  @Test func aWalkIsTurnedRoundWhenItsFirstAisleIsCrowded() throws {
    let layout = AisleLayout(aisleX: [0, 5_000, 10_000], crossY: [0, 20_000])
    let depot = AislePosition(aisle: 1, y: 0)
    let places = [depot, .init(aisle: 0, y: 10_000), .init(aisle: 2, y: 10_000)]
    let metric = DistanceMetric(layout: layout)
    let problem = VisitProblem(
      matrix: places.flatMap { a in places.map { metric.distance(from: a, to: $0)! } }, placeCount: 3, start: 0,
      ends: [0], visits: [[1], [2]])
    var crowd = CrowdForecast()
    crowd.add(.init(aisle: 0, from: 0, to: 30))
    let aisles = places.map(\.aisle)
    #expect(problem.avoiding(crowd, price: 5_000, places: [1, 2], end: 0, aisles: aisles) == [2, 1])
    #expect(problem.avoiding(CrowdForecast(), price: 5_000, places: [1, 2], end: 0, aisles: aisles) == [1, 2])
  }

  /// Ten narrow aisles, eight pickers, 160 orders of eight to fifteen lines.
  @Test func pricingCrowdedAislesShortensAShift() throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    let layout = AisleLayout(aisleX: (0..<10).map { $0 * 3_500 }, crossY: [0, 30_000])
    let orders = (0..<160).map { _ in
      (0..<Int.random(in: 8...15, using: &random)).map { _ in
        AislePosition(
          aisle: Int.random(in: 0..<10, using: &random), y: 1_000 * Int64.random(in: 1...29, using: &random))
      }
    }
    let shift = ShiftSimulation(
      layout: layout, depot: .init(aisle: 0, y: 0), orders: orders, pickers: 8, hindrance: 6)
    let without = try shift.run(price: 0)
    let with = try shift.run(price: 6_000)
    print(
      "shift: \(Int(without.seconds)) s, \(Int(without.hindered)) s hindered, \(without.length / 1000) m;"
        + " priced: \(Int(with.seconds)) s, \(Int(with.hindered)) s hindered, \(with.length / 1000) m")
    #expect(with.hindered < without.hindered, "seed \(seed)")
    #expect(with.seconds < without.seconds * 1.01, "seed \(seed)")
  }
}
