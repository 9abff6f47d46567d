import JSONText
import Testing

/// What a plan cannot mean is refused, by the name of the member in the message.
@Suite struct PlanRefusalTests {
  @Test(arguments: [
    (#","capacity":-3"#, "capacity", "is -3, less than 0"), (#","load":-1"#, "load", "is -1, less than 0"),
    (#","load":5,"capacity":1"#, "load", "is 5, more than the capacity 1"),
    (#","matrices":[{"from":0,"matrix":[]}]"#, "matrices[0].matrix", "is not square: 0 rows for 5 places"),
    (#","sequence":["A","B","A"]"#, "sequence[2]", "A stands there twice"),
    (#","precedence":[["A","depot"]]"#, "precedence[0]", "depot is not a stop"),
    (#","precedence":[["A","A"]]"#, "precedence[0]", "A cannot come before itself"),
    (#","precedence":[["D","A"],["A","B"],["B","C"],["C","A"]]"#, "precedence", "leads in a circle: B, C, A"),
  ])
  func whatHasNoMeaning(more: String, member: String, reason: String) throws {
    let answer = try #require(try PlanBench().send(PlanBench.plan(more: more)).first)
    #expect(answer["status"]?.string == "refused")
    #expect(answer["member"]?.string == member)
    #expect(answer["reason"]?.string == reason)
  }

  /// As many as there are pairs of places: more say something twice.
  @Test func morePrecedencesThanPairs() throws {
    let pairs = Array(repeating: #"["A","B"]"#, count: 128 * 128 + 1).joined(separator: ",")
    let answer = try #require(try PlanBench().send(PlanBench.plan(more: #","precedence":[\#(pairs)]"#)).first)
    #expect(answer["status"]?.string == "refused")
    #expect(answer["member"]?.string == "precedence")
    #expect(answer["reason"]?.string == "has 16385 pairs, more than 16384")
  }

  private static func hourly(_ more: String, departure: Int = 60) -> String {
    #"{"type":"plan","plan":"R","places":["a","b"],"matrices":[{"from":60,"matrix":[[0,1],[1,0]]}],"#
      + #""start":"a","departure":\#(departure),"stops":[{"place":"b","demand":-4}]\#(more)}"#
  }

  @Test func hoursThatBeginAfterTheDepartureAndTwoKindsOfMatrix() throws {
    let late = try #require(try PlanBench().send(Self.hourly("", departure: 59)).first)
    #expect(late["member"]?.string == "matrices[0].from")
    #expect(late["reason"]?.string == "is 60, after the departure at 59")
    let both = try #require(try PlanBench().send(Self.hourly(#","matrix":[[0,1],[1,0]]"#)).first)
    #expect(both["member"]?.string == "matrices")
    #expect(both["reason"]?.string == "stands beside matrix; name one of them")
  }

  @Test func moreUnloadedThanThereIs() throws {
    let answer = try #require(try PlanBench().send(Self.hourly(#","load":1,"capacity":9"#)).first)
    #expect(answer["member"]?.string == "stops")
    #expect(answer["reason"]?.string == "their demands unload 3 more than the load 1 and what is taken on board")
  }
}
