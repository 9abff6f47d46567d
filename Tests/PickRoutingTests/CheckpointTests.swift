import CrossdockPlugin
import Foundation
import JSONText
import Seeded
import Testing

@testable import PickRouting

@Suite struct CheckpointTests {
  /// Some message or other; most of them fit orders that are there.
  private func message(_ numbers: inout SeededNumbers) -> String {
    let locations = ["P5", "P15", "Q5", "Q10", "Q15", "R5", "R15"]
    let order = "O-\(Int.random(in: 0..<8, using: &numbers))"
    let location = locations.randomElement(using: &numbers)!
    let y = Int.random(in: 1...19, using: &numbers)
    let aisle = ["P", "Q", "R"].randomElement(using: &numbers)!
    let at = Bool.random(using: &numbers) ? "" : #","at":"\#(locations.randomElement(using: &numbers)!)""#
    let reporter = Bool.random(using: &numbers) ? "" : #""order":"\#(order)","#
    switch Int.random(in: 0..<10, using: &numbers) {
    case 0...2:
      let count = Int.random(in: 1...5, using: &numbers)
      if Bool.random(using: &numbers) {
        // What leaves a choice, and what changes while it is walked.
        let lines = (1...count).map { line in
          let places = locations.shuffled(using: &numbers).prefix(Int.random(in: 1...3, using: &numbers))
          let handling = ["heavy", "normal", "fragile"].randomElement(using: &numbers)!
          let names = places.map { #""\#($0)""# }.joined(separator: ",")
          return #"{"line":\#(line),"locations":[\#(names)],"quantity":1,"handling":"\#(handling)"}"#
        }
        let version = Int.random(in: 0...2, using: &numbers)
        return #"{"type":"order","order":"\#(order)","version":\#(version),"end":["gate","dock"],"#
          + #""lines":[\#(lines.joined(separator: ","))]}"#
      }
      return PickingBench.order(order, Array(locations.shuffled(using: &numbers).prefix(count)))
    case 3...4: return #"{"type":"confirmed","order":"\#(order)","location":"\#(location)"\#(at)}"#
    case 5: return #"{"type":"short","order":"\#(order)","location":"\#(location)"}"#
    case 6: return #"{"type":"skipped","order":"\#(order)","line":\#(Int.random(in: 1...3, using: &numbers))\#(at)}"#
    case 7: return #"{"type":"blocked",\#(reporter)"aisle":"\#(aisle)","y":\#(y)\#(at)}"#
    case 8: return #"{"type":"blocked",\#(reporter)"aisle":"\#(aisle)"\#(at)}"#
    default: return #"{"type":"unblocked",\#(reporter)"aisle":"\#(aisle)"}"#
    }
  }

  @Test func restartAtAnyPointGivesTheSameAnswers() throws {
    let seed = SeededNumbers.seed(default: 41)
    var numbers = SeededNumbers(seed)
    var statuses: [String: Int] = [:]
    var repeated: UInt64 = 0
    for _ in 0..<20 {
      let options: [String: PluginContext.Value] = ["max_reroutes": .integer(2), "max_open_orders": .integer(6)]
      let steady = try PickingBench(options: options)
      var restarted = try PickingBench(options: options)
      var latest: (String, String, Int64?)?
      for step in 0..<60 {
        let new = message(&numbers)
        let sender = "hand-\(Int.random(in: 1...3, using: &numbers))"
        // Some say when it was, some of them late; some come again.
        let time = Bool.random(using: &numbers) ? nil : Int64(step - Int.random(in: 0...5, using: &numbers))
        let isNew = Int.random(in: 0..<5, using: &numbers) > 0 || latest == nil
        let (message, source, said) = isNew ? (new, sender, time) : latest!
        latest = (message, source, said)
        let expected = try steady.send(message, source: source, saying: said, arriving: Int64(step))
        let answers = try restarted.send(message, source: source, saying: said, arriving: Int64(step))
        #expect(answers.map(\.facts) == expected.map(\.facts), "step \(step): \(message)")
        #expect(answers.map(\.emitted.source) == expected.map(\.emitted.source))
        for answer in expected { statuses[answer.status ?? "", default: 0] += 1 }
        guard Int.random(in: 0..<4, using: &numbers) == 0 else { continue }
        let checkpoint = restarted.bench.checkpoint()
        #expect(checkpoint == steady.bench.checkpoint())
        restarted = try PickingBench(options: options)
        try restarted.bench.restore(checkpoint)
        #expect(restarted.bench.checkpoint() == checkpoint)
      }
      repeated += steady.bench.counters["messages_repeated", default: 0]
    }
    // The messages must have led into every corner, or the equality above says little.
    for status in ["routed", "rerouted", "done", "refused"] {
      #expect(statuses[status, default: 0] > 10, "\(status) of \(statuses)")
    }
    #expect(repeated > 50)
  }

  @Test func routesGoOnAfterARestart() throws {
    let first = try PickingBench()
    _ = try first.order("A", ["P5", "Q10"], source: "hand-7")
    _ = try first.event("blocked", #""aisle":"Q","y":7"#)
    let second = try PickingBench()
    try second.bench.restore(first.bench.checkpoint())
    #expect(try second.order("B", ["Q10"]).distance == 80)
    let free = try second.event("unblocked", #""aisle":"Q","y":7"#)
    #expect(Set(free.map(\.order)) == ["A", "B"])
    #expect(free.first { $0.order == "A" }?.revision == 3)
    #expect(free.first { $0.order == "A" }?.emitted.source == "hand-7")
  }

  @Test func damagedCheckpointIsRefusedWhereverTheDamageIs() throws {
    let bench = try PickingBench()
    _ = try bench.order("A", ["P5", "Q10"])
    let checkpoint = bench.bench.checkpoint()
    for position in checkpoint.indices {
      var damaged = checkpoint
      damaged[position] ^= 1
      #expect(throws: PluginError.self, "byte \(position)") { try bench.bench.restore(damaged) }
    }
    for length in [0, 1, 41, 42, checkpoint.count - 1] {
      #expect(throws: PluginError.self) { try bench.bench.restore(Array(checkpoint.prefix(length))) }
    }
    #expect(throws: PluginError.self) { try bench.bench.restore(checkpoint + [32]) }
    // What was there is still there.
    #expect(try bench.event("short", #""order":"A","line":1"#).first?.revision == 2)
  }

  @Test func changedLayoutReroutesWhatItStillHasAndForgetsTheRest() throws {
    let old = try PickingBench()
    _ = try old.order("A", ["P5"])
    _ = try old.order("B", ["R15"])
    _ = try old.event("blocked", #""aisle":"Q","y":7"#)
    let hall = PickingBench.hall
      .replacing(#""version": "1""#, with: #""version": "2""#)
      .replacing(#"{"id": "P5", "aisle": "P", "y": 5}"#, with: #"{"id": "P5", "aisle": "P", "y": 6}"#)
      .replacing(#"{"id": "R5", "aisle": "R", "y": 5},"#, with: "")
      .replacing("R15", with: "R16")
    let new = try PickingBench(layouts: [hall])
    try new.bench.restore(old.bench.checkpoint())
    let answers = try new.order("C", ["Q10"])
    #expect(answers.distance == 80)
    #expect(new.bench.logLines.contains { $0.hasPrefix("forgot 1 orders") })
    let again = try new.order("A", ["P5"])
    #expect(again.revision == 2)
    #expect(again.reason == "layout")
    #expect(again.distance == 12)
    #expect(try new.event("short", #""order":"B","line":1"#).first?.reason == "order: B is not known")
  }

  private static let otherHall = PickingBench.hall
    .replacing(#""version": "1""#, with: #""version": "2""#)
    .replacing(#"{"id": "dock", "aisle": "P", "y": 0}"#, with: #"{"id": "dock", "aisle": "Q", "y": 0}"#)

  /// Killed behind its last checkpoint: the agent hands over again what came since, and nothing of that may come out otherwise.
  @Test func whatIsReplayedIsPlannedWithTheLayoutOfThen() throws {
    let old = try PickingBench()
    _ = try old.send(#"{"type":"unblocked","aisle":"P","y":3}"#)
    #expect(old.bench.isCheckpointWanted, "from the first batch on the layout is known")
    let saved = old.bench.checkpoint()
    let order = PickingBench.order("A", ["P5", "R15", "Q10"])
    let first = try #require(try old.send(order).first)
    #expect(!old.bench.isCheckpointWanted)
    let second = try #require(try old.event("confirmed", #""order":"A","line":1"#).first)
    let latest = try #require(second.revision)

    let new = try PickingBench(layouts: [Self.otherHall])
    try new.bench.restore(saved)
    new.bench.add(stream: "picks", source: "hand-1", eventTimeNs: 2, body: order)
    let replayed = try new.bench.run(isReplay: true).map(Answer.init)
    #expect(replayed.map(\.facts) == [first.facts])
    #expect(!new.bench.isCheckpointWanted)
    new.bench.add(
      stream: "picks", source: "hand-1", eventTimeNs: 3, body: #"{"type":"confirmed","order":"A","line":1}"#)
    #expect(try new.bench.run(isReplay: true).map { try Answer($0).facts } == [second.facts])
    #expect(new.bench.checkpoint() == old.bench.checkpoint())

    let answers = try new.send(order)
    #expect(answers.map(\.revision) == [latest + 1] && answers.first?.reason == "layout")
    #expect(answers.first?.json["layout_version"]?.string == "2")
    #expect(new.bench.isCheckpointWanted, "no replay may go back behind the change")
    #expect(try new.send(order).map(\.revision) == [latest + 1])
    #expect(!new.bench.isCheckpointWanted)
  }

  @Test func aCleanRestartWithAnotherLayoutGivesTheNextRevision() throws {
    let old = try PickingBench()
    let order = PickingBench.order("A", ["P5", "R15", "Q10"])
    _ = try old.send(order)
    let new = try PickingBench(layouts: [Self.otherHall])
    try new.bench.restore(old.bench.checkpoint())
    let answers = try new.send(#"{"type":"confirmed","order":"A","line":9}"#)
    #expect(answers.map(\.status) == ["refused", "rerouted"])
    #expect(answers.last?.revision == 2 && answers.last?.reason == "layout")
    let again = try #require(try new.send(order).first)
    #expect(again.revision == 2 && again.json["layout_version"]?.string == "2")
  }

  @Test func aChangedLayoutIsToldThoughBlocksChangeToo() throws {
    let old = try PickingBench()
    for order in ["A", "B"] { _ = try old.order(order, ["P5"]) }
    let new = try PickingBench(layouts: [Self.otherHall], options: ["max_reroutes": .integer(1)])
    try new.bench.restore(old.bench.checkpoint())
    var reasons: [String?] = []
    for y in [3, 4] { reasons += try new.event("blocked", #""aisle":"R","y":\#(y)"#).map(\.reason) }
    #expect(reasons == ["layout", "layout"])
  }

  @Test func layoutsTooLargeForACheckpointHaveOneWithEachDecision() throws {
    let text = String(repeating: "x", count: 300_000)
    let hall = PickingBench.hall.replacing(#""version""#, with: #""description": "\#(text)", "version""#)
    let bench = try PickingBench(layouts: [hall])
    _ = try bench.order("A", ["P5", "R5"])
    #expect(bench.bench.isCheckpointWanted && bench.bench.checkpoint().count < 10_000)
    _ = try bench.order("A", ["P5", "R5"])
    #expect(!bench.bench.isCheckpointWanted)
    _ = try bench.event("short", #""order":"A","line":1"#)
    #expect(bench.bench.isCheckpointWanted)
  }
}
