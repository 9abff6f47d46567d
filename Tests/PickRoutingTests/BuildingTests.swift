import JSONText
import Testing

@testable import PickRouting

/// Buildings that are more than one hall of two-way aisles, and orders that leave a choice.
@Suite struct BuildingTests {
  private static func hall(_ old: String, _ new: String) -> String {
    precondition(PickingBench.hall.contains(old))
    return PickingBench.hall.replacing(old, with: new)
  }

  @Test func nearerOfTwoPlacesIsChosenAndItsConfirmationTaken() throws {
    let bench = try PickingBench()
    let answer = try #require(
      try bench.send(
        #"{"type":"order","order":"A","lines":[{"line":1,"location":"P5","quantity":1},"#
          + #"{"line":2,"locations":["R15","P15"],"quantity":1}]}"#
      ).first)
    #expect(Set(answer.locations) == ["P5", "P15"])
    #expect(answer.distance == 30)
    #expect(answer.isOptimal == true)
    #expect(try bench.event("confirmed", #""order":"A","location":"\#(answer.locations[0])""#).isEmpty)
    let done = try bench.event("confirmed", #""order":"A","location":"\#(answer.locations[1])""#)
    #expect(done.first?.status == "done")
  }

  @Test func walkEndsAtTheNearerOfTwoEnds() throws {
    let bench = try PickingBench()
    let answer = try bench.order("A", ["R5"], more: #","end":["dock","gate"]"#)
    #expect(answer.json["end"]?.string == "gate")
    #expect(answer.distance == 30)
    #expect(answer.isOptimal == true)
  }

  @Test func heavyComesFirstAndFragileLast() throws {
    let bench = try PickingBench()
    let answer = try #require(
      try bench.send(
        #"{"type":"order","order":"A","lines":[{"line":1,"location":"P5","quantity":1,"handling":"fragile"},"#
          + #"{"line":2,"location":"R5","quantity":1},{"line":3,"location":"Q10","quantity":1,"handling":"heavy"}]}"#
      ).first)
    #expect(answer.locations == ["Q10", "R5", "P5"])
    // Down again from Q10, as far as up.
    #expect(answer.distance == 80)
    #expect(answer.isOptimal == true)
  }

