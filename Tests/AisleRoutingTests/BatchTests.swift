import Fixtures
import Foundation
import Seeded
import Testing

@testable import AisleRouting

@Suite struct BatchTests {
  /// Orders on a line: a tour is twice as long as its farthest order is away.
  private static func planner(_ places: [Int64], capacity: Int64) -> BatchPlanner {
    BatchPlanner(
      orders: places.map { _ in .init(load: [1], lines: 1) }, capacity: [capacity],
      evaluate: { (2 * $0.map { places[$0] }.max()!, true) })
  }

  @Test func ordersThatLieTogetherArePickedTogether() {
    var planner = Self.planner([10, 90, 11, 91, 12, 92], capacity: 3)
    #expect(planner.firstComeFirstServed().length == 2 * 90 + 2 * 92)
    let plan = planner.batch()
    #expect(plan.length == 2 * 12 + 2 * 92)
    #expect(plan.tours == [[0, 2, 4], [1, 3, 5]])
  }

  @Test func noTourIsTooFullAndEveryOrderIsInOne() {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    for round in 0..<30 {
      let count = Int.random(in: 1...14, using: &random)
      let places = (0..<count).map { _ in Int64.random(in: 1...100, using: &random) }
      let loads = (0..<count).map { _ in Int64.random(in: 1...5, using: &random) }
      var planner = BatchPlanner(
        orders: loads.map { .init(load: [$0, 2]) }, capacity: [7, 6],
        evaluate: { (2 * $0.map { places[$0] }.max()!, true) })
      let served = planner.firstComeFirstServed()
      let plan = planner.batch()
      #expect(plan.tours.flatMap { $0 }.sorted() == Array(0..<count), "seed \(seed) round \(round)")
      #expect(plan.tours.allSatisfy { $0.reduce(0) { $0 + loads[$1] } <= 7 && $0.count <= 3 })
      #expect(plan.length <= served.length)
    }
  }

  @Test func dueOrdersComeFirstAndAreNotLateForOthersSake() {
    // Together the two would be shorter, but the first would be late.
    var planner = BatchPlanner(
      orders: [.init(load: [1], lines: 1, due: 30), .init(load: [1], lines: 60)], capacity: [2],
      pace: .init(pickers: 1, speed: 1, secondsPerLine: 1), evaluate: { ($0.count == 2 ? 12 : 10, true) })
    let plan = planner.batch()
    #expect(plan.tours == [[0], [1]])
    #expect(plan.lateness == 0)
  }

  /// All partitions of some orders.
  private static func partitions(_ orders: ArraySlice<Int>) -> [[[Int]]] {
    guard let first = orders.first else { return [[]] }
    return partitions(orders.dropFirst()).flatMap { rest in
      [[[first]] + rest]
        + rest.indices.map { index in
          var changed = rest
          changed[index].insert(first, at: 0)
          return changed
        }
    }
  }

  /// Lateness and length of tours, as the planner counts them: told here once more, in words of the tours alone.
  private static func value(
    _ tours: [[Int]], _ orders: [BatchPlanner.Order], _ pace: BatchPlanner.Pace, _ length: ([Int]) -> Int64
  ) -> (lateness: Double, length: Int64) {
    func due(_ order: Int) -> Double { orders[order].due ?? .infinity }
    let sequence = tours.sorted { a, b in
      let (first, second) = (a.min { (due($0), $0) < (due($1), $1) }!, b.min { (due($0), $0) < (due($1), $1) }!)
      return (due(first), first) < (due(second), second)
    }
    var free = [Double](repeating: 0, count: pace.pickers)
    var late = 0.0
    for tour in sequence {
      free.sort()
      free[0] +=
        Double(length(tour)) / pace.speed + pace.secondsPerLine * Double(tour.reduce(0) { $0 + orders[$1].lines })
      for order in tour { late += max(0, free[0] - due(order)) }
    }
    return (late, tours.reduce(0) { $0 + length($1) })
  }

