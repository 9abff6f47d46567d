import CrossdockPlugin
import JSONText
import Testing

@testable import PickRouting

/// What is sent again, and what comes late, changes nothing. Times in the tests are seconds of no particular day.
@Suite struct RedeliveryTests {
  private static let second: Int64 = 1_000_000_000

  /// A bench whose messages say when they happened, or do not.
  private final class Dialogue {
    var bench: PickingBench

    init() throws { bench = try PickingBench() }

    func send(
      _ type: String, _ members: String, source: String = "hand-1", said: Int64?, came: Int64
    ) throws -> [Answer] {
      try bench.send(
        #"{"type":"\#(type)",\#(members)}"#, source: source, saying: said.map { $0 * second }, arriving: came * second)
    }

    func count(_ name: String) -> UInt64 { bench.bench.counters[name, default: 0] }

    /// The way of an order to Q10: 40 with aisle Q open, 80 around.
    private var orders = 0
    func wayToQ10() throws -> Double? {
      orders += 1
      return try bench.order("probe-\(orders)", ["Q10"]).distance
    }

    func restart() throws {
      let bytes = bench.bench.checkpoint()
      bench = try PickingBench()
      try bench.bench.restore(bytes)
      #expect(bench.bench.checkpoint() == bytes)
    }
  }

  private static let place = #""layout":"small","aisle":"Q","y":7"#

