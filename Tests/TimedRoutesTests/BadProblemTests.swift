import Testing

@testable import TimedRoutes

@Suite struct BadProblemTests {
  private static var good: StopProblem {
    StopProblem(
      travel: TravelTimes(.init(count: 3, values: [0, 1, 2, 1, 0, 1, 2, 1, 0])),
      windows: Array(repeating: .init(ready: 0, due: 9), count: 3))
  }

  private func refusal(_ change: (inout StopProblem) -> Void) -> String {
    var problem = Self.good
    change(&problem)
    do throws(SequencingError) {
      _ = try StopSequencer.plan(problem, SearchBudget(steps: 10))
      return "taken"
    } catch {
      return error.description
    }
  }

  @Test func whatHasNoMeaningIsRefusedByName() {
    #expect(refusal { $0.travel.slots[0].matrix.values.removeLast() } == "matrix: is not square: 8 times for 3 places")
    #expect(refusal { $0.travel.slots[0].matrix[1, 2] = -1 }.hasPrefix("matrix: from place 1 to 2 is -1"))
    #expect(refusal { $0.windows[1].ready = -1 } == "windows: of place 1 has a negative time")
    #expect(refusal { $0.windows[1] = .init(ready: 5, due: 4) } == "windows: of place 1 ends before it begins")
    #expect(refusal { $0.windows.removeLast() } == "windows: are 2 for 3 places")
    #expect(refusal { $0.service[1] = -1 }.hasPrefix("service: of place 1"))
    #expect(refusal { $0.stops = [1, 1] } == "stops: 1 stands there twice")
    #expect(refusal { $0.stops = [0] } == "stops: 0 is the start or the end")
    #expect(refusal { $0.stops = [7] } == "stops: 7 is not a place")
    #expect(
      refusal { $0.precedences = [.init(first: 1, second: 2), .init(first: 2, second: 1)] }
        == "precedences: lead in a circle")
    #expect(
      refusal {
        $0.demands = [0, 5, 0]; $0.capacity = 3
      }.hasPrefix("demands: leave 5 on board"))
  }

  @Test func noStopsAreASequence() throws {
    var problem = Self.good
    problem.stops = []
    let plan = try StopSequencer.plan(problem, SearchBudget(steps: 10))
    #expect(plan.order.isEmpty && plan.isOptimal && plan.travel == 0)
  }

  @Test func fiveThousandStopsAreRefused() {
    let count = 5_001
    let problem = StopProblem(
      travel: TravelTimes(.init(count: count, values: [])),
      windows: Array(repeating: .init(ready: 0, due: 1), count: count))
    #expect(throws: SequencingError.badProblem("matrix", "has 5001 places; at most 1001")) {
      try StopSequencer.plan(problem, SearchBudget(steps: 10))
    }
  }

  @Test func textThatIsNoInstanceIsRefusedWithItsLine() {
    func failure(_ text: String) -> InstanceSyntaxError? {
      do throws(InstanceSyntaxError) {
        _ = try StopInstance(parsing: Array(text.utf8))
        return nil
      } catch {
        return error
      }
    }
    #expect(failure("2\n0 1\n1 0\n0 9\n0 9\n") == nil)
    #expect(failure("")?.line == 0)
    #expect(
      failure("2\n0 1\n1\n0 9\n0 9\n")
        == .init(line: 3, reason: "the matrix has 1 numbers in row 1, not 2: it is not square"))
    #expect(failure("2\n0 nan\n1 0\n0 9\n0 9\n") == .init(line: 2, reason: "`nan` is not a number from 0 on"))
    #expect(failure("2\n0 1\n1 0\n0 9\n-3 9\n") == .init(line: 5, reason: "`-3` is not a number from 0 on"))
    #expect(failure("2\n0 1\n1 0\n0 9\n5 4\n") == .init(line: 5, reason: "the window of place 1 ends before it begins"))
    #expect(failure("5000\n")?.line == 1)
  }

  @Test func anyBytesGiveAnInstanceOrAnError() throws {
    var random = RandomProblem(900)
    let good = Array("3\n0 1 2.5\n1 0 1\n2 1 0\n0 9\n0 9.25\n1 9\n".utf8)
    for _ in 0..<2_000 {
      var bytes = good
      for _ in 0...random.below(3) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
      guard let instance = try? StopInstance(parsing: bytes) else { continue }
      _ = try StopSequencer.plan(instance.problem, SearchBudget(steps: 5))
    }
  }
}
