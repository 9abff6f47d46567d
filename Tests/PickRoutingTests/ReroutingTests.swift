import AisleRouting
import CrossdockPlugin
import JSONText
import Testing

@testable import PickRouting

@Suite struct ReroutingTests {
  @Test func confirmationInTurnIsSilentAndTheLastOneEndsTheOrder() throws {
    let bench = try PickingBench()
    let first = try bench.order("A", ["P5", "Q10"])
    #expect(try bench.event("confirmed", #""order":"A","location":"\#(first.locations[0])""#) == [])
    let done = try bench.event("confirmed", #""order":"A","location":"\#(first.locations[1])""#)
    #expect(done.count == 1)
    #expect(done.first?.status == "done")
    #expect(done.first?.reason == "confirmed")
    #expect(done.first?.revision == 2)
    #expect(done.first?.locations == [])
    // From the last pick to the dock.
    #expect(done.first?.distance == (first.locations[1] == "P5" ? 5 : 20))
    #expect(done.first?.json["lines"] == (try JSONValue.parse(#"{"open":0,"confirmed":2,"short":0,"skipped":0}"#)))
  }

  @Test func confirmationOutOfTurnReroutesFromThere() throws {
    let bench = try PickingBench()
    let first = try bench.order("A", ["P5", "Q10", "R5"])
    let last = first.locations[2]
    let answers = try bench.event("confirmed", #""order":"A","location":"\#(last)""#)
    #expect(answers.first?.status == "rerouted")
    #expect(answers.first?.reason == "deviation")
    #expect(answers.first?.json["start"] == .string(last))
    #expect(answers.first.map { Set($0.locations) } == Set(first.locations.dropLast()))
  }

  @Test func shortPickReroutesWhatIsLeftFromItsLocation() throws {
    let bench = try PickingBench()
    let first = try bench.order("A", ["P5", "Q10", "R15"])
    let answers = try bench.event("short", #""order":"A","location":"\#(first.locations[0])""#)
    let answer = try #require(answers.first)
    #expect(answer.status == "rerouted")
    #expect(answer.reason == "short")
    #expect(answer.revision == 2)
    #expect(answer.json["start"] == .string(first.locations[0]))
    let layout = try LayoutReader.read(Array(PickingBench.hall.utf8), path: "small")
    let shortest = shortestByTryingAll(
      DistanceMetric(layout: PickingBench.geometry), from: layout.places[first.locations[0]]!,
      through: first.locations.dropFirst().map { layout.places[$0]! }, to: layout.places["dock"]!)
    #expect(answer.distance == shortest?.metres)
    #expect(answer.isOptimal == true)
    #expect(answer.json["s_shape_m"] == .null)
    #expect(answer.json["lines"]?["short"] == .number(1))
  }

  @Test func skippedPickLeavesThePickerWhereHeWasUnlessAtIsGiven() throws {
    let bench = try PickingBench()
    _ = try bench.order("A", ["P5", "Q10"])
    let stayed = try bench.event("skipped", #""order":"A","line":1"#)
    #expect(stayed.first?.reason == "skipped")
    #expect(stayed.first?.json["start"] == .string("dock"))
    #expect(stayed.first?.distance == 40)
    _ = try bench.order("B", ["P5", "Q10"])
    let moved = try bench.event("skipped", #""order":"B","line":2,"at":"Q5""#)
    #expect(moved.first?.json["start"] == .string("Q5"))
    // Down to the front 5, along 10, up to P5 5, back 5.
    #expect(moved.first?.distance == 25)
  }

  @Test func skippedLineMayBeConfirmedLater() throws {
    let bench = try PickingBench()
    _ = try bench.order("A", ["P5", "Q10"])
    _ = try bench.event("skipped", #""order":"A","line":1"#)
    let back = try bench.event("confirmed", #""order":"A","line":1"#)
    #expect(back.first?.reason == "deviation")
    #expect(back.first?.json["start"] == .string("P5"))
    let done = try bench.event("short", #""order":"A","line":2"#)
    #expect(done.first?.status == "done")
    #expect(done.first?.json["lines"] == (try JSONValue.parse(#"{"open":0,"confirmed":1,"short":1,"skipped":0}"#)))
  }

  @Test func eventAgainRepeatsTheAnswerWithItsRevision() throws {
    let bench = try PickingBench()
    _ = try bench.order("A", ["P5", "Q10", "R5"])
    let short = try bench.event("short", #""order":"A","line":1"#)
    let again = try bench.event("short", #""order":"A","line":1"#)
    #expect(again.map(\.facts) == short.map(\.facts))
  }

  @Test func blockedAisleReroutesEveryOpenOrderItConcerns() throws {
    let bench = try PickingBench()
    #expect(try bench.order("A", ["P5", "Q10"], source: "hand-1").distance == 50)
    #expect(try bench.order("B", ["R5"], source: "hand-2").distance == 50)
    #expect(try bench.order("C", ["Q15"], source: "hand-3").distance == 50)
    let answers = try bench.event("blocked", #""layout":"small","aisle":"Q","y":7"#, source: "boss")
    // B never enters Q. A gets to Q10 over the back only: 20, 10, 10 and the same again. C likewise, 20 + 10 + 5 twice.
    #expect(answers.map(\.order) == ["C", "A"])
    #expect(answers.map(\.distance) == [70, 80])
    #expect(answers.map(\.revision) == [2, 2])
    #expect(answers.allSatisfy { $0.status == "rerouted" && $0.reason == "blocked" && $0.isOptimal == true })
    #expect(answers.map(\.emitted.replyTopic) == ["crossdock/hand-3/route", "crossdock/hand-1/route"])
  }

  @Test func blockHoldsForOrdersToComeUntilItIsUnblocked() throws {
    let bench = try PickingBench()
    _ = try bench.event("blocked", #""aisle":"Q","y":7"#)
    let around = try bench.order("A", ["Q10"])
    #expect(around.distance == 80)
    #expect(around.json["s_shape_m"] == .null)
    let free = try bench.event("unblocked", #""aisle":"Q","y":7"#)
    #expect(free.map(\.reason) == ["unblocked"])
    #expect(free.map(\.distance) == [40])
    #expect(try bench.order("B", ["Q10"]).distance == 40)
  }

  @Test func reporterIsRoutedFromWhereHeStands() throws {
    let bench = try PickingBench()
    _ = try bench.order("A", ["Q10"])
    let answers = try bench.event("blocked", #""order":"A","aisle":"Q","y":7,"at":"Q5""#)
    // Back to the front 5, over P: 10 + 20 + 10 + 10 to Q10, then 10 + 10 + 20 to the dock.
    #expect(answers.first?.distance == 95)
    #expect(answers.first?.json["start"] == .string("Q5"))
    #expect(answers.first?.json["end"] == .string("dock"))
  }

  @Test func wholeAisleStretchAndPairOfLocationsAreBlocked() throws {
    for place in [#""aisle":"Q""#, #""aisle":"Q","from":16,"to":4"#, #""between":["Q5","Q15"]"#] {
      let bench = try PickingBench()
      _ = try bench.order("A", ["Q10", "P5"])
      let answers = try bench.event("blocked", place)
      #expect(answers.first?.unreachable == ["Q10"], "\(place)")
      #expect(answers.first?.locations == ["P5"])
      #expect(answers.first?.distance == 10)
      #expect(answers.first?.status == "rerouted")
      let free = try bench.event("unblocked", #""aisle":"Q""#)
      #expect(free.first?.unreachable == [])
      #expect(free.first?.distance == 50)
    }
  }

  @Test func orderWithNothingReachableStaysOpen() throws {
    let bench = try PickingBench()
    _ = try bench.event("blocked", #""location":"Q10""#)
    let answer = try bench.order("A", ["Q10"])
    #expect(answer.status == "routed")
    #expect(answer.unreachable == ["Q10"])
    #expect(answer.distance == 0)
    #expect(answer.json["lines"]?["open"] == .number(1))
    #expect(try bench.event("short", #""order":"A","line":1"#).first?.status == "done")
  }

  @Test func pickerCutOffFromTheEndIsToldSo() throws {
    let bench = try PickingBench()
    _ = try bench.order("A", ["Q10", "P5"])
    _ = try bench.event("blocked", #""aisle":"Q","y":5.5"#)
    let answer = try #require(try bench.event("blocked", #""order":"A","aisle":"Q","y":14,"at":"Q10""#).first)
    #expect(answer.unreachable == ["P5"])
    #expect(answer.locations == ["Q10"])
    #expect(answer.json["end"] == .string("Q10"))
    #expect(answer.json["hint"]?.string?.contains("dock cannot be reached") == true)
    let free = try bench.event("unblocked", #""order":"A","aisle":"Q""#)
    #expect(free.first?.distance == 30)
    #expect(free.first?.json["end"] == .string("dock"))
  }

  @Test func unblockingWithoutEffectIsSilentForOthers() throws {
    let bench = try PickingBench()
    _ = try bench.event("blocked", #""aisle":"R","y":10"#)
    _ = try bench.order("A", ["P5"])
    #expect(try bench.event("unblocked", #""aisle":"R","y":10"#) == [])
  }

  @Test func reroutesBeyondTheBoundFollowWithTheNextMessages() throws {
    let bench = try PickingBench(options: ["max_reroutes": .integer(2)])
    for n in 1...5 { _ = try bench.order("O-\(n)", ["Q10"]) }
    #expect(try bench.event("blocked", #""aisle":"Q","y":7"#).map(\.order) == ["O-5", "O-4"])
    // A refused message moves things on as well.
    let more = try bench.event("short", #""order":"none","line":1"#)
    #expect(more.map(\.order) == ["none", "O-3", "O-2"])
    // An order that is named before its turn gets its route at once, and none after that.
    let last = try bench.event("short", #""order":"O-1","line":1"#)
    #expect(last.map(\.order) == ["O-1"])
    #expect(try bench.event("blocked", #""aisle":"P","y":7"#).map(\.order) == ["O-5", "O-4"])
  }

  @Test func openingAfterABlockIsNotMistakenForIt() throws {
    let bench = try PickingBench(options: ["max_reroutes": .integer(1)])
    _ = try bench.event("blocked", #""aisle":"Q","y":7"#)
    _ = try bench.order("A", ["Q10"])
    _ = try bench.order("B", ["Q10"])
    #expect(try bench.event("unblocked", #""aisle":"Q","y":7"#).map(\.order) == ["B"])
    // A has waited longer than B, which the new block concerns as well.
    let next = try bench.event("blocked", #""aisle":"R","y":7"#)
    #expect(next.map(\.order) == ["A"])
    #expect(next.map(\.distance) == [40])
    #expect(next.map(\.reason) == ["unblocked"])
  }

  @Test func orderNamedLeastRecentlyMakesRoom() throws {
    let bench = try PickingBench(options: ["max_open_orders": .integer(2)])
    _ = try bench.order("A", ["P5"])
    _ = try bench.order("B", ["P5"])
    _ = try bench.order("A", ["P5"])
    _ = try bench.order("C", ["P5"])
    #expect(try bench.event("skipped", #""order":"B","line":1"#).first?.reason == "order: B is not known")
    #expect(bench.bench.logLines.contains { $0.contains("made room") })
    #expect(try bench.event("skipped", #""order":"A","line":1"#).first?.status == "done")
    // A is done now and goes before C, which is older.
    _ = try bench.order("D", ["P5"])
    #expect(try bench.event("skipped", #""order":"C","line":1"#).first?.status == "done")
  }

  @Test func whatIsBlockedAlreadyChangesNothingWhenItIsReportedAgain() throws {
    let bench = try PickingBench()
    _ = try bench.order("A", ["P5", "Q5", "R5"])
    _ = try bench.order("B", ["Q15"], source: "hand-2")
    let blocked = #""order":"A","aisle":"Q","y":12,"at":"P5""#
    #expect(try bench.event("blocked", blocked).first { $0.order == "A" }?.revision == 2)
    _ = try bench.event("confirmed", #""order":"A","line":1"#)
    _ = try bench.event("confirmed", #""order":"A","line":2"#)
    let latest = try bench.order("A", ["P5", "Q5", "R5"]).revision
    for _ in 0..<2 {
      let again = try bench.event("blocked", blocked)
      #expect(again.map(\.order) == ["A"] && again.first?.revision == latest)
    }
    // He still stands at Q5, and not where the old message says.
    #expect(try bench.event("skipped", #""order":"A","line":3"#).first?.json["start"]?.string == "Q5")
    _ = try bench.order("C", ["P5", "P15"])
    _ = try bench.event("confirmed", #""order":"C","line":2"#)
    let free = #""order":"C","aisle":"Q","y":12"#
    #expect(try bench.event("unblocked", free).first?.revision == 3)
    let again = try bench.event("unblocked", free)
    #expect(again.map(\.order) == ["C"] && again.first?.revision == 3 && again.first?.status != "refused")
  }

  @Test func aLineMayBePickedWhereverItsItemIs() throws {
    let bench = try PickingBench()
    let order =
      #"{"type":"order","order":"A","lines":[{"line":1,"locations":["P5","R15"],"quantity":1},"#
      + #"{"line":2,"location":"Q10","quantity":1},{"line":3,"location":"P5","quantity":1}]}"#
    let first = try #require(try bench.send(order).first)
    let (planned, other) = first.locations.contains("R15") ? ("R15", "P5") : ("P5", "R15")
    #expect(planned == "P5")
    let next = try #require(try bench.event("confirmed", #""order":"A","line":1,"location":"\#(other)""#).first)
    #expect(next.reason == "deviation" && next.json["start"]?.string == other)
    #expect(Set(next.locations) == ["Q10", "P5"])
    let wrong = try bench.event("confirmed", #""order":"A","line":2,"location":"P15""#).first
    #expect(wrong?.member == "location")
  }
}
