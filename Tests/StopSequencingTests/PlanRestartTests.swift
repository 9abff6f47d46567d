import CrossdockPlugin
import JSONText
import Seeded
import Testing

@testable import StopSequencing

/// Restarted at any point, the model goes on as it would have.
@Suite struct PlanRestartTests {
  private static let places = ["depot", "A", "B", "C", "D"]

  private func plan(_ id: Int, _ numbers: inout SeededNumbers) -> String {
    var more = ""
    if Bool.random(using: &numbers) { more += #","sequence":["D","C","B","A"]"# }
    if Bool.random(using: &numbers) { more += #","precedence":[["C","A"]]"# }
    if Int.random(in: 0..<3, using: &numbers) == 0 { more += #","objective":"makespan""# }
    return PlanBench.plan("R\(id)", more: more, dueOfD: [1_200, 1_500, 5_000].randomElement(using: &numbers)!)
  }

  private func event(_ step: Int, _ numbers: inout SeededNumbers) -> String {
    let id = Int.random(in: 1...3, using: &numbers)
    let place = Self.places.randomElement(using: &numbers)!
    let stop = Self.places.dropFirst().randomElement(using: &numbers)!
    let other = Self.places.randomElement(using: &numbers)!
    let time = 1_000 + 20 * step - 10 * Int.random(in: 0...8, using: &numbers)
    let said = ["", #","time":\#(time)"#, #","id":\#(step)"#].randomElement(using: &numbers)!
    let arc = [#","to":"\#(other)""#, #","from":"\#(place)","to":"\#(other)""#, #","from":"\#(place)""#]
      .randomElement(using: &numbers)!
    let head = #","plan":"R\#(id)""#
    switch Int.random(in: 0..<16, using: &numbers) {
    case 0...1: return plan(id, &numbers)
    case 2...5: return #"{"type":"done"\#(head),"stop":"\#(stop)","time":\#(time)}"#
    case 13...14: return #"{"type":"skipped"\#(head),"stop":"\#(stop)"}"#
    case 6: return #"{"type":"position"\#(head),"at":"\#(place)","time":\#(time)}"#
    case 7: return #"{"type":"position"\#(head),"travel":[9,80,170,\#(step),400],"time":\#(time)}"#
    case 8: return #"{"type":"delay"\#(head),"time":\#(time)}"#
    case 9...10: return #"{"type":"closed"\#(head)\#(arc)\#(said)}"#
    case 11: return #"{"type":"slowed"\#(head)\#(arc),"factor":\#(1 + Double(step % 7) / 4)\#(said)}"#
    case 12: return #"{"type":"opened"\#(head)\#(arc)\#(said)}"#
    default: return #"{"type":"opened"\#(head)\#(said)}"#
    }
  }

  private func facts(_ answers: [JSONValue]) -> [JSONValue] {
    answers.map { .object(($0.object ?? []).filter { $0.key != "time_us" }) }
  }

  @Test func restartAtRandomPointsGivesTheSameSequences() throws {
    let seed = SeededNumbers.seed(default: 17)
    var numbers = SeededNumbers(seed)
    var statuses: [String: Int] = [:]
    var repeated: UInt64 = 0
    for round in 0..<8 {
      let steady = try PlanBench(maximumPlans: 2)
      var restarted = try PlanBench(maximumPlans: 2)
      var latest = ""
      for step in 0..<60 {
        // Some come again.
        if latest.isEmpty || Int.random(in: 0..<5, using: &numbers) > 0 { latest = event(step, &numbers) }
        let expected = facts(try steady.send(latest))
        #expect(facts(try restarted.send(latest)) == expected, "seed \(seed) round \(round) step \(step): \(latest)")
        for answer in expected { statuses[answer["status"]?.string ?? "", default: 0] += 1 }
        guard Int.random(in: 0..<4, using: &numbers) == 0 else { continue }
        let checkpoint = restarted.bench.checkpoint()
        #expect(checkpoint == steady.bench.checkpoint(), "seed \(seed) round \(round) step \(step): \(latest)")
        restarted = try PlanBench(maximumPlans: 2, time: Int64(step) + 1)
        try restarted.bench.restore(checkpoint)
        #expect(restarted.bench.checkpoint() == checkpoint)
      }
      repeated += steady.bench.counters["messages_repeated", default: 0]
    }
    // The messages must have led into every corner, or the equality above says little.
    for status in ["sequenced", "resequenced", "done", "refused"] {
      #expect(statuses[status, default: 0] > 3, "\(status) of \(statuses)")
    }
    #expect(repeated > 20, "\(repeated)")
  }
}