  @Test func oneWayAisleIsEnteredAtItsStart() throws {
    let bench = try PickingBench(layouts: [
      Self.hall(#"{"id": "Q", "x": 10}"#, #"{"id": "Q", "x": 10, "one_way": "down"}"#)
    ])
    let answer = try bench.order("A", ["Q5", "Q15"])
    #expect(answer.locations == ["Q15", "Q5"])
    #expect(answer.distance == 60)
  }

  @Test func wideCrossAisleIsWalkedAlongItsEdge() throws {
    let wide = Self.hall("[0, 20]", #"[{"y": -1, "width": 2}, {"y": 21, "width": 2}]"#)
    let answer = try PickingBench(layouts: [wide]).order("A", ["P5", "Q5"])
    // Along the edge at y 0, not along the middle at -1.
    #expect(answer.distance == 40)
    #expect(answer.isOptimal == true)
  }

  @Test func facesAreTakenOneAfterTheOther() throws {
    let layout = """
      {"format": "crossdock-layout/1", "id": "wide", "version": "1", "aisles": [{"id": "A", "x": 0, "width": 3}],
       "cross_aisles": [0, 40], "depots": [{"id": "dock", "aisle": "A", "y": 0}],
       "bays": [{"id": "L{bay}", "face": "left", "first_y": 5, "pitch": 5, "count": 4},
                {"id": "R{bay}", "face": "right", "first_y": 5, "pitch": 5, "count": 4}]}
      """
    let answer = try PickingBench(layouts: [layout]).order("A", ["L1", "R1", "L2", "R2", "L3", "R3"])
    // Up one face, across, down the other.
    #expect(answer.distance == 36)
    #expect(answer.isOptimal == true)
  }

  private static let floors = """
    {"format": "crossdock-layout/1", "id": "floors", "version": "1",
     "aisles": [{"id": "A", "x": 0}, {"id": "B", "x": 10}, {"id": "C", "x": 0, "floor": "1"}],
     "cross_aisles": [0, 20],
     "lifts": [{"id": "lift", "cost": 7, "stops": [{"aisle": "B", "y": 20}, {"aisle": "C", "y": 20}]}],
     "locations": [{"id": "a", "aisle": "A", "y": 5}, {"id": "c", "aisle": "C", "y": 15}],
     "depots": [{"id": "dock", "aisle": "A", "y": 0}]}
    """

  @Test func liftIsTakenToTheOtherFloor() throws {
    let answer = try PickingBench(layouts: [Self.floors]).order("A", ["a", "c"])
    #expect(answer.distance == 84)
    #expect(answer.isOptimal == true)
  }

  private static let graph = """
    {"format": "crossdock-layout/1", "id": "graph", "version": "1",
     "nodes": [{"id": "n1", "x": 0, "y": 0}, {"id": "n2", "x": 3, "y": 4}, {"id": "n3", "x": 3, "y": 0}],
     "edges": [{"from": "n1", "to": "n2", "one_way": true}, {"from": "n2", "to": "n3"}, {"from": "n3", "to": "n1"}],
     "locations": [{"id": "shelf", "node": "n2"}], "depots": [{"id": "dock", "node": "n1"}]}
    """

  @Test func graphIsWalkedAlongItsEdges() throws {
    let bench = try PickingBench(layouts: [Self.graph])
    let answer = try bench.order("A", ["shelf"])
    #expect(answer.distance == 12)
    let blocked = try bench.event("blocked", #""order":"A","aisle":"n3""#)
    // There is a way there, but none back.
    #expect(blocked.first?.unreachable == ["shelf"])
    #expect(try bench.event("unblocked", #""order":"A","aisle":"n3""#).first?.locations == ["shelf"])
  }

  @Test func changedOrderKeepsWhatIsPicked() throws {
    let bench = try PickingBench()
    let first = try bench.order("A", ["P5", "Q5", "R5"]).locations[0]
    _ = try bench.event("confirmed", #""order":"A","location":"\#(first)""#)
    #expect(first == "P5" || first == "R5")
    let changed = #","version":2"#
    let lines =
      #","lines":[{"line":1,"location":"P5","quantity":2},{"line":3,"location":"R5","quantity":1},{"line":4,"location":"R15","quantity":1}]}"#
    let order = #"{"type":"order","order":"A""# + changed + lines
    let answer = try #require(try bench.send(order).first)
    #expect(answer.status == "rerouted" && answer.reason == "changed" && answer.revision == 2)
    #expect(Set(answer.locations) == (first == "P5" ? ["R5", "R15"] : ["P5", "R15"]))
    #expect(answer.json["lines"]?["confirmed"]?.integer == 1)
    // The same again, and the old one late: the latest revision.
    #expect(try bench.send(order).first?.revision == 2)
    #expect(try bench.order("A", ["P5", "Q5", "R5"]).revision == 2)
  }

  @Test func newRevisionGoesToBothHandhelds() throws {
    let bench = try PickingBench()
    let first = try bench.order("A", ["P5", "Q5", "R5"]).locations[0]
    #expect(try bench.event("confirmed", #""order":"A","location":"\#(first)""#, source: "hand-2").isEmpty)
    let answers = try bench.event("short", #""order":"A","line":2"#, source: "hand-1")
    #expect(answers.map { $0.json["source"]?.string } == ["hand-1", "hand-2"])
    #expect(Set(answers.map(\.revision)) == [2])
  }

  @Test func everyMistakeOfALayoutIsFoundWithItsPlace() {
    let text = """
      {"format": "crossdock-layout/1", "id": "x", "version": "1",
       "aisles": [{"id": "A", "x": 0, "width": 3}, {"id": "B", "x": 2, "width": 3}],
       "cross_aisles": [0, 20],
       "locations": [{"id": "l", "aisle": "A", "y": 5},
                     {"id": "l", "aisle": "B", "y": 5},
                     {"id": "m", "aisle": "B", "y": 25}],
       "depots": [{"id": "dock", "aisle": "A", "y": 0}]}
      """
    let findings = LayoutReader.check(Array(text.utf8)).findings
    #expect(findings.map(\.line) == [2, 5, 6])
    #expect(findings.map(\.column) == [66, 16, 16])
    #expect(findings[0].text.contains("overlap"))
    #expect(findings[1].text == "locations[1]: id l is used twice; first in locations[0]")
  }

  @Test func placesWithNoWayAreFound() {
    let text = Self.floors.replacing(#"{"aisle": "B", "y": 20}, "#, with: #"{"aisle": "C", "y": 0}, "#)
    let findings = LayoutReader.check(Array(text.utf8)).findings
    #expect(findings.map(\.text) == ["locations[1]: location c (aisle C, y 15 m) cannot be reached from dock"])
  }
}