  /// Against every partition, with capacities of two kinds, due times and several pickers; tours in a small hall, by the sweep.
  @Test func fewOrdersArePutTogetherAsWellAsCanBe() throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    let hall = AisleLayout(aisleX: [0, 5, 10, 15, 20], crossY: [0, 20, 40])
    let router = AisleRouter()
    var (improved, late) = (0, 0)
    for round in 0..<150 {
      let count = Int.random(in: 3...7, using: &random)
      let picks = (0..<count).map { _ in
        (0..<Int.random(in: 1...3, using: &random)).map { _ in
          AislePosition(aisle: Int.random(in: 0..<5, using: &random), y: Int64.random(in: 0...40, using: &random))
        }
      }
      let isTimed = Bool.random(using: &random)
      let orders = picks.map { picks in
        let due =
          isTimed && Int.random(in: 0..<3, using: &random) > 0 ? Double(Int.random(in: 20...300, using: &random)) : nil
        return BatchPlanner.Order(
          load: [Int64(picks.count), Int64.random(in: 1...4, using: &random)], lines: picks.count, due: due)
      }
      let pace = BatchPlanner.Pace(pickers: Int.random(in: 1...3, using: &random), speed: 1, secondsPerLine: 4)
      let capacity = [Int64.random(in: 3...8, using: &random), Int64.random(in: 4...9, using: &random)]
      var walks: [[Int]: Int64] = [:]
      func length(_ tour: [Int]) -> Int64 {
        let key = tour.sorted()
        if let known = walks[key] { return known }
        let stops = Set(key.flatMap { picks[$0] }).sorted { ($0.aisle, $0.y) < ($1.aisle, $1.y) }
        let depot = AislePosition(aisle: 0, y: 0)
        walks[key] = try! router.route(RouteProblem(layout: hall, start: depot, end: depot, picks: stops)).length
        return walks[key]!
      }
      var planner = BatchPlanner(orders: orders, capacity: capacity, pace: pace, evaluate: { (length($0), true) })
      let plan = planner.batch()
      var best = (lateness: Double.infinity, length: Int64.max)
      for tours in Self.partitions(Array(orders.indices)[...]) {
        let fits = tours.allSatisfy { tour in
          (0..<2).allSatisfy { kind in tour.reduce(0) { $0 + orders[$1].load[kind] } <= capacity[kind] }
        }
        guard fits else { continue }
        let value = Self.value(tours, orders, pace, length)
        if value < best { best = value }
      }
      #expect(plan.isOptimal, "seed \(seed) round \(round)")
      #expect(plan.length == best.length && abs(plan.lateness - best.lateness) < 1e-6, "seed \(seed) round \(round)")
      #expect(Self.value(plan.tours, orders, pace, length).length == plan.length)
      var heuristic = BatchPlanner(
        orders: orders, capacity: capacity, pace: pace, maximumExactTours: 0, evaluate: { (length($0), true) })
      let other = heuristic.batch()
      #expect(!other.isOptimal)
      if (plan.lateness, plan.length) < (other.lateness, other.length) { improved += 1 }
      if plan.lateness > 0 { late += 1 }
    }
    #expect(improved > 0 && late > 5, "\(improved) improved, \(late) late: seed \(seed)")
  }

  @Test func optimalIsSaidOnlyOfWalksThatAreProvenAndOfFewOrders() {
    func planner(_ count: Int, isProven: Bool) -> BatchPlanner {
      BatchPlanner(
        orders: (0..<count).map { _ in .init(load: [1]) }, capacity: [2], evaluate: { (Int64($0.count + 3), isProven) })
    }
    var (proven, unproven, many) = (
      planner(12, isProven: true), planner(12, isProven: false), planner(13, isProven: true)
    )
    #expect(proven.batch().isOptimal && !unproven.batch().isOptimal && !many.batch().isOptimal)
  }

  @Test func tooManyLabelsAreNoAnswer() {
    let lengths = (0..<16).map { set -> Int64? in set == 0 ? nil : Int64(10 + set.nonzeroBitCount) }
    func tours(_ maximumLabels: Int) -> [Int]? {
      var programme = BatchProgramme(
        due: [20, 30, 40, 50], lines: [1, 1, 1, 1], lengths: lengths,
        pace: .init(pickers: 2, speed: 1, secondsPerLine: 1),
        maximumLabels: maximumLabels)
      return programme.tours(betterThan: (.infinity, .max))
    }
    #expect(tours(10) == nil)
    #expect(tours(1_000) == [15])
  }

  @Test func orderLargerThanATourIsNamed() {
    #expect(Self.planner([1, 2], capacity: 0).tooLarge == [0, 1])
  }

  /// Optima of Briant et al. 2020, in hundredths.
  @Test(arguments: [(5, 34_859), (6, 36_481), (7, 37_481), (8, 50_375), (9, 53_961)] as [(Int, Int64)])
  func foodmartIsBatchedToTheOptimum(orders: Int, optimum: Int64) throws {
    guard let data = DataSets.named else { return }
    let path = data.appending(path: "routing/foodmart/instances_d5_ord\(orders)_MAL.txt").path
    guard let bytes = FileManager.default.contents(atPath: path) else { return }
    let instance = try BatchInstance.parse(Array(bytes))
    #expect(instance.orderBoxes.count == orders)
    var planner = BatchPlanner(
      orders: instance.orderBoxes.map { .init(load: [$0]) }, capacity: [instance.boxes],
      maximumExactTours: 0, evaluate: { (instance.route($0, budgetMs: 5).length, false) })
    let plan = planner.batch()
    #expect(min(plan.length, instance.length(plan.tours, budgetMs: 100)) == optimum)
  }

  @Test func textThatIsNoInstanceIsRefusedWithItsLine() {
    #expect(throws: RouteInstanceSyntaxError(line: 1, reason: "expected a section //NbLocations")) {
      try BatchInstance.parse(Array("hello".utf8))
    }
    #expect(throws: RouteInstanceSyntaxError.self) { try BatchInstance.parse([]) }
  }
}
