import CrossdockPlugin
import JSONText
import Testing

@testable import StopSequencing

/// What has happened on the road is so: no such event is refused because what is left does not fit it.
@Suite struct RoadFactsTests {
  private static func plan(_ rows: String, stops: String, more: String = "") -> String {
    let names = ["d", "s0", "s1", "s2"].prefix(rows.split(separator: "[").count)
    let places = names.map { "\"\($0)\"" }.joined(separator: ",")
    return
      #"{"type":"plan","plan":"P","places":[\#(places)],"matrix":[\#(rows)],"start":"d","departure":0,"stops":[\#(stops)]\#(more)}"#
  }

  /// A pick-up of 3 at s0 for s1, one to unload at s2.
  private static let delivery = plan(
    "[0,100,200,250],[100,0,150,180],[200,150,0,90],[250,180,90,0]",
    stops: #"{"place":"s0","demand":3},{"place":"s1","demand":-3},{"place":"s2","demand":-1}"#,
    more: #","capacity":4,"load":1,"precedence":[["s0","s1"]]"#)

  private static func names(_ answer: JSONValue, _ list: String) -> [String] {
    (answer[list]?.array ?? []).compactMap { $0.string ?? $0["stop"]?.string }
  }

  @Test func stopsFromWhichNoWayLeadsOnAreNoJourneyAndOneIsLeftOut() throws {
    let bench = try PlanBench()
    _ = try bench.send(
      Self.plan("[0,100,200],[100,0,150],[200,150,0]", stops: #"{"place":"s0"},{"place":"s1"}"#))
    let first = try #require(try bench.send(#"{"type":"closed","plan":"P","from":"s0"}"#).first)
    #expect(Self.names(first, "sequence") == ["s1", "s0"])
    // Both can be reached, and nothing from either of them.
    let second = try #require(try bench.send(#"{"type":"closed","plan":"P","from":"s1"}"#).first)
    #expect(second["status"]?.string == "resequenced")
    #expect(Self.names(second, "sequence").count == 1 && Self.names(second, "unreachable").count == 1)
    for answer in try bench.send(#"{"type":"delay","plan":"P","time":500}"#) {
      #expect(Self.names(answer, "sequence") == Self.names(second, "sequence"), "the road stays closed")
    }
  }

  @Test func whatWasToBeBroughtFromAStopThatCannotBeReachedIsLeftOut() throws {
    let bench = try PlanBench()
    _ = try bench.send(Self.delivery)
    let closed = try #require(try bench.send(#"{"type":"closed","plan":"P","to":"s0"}"#).first)
    #expect(closed["status"]?.string == "resequenced" && closed["hint"] == nil)
    #expect(Self.names(closed, "sequence") == ["s2"] && Self.names(closed, "unreachable").sorted() == ["s0", "s1"])
    // The driver has done it all the same.
    let done = try bench.send(#"{"type":"done","plan":"P","stop":"s1","time":700}"#)
    #expect(done.allSatisfy { $0["status"]?.string != "refused" })
    let last = try bench.send(#"{"type":"done","plan":"P","stop":"s2","time":900}"#)
    #expect(last.allSatisfy { $0["status"]?.string != "refused" })
  }

  @Test func aStopWithADemandThatIsSkippedTakesWhatItWasForWithIt() throws {
    let bench = try PlanBench()
    _ = try bench.send(Self.delivery)
    let answer = try #require(try bench.send(#"{"type":"skipped","plan":"P","stop":"s0"}"#).first)
    #expect(Self.names(answer, "sequence") == ["s2"] && Self.names(answer, "unreachable") == ["s1"])
  }

  @Test func loadsThatFitNoMoreAreNotLookedAtAndThatIsSaid() throws {
    let bench = try PlanBench()
    _ = try bench.send(
      Self.plan(
        "[0,100,200],[100,0,150],[200,150,0]",
        stops: #"{"place":"s0","demand":-2},{"place":"s1","demand":2}"#, more: #","capacity":2,"load":2"#))
    let answer = try #require(try bench.send(#"{"type":"skipped","plan":"P","stop":"s0"}"#).first)
    #expect(Self.names(answer, "sequence") == ["s1"] && answer["optimal"]?.bool == false)
    #expect(answer["hint"]?.string == "no sequence of what is left keeps to the loads; they are not looked at")
    let again = try #require(
      try PlanBench.goneOn(bench).send(#"{"type":"position","plan":"P","time":900,"at":"d"}"#).first)
    #expect(again["hint"] == answer["hint"], "after a checkpoint, too")
  }

  /// Each message after a fresh plan: words about several arcs, and about one of them.
  @Test(arguments: [
    ([#""closed","from":"d","to":"s0""#, #""opened","to":"s0""#], 100),
    ([#""closed","to":"s0""#, #""opened","from":"d","to":"s0""#], 100),
    ([#""slowed","factor":3"#, #""slowed","from":"d","to":"s0","factor":1"#], 100),
    ([#""slowed","factor":3"#, #""slowed","from":"d","to":"s0","factor":2"#], 200),
    ([#""slowed","from":"d","to":"s0","factor":3"#, #""slowed","factor":2"#], 200),
    ([#""opened","from":"d","to":"s0","time":200"#, #""closed","to":"s0","time":100"#], 100),
  ])
  func newestWordAboutAnArcHolds(_ words: [String], _ travel: Int) throws {
    let bench = try PlanBench()
    _ = try bench.send(Self.plan("[0,100],[100,0]", stops: #"{"place":"s0"}"#))
    for word in words { _ = try bench.send(#"{"type":\#(word),"plan":"P"}"#) }
    // Whoever asks where it goes from here is told by what holds.
    let answer = try #require(try bench.send(#"{"type":"position","plan":"P","time":1000,"at":"d"}"#).first)
    #expect(answer["travel_s"]?.integer == travel, "\(words)")
  }

  /// A road that was closed by itself is open again with all that lead to its end.
  @Test func openingSeveralArcsOpensTheOneThatWasClosed() throws {
    let bench = try PlanBench()
    _ = try bench.send(
      Self.plan(
        "[0,100,200,300],[100,0,150,250],[200,150,0,120],[300,250,120,0]",
        stops: #"{"place":"s0"},{"place":"s1"},{"place":"s2"}"#))
    let closed = try #require(try bench.send(#"{"type":"closed","plan":"P","from":"d","to":"s0"}"#).first)
    let opened = try #require(try bench.send(#"{"type":"opened","plan":"P","to":"s0"}"#).first)
    #expect(closed["travel_s"]?.integer == 570 && opened["travel_s"]?.integer == 370)
  }
}
