import CrossdockPlugin
import JSONText
import Testing

@testable import PickRouting

/// Whatever is wrong with a message: one answer that says what and what to do, stored and replied, and the next message is taken.
@Suite struct RefusalTests {
  static let line = #"{"line":1,"location":"P5","quantity":1}"#

  private func refusal(_ body: String, in bench: PickingBench? = nil) throws -> Answer {
    let bench = try bench ?? PickingBench()
    let answers = try bench.send(body)
    let answer = try #require(answers.first)
    #expect(answers.count == 1)
    #expect(answer.status == "refused", "\(body)")
    #expect(answer.revision == nil)
    #expect(answer.emitted.stream == "routes")
    #expect(answer.emitted.replyTopic == "crossdock/hand-1/route")
    #expect(answer.json["hint"]?.string?.isEmpty == false)
    #expect(try bench.order("after", ["P5"]).status == "routed")
    return answer
  }

  @Test(arguments: [
    (#"{"order":"A","lines":[]}"#, "lines: is empty"),
    (#"{"type":"order","order":"A"}"#, "lines: is missing"),
    (#"{"order":"A","lines":{}}"#, "lines: is not an array"),
    (#"{"lines":[\#(line)]}"#, "order: is missing"),
    (#"{"order":7,"lines":[\#(line)]}"#, "order: is not a string"),
    (#"{"order":"","lines":[\#(line)]}"#, "order: is empty"),
    (#"{"order":"A","lines":[7]}"#, "lines[0]: is not an object"),
    (#"{"order":"A","lines":[\#(line),\#(line)]}"#, "lines[1].line: 1 is used twice"),
    (#"{"order":"A","lines":[{"line":1,"quantity":1}]}"#, "lines[0].location: is missing"),
    (#"{"order":"A","lines":[{"line":1.5,"location":"P5","quantity":1}]}"#, "lines[0].line: is not a whole number"),
    (#"{"order":"A","lines":[{"line":1,"location":"P5"}]}"#, "lines[0].quantity: is missing"),
    (#"{"order":"A","lines":[{"line":1,"location":"P5","quantity":"2"}]}"#, "lines[0].quantity: is not a number"),
    (#"{"order":"A","lines":[{"line":1,"location":"P5","quantity":1,"gtin":12}]}"#, "lines[0].gtin: is not a string"),
    (
      #"{"order":"A","lines":[{"line":1,"location":"P5","quantity":0}]}"#,
      "lines[0].quantity: is not greater than 0 and at most 1000000000"
    ),
    (
      #"{"order":"A","lines":[{"line":1,"location":"P5","quantity":-3}]}"#,
      "lines[0].quantity: is not greater than 0 and at most 1000000000"
    ),
    (
      #"{"order":"A","lines":[\#(line),{"line":2,"location":"X9","quantity":1}]}"#,
      "lines[1].location: X9 is not a place of layout small, version 1"
    ),
    (#"{"order":"A","lines":[{"line":1,"location":"dock","quantity":1}]}"#, "lines[0].location: dock is a depot"),
    (#"{"order":"A","start":"X","lines":[\#(line)]}"#, "start: X is not a place of layout small, version 1"),
    (#"{"order":"A","end":"X","lines":[\#(line)]}"#, "end: X is not a place of layout small, version 1"),
    (#"{"order":"A","layout":"hall-z","lines":[\#(line)]}"#, "layout: hall-z is not loaded"),
    (#"{"order":"A"}"#, "type: is missing"),
    (
      #"{"type":"moved","order":"A"}"#,
      "type: is none of order, confirmed, short, skipped, blocked, unblocked"
    ),
    (#"{"type":"confirmed","line":1}"#, "order: is missing"),
    (#"{"type":"confirmed","order":"A"}"#, "line: is missing, and so is location"),
    (#"{"type":"confirmed","order":"A","line":1}"#, "order: A is not known"),
    (#"{"type":"blocked","order":"A","location":"P5"}"#, "order: A is not known"),
    (#"{"type":"blocked"}"#, "must name the place by one of location, aisle or between"),
    (#"{"type":"blocked","location":"X9"}"#, "location: X9 is not a place of layout small"),
    (#"{"type":"blocked","aisle":"Z"}"#, "aisle: Z is not an aisle of layout small"),
    (#"{"type":"blocked","aisle":"P","y":21}"#, "y: aisle P runs from 0 m to 20 m"),
    (#"{"type":"blocked","aisle":"P","from":-1,"to":5}"#, "from: aisle P runs from 0 m to 20 m"),
    (#"{"type":"blocked","aisle":"P","from":1}"#, "to: is missing"),
    (#"{"type":"blocked","between":["P5"]}"#, "between: is not two locations"),
    (#"{"type":"blocked","between":["P5","Q5"]}"#, "between: P5 and Q5 lie in different aisles"),
    (#"{"type":"unblocked","aisle":"P","y":3}"#, "nothing is blocked there"),
    ("[]", "is not an object"),
    ("17", "is not an object"),
    ("", "not JSON: line 1, column 1: the text ends where a value should be"),
    (#"{"order":"A",}"#, "not JSON: line 1, column 14: expected a key in double quotes"),
  ])
  func messageIsRefusedWithItsReason(body: String, reason: String) throws {
    #expect(try refusal(body).reason == reason)
  }

  @Test func refusalNamesTheMemberAndTheOrder() throws {
    let answer = try refusal(#"{"order":"A-17","lines":[{"line":1,"location":"X9","quantity":1}]}"#)
    #expect(answer.member == "lines[0].location")
    #expect(answer.order == "A-17")
    #expect(try refusal("[]").json["order"] == .null)
  }

  @Test func orderIdWithOtherContentIsRefusedAndTheFirstOneStays() throws {
    let bench = try PickingBench()
    let first = try bench.order("A", ["P5"])
    let answer = try refusal(PickingBench.order("A", ["P5", "Q5"]), in: bench)
    #expect(answer.reason == "order: A is known already, with other content")
    #expect(try bench.order("A", ["P5"]).facts == first.facts)
  }

  @Test func moreLinesThanTheBoundAreRefused() throws {
    let most = Array(repeating: "P5", count: PickRoutingLimits.maximumLinesPerOrder)
    let bench = try PickingBench()
    #expect(try bench.order("most", most).status == "routed")
    #expect(
      try refusal(PickingBench.order("more", most + ["P5"]), in: bench).reason
        == "lines: has 1001 lines; at most 1000 in an order")
  }

  @Test func eventThatDoesNotFitItsOrderIsRefused() throws {
    let bench = try PickingBench()
    _ = try bench.order("A", ["P5", "Q5"])
    #expect(try bench.event("short", #""order":"A","line":9"#).first?.reason == "line: order A has no line 9")
    #expect(
      try bench.event("short", #""order":"A","location":"R5""#).first?.reason == "location: order A has no line at R5")
    #expect(
      try bench.event("short", #""order":"A","line":1,"location":"Q5""#).first?.reason
        == "location: line 1 of order A is not at Q5")
    #expect(
      try bench.event("short", #""order":"A","line":1,"at":"X""#).first?.reason
        == "at: X is not a place of layout small")
    #expect(try bench.event("short", #""order":"A","line":1"#).first?.revision == 2)
  }

  @Test func orderThatDoesNotNameOneOfTwoLayoutsIsRefused() throws {
    let other = PickingBench.hall.replacing(#""id": "small""#, with: #""id": "other""#)
    let bench = try PickingBench(layouts: [PickingBench.hall, other])
    let answer = try bench.order("A", ["P5"])
    #expect(answer.reason == "layout: is missing, and more than one is loaded")
    #expect(answer.json["hint"]?.string == "name one of other, small")
    #expect(try bench.order("A", ["P5"], more: #","layout":"other""#).json["layout"]?.string == "other")
    #expect(
      try bench.event("blocked", #""order":"A","layout":"small","location":"P5""#).first?.reason
        == "layout: order A is in layout other")
    // A block in one hall is none in the other.
    _ = try bench.event("blocked", #""layout":"small","location":"P5""#)
    #expect(try bench.order("B", ["P5"], more: #","layout":"other""#).unreachable == [])
  }

  @Test func blocksBeyondTheBoundAreRefused() throws {
    let bench = try PickingBench()
    for n in 0..<PickRoutingLimits.maximumBlocksPerLayout {
      #expect(try bench.event("blocked", #""aisle":"R","y":\#(Double(n + 1) / 20)"#) == [])
    }
    #expect(
      try bench.event("blocked", #""aisle":"P","y":3"#).first?.reason
        == "more than 256 stretches of layout small are blocked")
    // The same one again is none more.
    #expect(try bench.event("blocked", #""aisle":"R","y":1"#) == [])
    _ = try bench.event("unblocked", #""aisle":"R""#)
    #expect(try bench.event("blocked", #""aisle":"P","y":3"#) == [])
  }
}
