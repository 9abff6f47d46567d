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
      evaluate: { 2 * $0.map { places[$0] }.max()! })
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
        orders: loads.map { .init(load: [$0, 2]) }, capacity: [7, 6], evaluate: { 2 * $0.map { places[$0] }.max()! })
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
      pace: .init(pickers: 1, speed: 1, secondsPerLine: 1), evaluate: { $0.count == 2 ? 12 : 10 })
    let plan = planner.batch()
    #expect(plan.tours == [[0], [1]])
    #expect(plan.lateness == 0)
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
      evaluate: { instance.route($0, budgetMs: 5).length })
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