  @Test(arguments: [false, true])
  func aBlockThatComesAgainAfterItsOpeningBlocksNothing(restarted: Bool) throws {
    // By its id, by its own time, by both.
    for (id, said) in [(#","id":"e-1""#, nil), ("", 100), (#","id":"e-1""#, 100)] as [(String, Int64?)] {
      let dialogue = try Dialogue()
      _ = try dialogue.send("blocked", Self.place + id, said: said, came: 101)
      #expect(try dialogue.wayToQ10() == 80)
      let opening = Self.place + (id.isEmpty ? "" : #","id":"e-2""#)
      _ = try dialogue.send("unblocked", opening, source: "hand-2", said: said.map { $0 + 20 }, came: 121)
      #expect(try dialogue.wayToQ10() == 40)
      if restarted { try dialogue.restart() }
      #expect(try dialogue.send("blocked", Self.place + id, said: said, came: 130) == [])
      #expect(try dialogue.send("unblocked", opening, source: "hand-2", said: said.map { $0 + 20 }, came: 131) == [])
      #expect(try dialogue.wayToQ10() == 40, "id \(id), time \(said ?? 0)")
      #expect(dialogue.count("messages_repeated") == 2)
      // News are taken as ever, and so is what somebody else saw.
      let again = Self.place + (id.isEmpty ? "" : #","id":"e-3""#)
      _ = try dialogue.send("blocked", again, said: said.map { $0 + 40 }, came: 141)
      #expect(try dialogue.wayToQ10() == 80)
    }
  }

  @Test func whoNamesAnOrderIsAnsweredWithItsLatestRevision() throws {
    let dialogue = try Dialogue()
    _ = try dialogue.bench.order("A", ["Q10", "P5"])
    let blocked = #""order":"A","aisle":"Q","y":7,"at":"P15""#
    #expect(try dialogue.send("blocked", blocked, said: 100, came: 100).first?.revision == 2)
    let free = try dialogue.send("unblocked", #""order":"A","aisle":"Q","y":7"#, said: 110, came: 110)
    #expect(free.first?.revision == 3)
    let again = try dialogue.send("blocked", blocked, said: 100, came: 120)
    #expect(again.map(\.facts) == free.map(\.facts))
  }

  @Test func withoutIdAndTimeTheLatestToComeHolds() throws {
    let dialogue = try Dialogue()
    for came in [100, 120] as [Int64] {
      _ = try dialogue.send("blocked", Self.place, said: nil, came: came)
      #expect(try dialogue.wayToQ10() == 80)
      _ = try dialogue.send("unblocked", Self.place, said: nil, came: came + 10)
      #expect(try dialogue.wayToQ10() == 40)
    }
    #expect(dialogue.count("messages_repeated") == 0)
  }

  /// Never seen before, but overtaken: by another's word, about a stretch that touches its own.
  @Test func lateWordsGiveWayToNewerOnes() throws {
    let dialogue = try Dialogue()
    _ = try dialogue.send("blocked", #""aisle":"Q","y":8"#, said: 100, came: 100)
    _ = try dialogue.send("unblocked", #""aisle":"Q""#, source: "boss", said: 120, came: 120)
    #expect(try dialogue.send("blocked", Self.place, source: "hand-2", said: 110, came: 130) == [])
    #expect(try dialogue.wayToQ10() == 40)
    // A block that is newer than an opening on its way stays.
    _ = try dialogue.send("blocked", Self.place, said: 140, came: 140)
    #expect(try dialogue.send("unblocked", #""aisle":"Q""#, source: "boss", said: 139, came: 141) == [])
    #expect(try dialogue.wayToQ10() == 80)
    _ = try dialogue.send("unblocked", #""aisle":"Q""#, source: "boss", said: 150, came: 150)
    #expect(try dialogue.wayToQ10() == 40)
  }

  /// The opening comes first: it is refused, as nothing is blocked, but it is remembered.
  @Test func anOpeningThatOvertakesItsBlockHolds() throws {
    let dialogue = try Dialogue()
    #expect(try dialogue.send("unblocked", Self.place, said: 120, came: 121).first?.status == "refused")
    try dialogue.restart()
    #expect(try dialogue.send("blocked", Self.place, said: 100, came: 130) == [])
    #expect(try dialogue.wayToQ10() == 40)
  }

  @Test func aClockThatRunsAheadLocksNobodyOut() throws {
    let dialogue = try Dialogue()
    // An hour ahead; and the box's own clock was years ahead once.
    _ = try dialogue.send("blocked", Self.place, said: 3_700, came: 100)
    _ = try dialogue.send("unblocked", Self.place, source: "hand-2", said: 110, came: 110)
    #expect(try dialogue.wayToQ10() == 40)
    _ = try dialogue.send("blocked", Self.place, said: nil, came: 1_000_000)
    _ = try dialogue.send("unblocked", Self.place, said: nil, came: 1_000_001)
    _ = try dialogue.send("blocked", Self.place, said: 119, came: 120)
    #expect(try dialogue.wayToQ10() == 80)
    _ = try dialogue.send("unblocked", Self.place, said: 129, came: 130)
    #expect(try dialogue.wayToQ10() == 40)
  }

  @Test func aPickByItsPlaceThatComesAgainClosesNoLaterLine() throws {
    let dialogue = try Dialogue()
    _ = try dialogue.bench.order("A", ["P5", "Q10", "R5"])
    let short = #""order":"A","location":"P5","id":7"#
    #expect(try dialogue.send("short", short, said: nil, came: 100).first?.revision == 2)
    let changed = try dialogue.bench.send(
      #"{"type":"order","order":"A","version":1,"lines":[{"line":2,"location":"Q10","quantity":2},"#
        + #"{"line":4,"location":"P5","quantity":1}]}"#)
    #expect(changed.first?.revision == 3)
    try dialogue.restart()
    let again = try dialogue.send("short", short, said: nil, came: 120)
    #expect(again.first?.revision == 3 && again.first?.locations.contains("P5") == true)
    #expect(dialogue.count("messages_repeated") == 1)
    #expect(
      try dialogue.send("short", #""order":"A","location":"P5","id":8"#, said: nil, came: 130).first?.revision == 4)
  }

  @Test func aLatePickClosesItsLineAndMovesNobody() throws {
    let dialogue = try Dialogue()
    _ = try dialogue.bench.order("A", ["P5", "Q10", "R15"])
    _ = try dialogue.send("confirmed", #""order":"A","line":2"#, said: 120, came: 120)
    try dialogue.restart()
    let late = try dialogue.send("confirmed", #""order":"A","line":1"#, said: 110, came: 130)
    #expect(late.first?.json["start"]?.string == "Q10" && late.first?.locations == ["R15"])
    // Another's clock is not compared with his.
    let other = try dialogue.send("skipped", #""order":"A","line":3,"at":"R5""#, source: "hand-2", said: 90, came: 140)
    #expect(other.first?.json["start"]?.string == "R5")
  }

  @Test func whatIsRememberedIsBounded() throws {
    var taken = TakenEvents()
    for event in 0..<UInt64(PickRoutingLimits.maximumTakenEvents + 10) { taken.add(event) }
    #expect(taken.identities.count == PickRoutingLimits.maximumTakenEvents)
    #expect(!taken.contains(9) && taken.contains(10) && !taken.contains(nil))
    var news = HallNews()
    for n in 0..<Int64(PickRoutingLimits.maximumFreedPerLayout + 10) {
      let stretch = AisleBlock(aisle: 0, from: 10 * n, to: 10 * n + 1)
      let origin = MessageOrigin(source: "", ownTimeNs: 1_000 - n, arrivalNs: 2_000)
      news.free([stretch], origin)
      news.free([stretch], origin)
    }
    #expect(news.freed.count == PickRoutingLimits.maximumFreedPerLayout)
    #expect(news.freed.map(\.timeNs).min() == 1_000 - Int64(PickRoutingLimits.maximumFreedPerLayout) + 1)
    news.free([AisleBlock(aisle: 0, from: 0, to: 1_000_000)], MessageOrigin(source: "", arrivalNs: 3_000))
    #expect(news.freed.count == 1)
  }
}
