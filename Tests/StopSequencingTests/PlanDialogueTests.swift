import CrossdockPlugin
import JSONText
import Seeded
import Testing

@testable import StopSequencing

/// The model behind the C contract: a line of places A B C D, 100 s apart, with the depot at its beginning.
final class PlanBench {
  let bench: PluginBench
  /// Of the latest message.
  private var time: Int64

  init(maximumPlans: Int64 = 20, time: Int64 = 0) throws {
    self.time = time
    bench = try PluginBench(
      StopSequencingModel.self, options: ["max_plans": .integer(maximumPlans), "reply_prefix": .string("r/")],
      streams: ["stops", "sequences"].map { .init(name: $0, columns: []) }, writes: ["sequences"])
  }

  func send(_ body: String) throws -> [JSONValue] {
    time += 1
    bench.add(stream: "stops", source: "truck-1", eventTimeNs: time, body: body)
    return try bench.run().map { try JSONValue.parse($0.body) }
  }

  /// A new instance with the state of another one.
  static func goneOn(_ other: PlanBench) throws -> PlanBench {
    let fresh = try PlanBench()
    try fresh.bench.restore(other.bench.checkpoint())
    return fresh
  }

  static func plan(_ id: String = "R1", more: String = "", dueOfD: Int = 5_000) -> String {
    let rows = (0..<5).map { a in "[" + (0..<5).map { "\(abs(a - $0) * 100)" }.joined(separator: ",") + "]" }
    return
      #"{"type":"plan","plan":"\#(id)","places":["depot","A","B","C","D"],"matrix":[\#(rows.joined(separator: ","))],"#
      + #""start":"depot","end":"depot","departure":1000,"stops":[{"place":"D","due":\#(dueOfD)},{"place":"B","service":30},"#
      + #"{"place":"A"},{"place":"C"}]\#(more)}"#
  }
}

extension JSONValue {
  fileprivate var stops: [String] { (self["sequence"]?.array ?? []).compactMap { $0["stop"]?.string } }
  fileprivate var states: [String] { (self["sequence"]?.array ?? []).compactMap { $0["state"]?.string } }
  fileprivate var facts: JSONValue { .object((object ?? []).filter { $0.key != "time_us" }) }
}

@Suite struct PlanDialogueTests {
  @Test func aPlanIsAnsweredWithItsSequenceAndTimes() throws {
    let bench = try PlanBench()
    let answer = try #require(try bench.send(PlanBench.plan()).first)
    #expect(answer["status"]?.string == "sequenced" && answer["revision"]?.integer == 1)
    #expect(answer["travel_s"]?.integer == 800 && answer["late_s"]?.integer == 0)
    #expect(answer["optimal"]?.bool == true)
    #expect(answer["end"]?["eta_s"]?.integer == 1_830)
  }

  @Test func theSamePlanAgainHasTheSameAnswerAndAnotherOneIsRefused() throws {
    let bench = try PlanBench()
    let first = try #require(try bench.send(PlanBench.plan()).first)
    #expect(try bench.send(PlanBench.plan()).map(\.facts) == [first.facts])
    let other = try #require(try bench.send(PlanBench.plan(dueOfD: 4_000)).first)
    #expect(other["status"]?.string == "refused" && other["member"]?.string == "plan")
  }

  /// A stop done in its turn gives no new revision; who asks again is told of it all the same, after a checkpoint too.
  @Test func thePlanAgainTellsWhatHasHappenedToItsStops() throws {
    let bench = try PlanBench()
    let first = try #require(try bench.send(PlanBench.plan()).first)
    #expect(first.states == ["open", "open", "open", "open"])
    #expect(try bench.send(#"{"type":"done","plan":"R1","stop":"\#(first.stops[0])","time":1100}"#).isEmpty)
    for bench in [bench, try PlanBench.goneOn(bench)] {
      let again = try #require(try bench.send(PlanBench.plan()).first)
      #expect(again["revision"]?.integer == 1 && again.stops == first.stops)
      #expect(again.states == ["done", "open", "open", "open"])
    }
    // The next revision is of what is left.
    let next = try #require(
      try bench.send(#"{"type":"skipped","plan":"R1","stop":"\#(first.stops[1])"}"#).first)
    #expect(next["revision"]?.integer == 2 && next.states == ["open", "open"])
  }

  @Test func aDelayPutsTheUrgentStopFirst() throws {
    let bench = try PlanBench()
    _ = try bench.send(PlanBench.plan(more: #","sequence":["A","B","C","D"]"#, dueOfD: 1_500))
    let late = try #require(
      try bench.send(#"{"type":"position","plan":"R1","time":1090,"at":"depot"}"#).first)
    #expect(late.stops.first == "D" || late["late_s"]?.integer == 0)
    #expect(late["status"]?.string == "resequenced" && late["reason"]?.string == "position")
    #expect(late["revision"]?.integer == 2)
  }

  @Test func doneStopsLeaveAndTheLastOneEndsThePlan() throws {
    let bench = try PlanBench()
    let first = try #require(try bench.send(PlanBench.plan()).first)
    var (time, answers) = (1_100, [JSONValue]())
    for stop in first.stops {
      let event = #"{"type":"done","plan":"R1","stop":"\#(stop)","time":\#(time)}"#
      answers = try bench.send(event)
      #expect(try bench.send(event).isEmpty, "a redelivered message changes nothing")
      time += 130
    }
    #expect(answers.last?["status"]?.string == "done")
  }

  @Test func aClosedArcMakesANewRevisionOnce() throws {
    let bench = try PlanBench()
    _ = try bench.send(PlanBench.plan())
    let closed = #"{"type":"closed","plan":"R1","from":"A","to":"B"}"#
    let answer = try #require(try bench.send(closed).first)
    #expect(answer["reason"]?.string == "closed" && answer["unreachable"]?.array?.isEmpty == true)
    #expect(try bench.send(closed).isEmpty)
    let cutOff = try #require(try bench.send(#"{"type":"closed","plan":"R1","to":"C"}"#).first)
    #expect(cutOff["unreachable"]?.array == [.string("C")])
    let back = try #require(try bench.send(#"{"type":"opened","plan":"R1","to":"C"}"#).first)
    #expect(back["unreachable"]?.array?.isEmpty == true && back.stops.count == 4)
  }

  @Test func whatIsSaidOfArcsAgainOrLateChangesNothing() throws {
    // By an id, by the plan's clock.
    for timed in [false, true] {
      var bench = try PlanBench()
      func event(_ type: String, _ number: Int, _ members: String) -> String {
        #"{"type":"\#(type)","plan":"R1",\#(timed ? #""time""# : #""id""#):\#(2000 + number)\#(members)}"#
      }
      _ = try bench.send(PlanBench.plan())
      let closed = event("closed", 1, #","to":"C""#)
      #expect(try bench.send(closed).first?["unreachable"]?.array == [.string("C")])
      let opened = event("opened", 2, #","to":"C""#)
      #expect(try bench.send(opened).first?["unreachable"]?.array == [])
      let slowed = event("slowed", 3, #","factor":2"#)
      #expect(try bench.send(slowed).first?["reason"]?.string == "eta")
      let faster = event("slowed", 4, #","factor":1"#)
      #expect(try bench.send(faster).first?["reason"]?.string == "eta")
      bench = try PlanBench.goneOn(bench)
      for again in [closed, opened, slowed, faster, closed] { #expect(try bench.send(again) == [], "\(again)") }
      #expect(bench.bench.counters["messages_repeated"] == 5)
      // A new word about the same, and one that comes too late behind an opening of all.
      #expect(try bench.send(event("closed", 5, #","to":"C""#)).count == 1)
      #expect(try bench.send(event("opened", 7, "")).first?["unreachable"]?.array == [])
      if timed { #expect(try bench.send(event("closed", 6, #","from":"A","to":"B""#)) == []) }
      #expect(try bench.send(event("closed", 8, #","to":"C""#)).count == 1)
    }
  }

  /// Which arcs are closed does not depend on the order in which timed words come, nor on how often.
  @Test func timedWordsGiveTheSameArcsInAnyOrder() throws {
    let seed = SeededNumbers.seed()
    var numbers = SeededNumbers(seed)
    for round in 0..<200 {
      let places: [Int?] = [nil, 1, 2]
      var words: [ArcWord] = []
      for time in 1...Int64(8) {
        var word = ArcWord(
          from: places.randomElement(using: &numbers)!, to: places.randomElement(using: &numbers)!,
          factor: [nil, 1, 2, 3].randomElement(using: &numbers)!, time: time)
        if word.isOpening, Int.random(in: 0..<4, using: &numbers) == 0 { (word.from, word.to) = (nil, nil) }
        words.append(word)
      }
      func arcs(_ words: [ArcWord]) throws -> [Double] {
        let definition = try PlanDefinition(try JSONValue.parse(Array(PlanBench.plan().utf8)))
        var plan = try OpenPlan(definition, source: "")
        for word in words { _ = try plan.take(word, isTimed: true) }
        return plan.factors(plan.words)
      }
      let expected = try arcs(words)
      // By the rule itself: for each arc the last word that names it.
      let count = 5
      for arc in 0..<count * count {
        let last = words.last { ($0.from ?? arc / count) == arc / count && ($0.to ?? arc % count) == arc % count }
        #expect(expected[arc] == (last.map { $0.factor ?? .infinity } ?? 1), "seed \(seed) round \(round) arc \(arc)")
      }
      let mixed = (words + words.prefix(3)).shuffled(using: &numbers)
      #expect(try arcs(mixed) == expected, "seed \(seed) round \(round)")
    }
  }

  @Test func anEndThatIsCutOffLeavesTheStops() throws {
    let bench = try PlanBench()
    _ = try bench.send(PlanBench.plan())
    let answer = try #require(try bench.send(#"{"type":"closed","plan":"R1","to":"depot"}"#).first)
    #expect(answer.stops.count == 4 && answer["unreachable"]?.array?.isEmpty == true)
    #expect(answer["end"] == .null && answer["hint"]?.string?.hasPrefix("depot cannot be reached") == true)
    #expect(answer["travel_s"]?.integer == 400)
    #expect(try PlanBench.goneOn(bench).send(PlanBench.plan()).map(\.facts) == [answer.facts])
    let back = try #require(try bench.send(#"{"type":"opened","plan":"R1","to":"depot"}"#).first)
    #expect(back["end"]?["place"]?.string == "depot" && back["hint"] == nil && back["travel_s"]?.integer == 800)
  }

  @Test func otherTimesAreToldAndARevisionStaysWhatItWas() throws {
    let bench = try PlanBench()
    let first = try #require(try bench.send(PlanBench.plan()).first)
    #expect(try bench.send(#"{"type":"delay","plan":"R1","time":1060}"#).isEmpty, "a minute is not told")
    #expect(try bench.send(PlanBench.plan()).map(\.facts) == [first.facts])
    #expect(try PlanBench.goneOn(bench).send(PlanBench.plan()).map(\.facts) == [first.facts])
    let slowed = #"{"type":"slowed","plan":"R1","factor":2}"#
    let later = try #require(try bench.send(slowed).first)
    #expect(later["revision"]?.integer == 2 && later["reason"]?.string == "eta" && later.stops == first.stops)
    #expect(later["end"]?["eta_s"]?.integer == 1_060 + 1_600 + 30)
    #expect(try bench.send(slowed).isEmpty)
    // Positions that come every second are told once a minute at most.
    var told: [Int] = []
    for time in 1_061..<1_200 {
      let travel = (0..<5).map { _ in "\(time % 2 == 0 ? 500 : 900)" }.joined(separator: ",")
      let answers = try bench.send(#"{"type":"position","plan":"R1","time":\#(time),"travel":[\#(travel)]}"#)
      told += answers.filter { $0["reason"]?.string == "eta" }.map { _ in time }
    }
    #expect((1...3).contains(told.count), "\(told)")
    #expect(try bench.send(#"{"type":"delay","plan":"R1","time":1700}"#).first?["reason"]?.string == "eta")
  }

  @Test func stopsThatAreLateSaySoByHowMuch() throws {
    let bench = try PlanBench()
    let answer = try #require(try bench.send(PlanBench.plan(dueOfD: 1_300)).first)
    #expect(answer["late_s"]?.integer == 100)
    let late = (answer["sequence"]?.array ?? []).filter { $0["late_s"]?.integer != 0 }
    #expect(late.map { $0["stop"]?.string } == ["D"])
  }

  @Test func aCheckpointGivesTheSameAnswersAsNoRestart() throws {
    let (one, other) = (try PlanBench(), try PlanBench())
    for message in [
      PlanBench.plan(), #"{"type":"slowed","plan":"R1","factor":2}"#,
      #"{"type":"done","plan":"R1","stop":"A","time":1200}"#,
    ] {
      #expect(try one.send(message).map(\.facts) == other.send(message).map(\.facts))
    }
    let bytes = one.bench.checkpoint()
    let fresh = try PlanBench()
    try fresh.bench.restore(bytes)
    #expect(fresh.bench.checkpoint() == bytes)
    for message in [#"{"type":"skipped","plan":"R1","stop":"C"}"#, #"{"type":"delay","plan":"R1","time":4900}"#] {
      #expect(try fresh.send(message).map(\.facts) == other.send(message).map(\.facts))
    }
  }

  @Test func plansAreBounded() throws {
    let bench = try PlanBench(maximumPlans: 2)
    for id in ["R1", "R2", "R3"] { _ = try bench.send(PlanBench.plan(id)) }
    let answer = try #require(try bench.send(#"{"type":"delay","plan":"R1","time":2000}"#).first)
    #expect(answer["reason"]?.string == "R1 is not known")
  }

  @Test(arguments: [
    ("", ""), ("[]", ""), (#"{"type":"x"}"#, "type"), (#"{"type":"plan","plan":"R","places":["a","a"]}"#, "places"),
    (#"{"type":"plan","plan":"R","places":["a","b"],"matrix":[[0,1]]}"#, "matrix"),
    (#"{"type":"plan","plan":"R","places":["a","b"],"matrix":[[0,1],[-1,0]]}"#, "matrix[1][0]"),
    (#"{"type":"plan","plan":"R","places":["a","b"],"matrix":[[0,1],[1,0]],"start":"c"}"#, "start"),
    (
      #"{"type":"plan","plan":"R","places":["a","b"],"matrix":[[0,1],[1,0]],"start":"a","stops":[{"place":"b","ready":5,"due":4}]}"#,
      "stops[0].due"
    ), (#"{"type":"done","plan":"nobody","stop":"x","time":1}"#, "plan"),
  ])
  func whatCannotBeTakenIsRefusedByName(message: String, member: String) throws {
    let answer = try #require(try PlanBench().send(message).first)
    #expect(answer["status"]?.string == "refused" && answer["member"]?.string == member)
  }
}
