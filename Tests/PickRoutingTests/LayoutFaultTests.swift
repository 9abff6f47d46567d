import AisleRouting
import CrossdockPlugin
import Testing

@testable import PickRouting

/// All that is wrong with a layout is listed at once, with a bound, and what only follows from it is not.
@Suite struct LayoutFaultTests {
  private static func texts(_ layout: String) -> [String] { LayoutCheck.check(Array(layout.utf8)).findings.map(\.text) }

  @Test func oneFaultHidesNoOther() {
    let text = """
      {"format": "crossdock-layout/1", "id": "mix", "version": "1", "frob": 1,
       "aisles": [{"id": "A", "x": 0, "width": 2}, {"id": "B", "x": 1, "width": 2}, {"id": "A", "x": 9}, {"id": "C", "x": 20}],
       "cross_aisles": [0, 10, 20],
       "locations": [{"id": "L1", "aisle": "A", "y": 5}, {"id": "L1", "aisle": "B", "y": 5},
                     {"id": "L2", "aisle": "Z", "y": 5}, {"id": "L3", "aisle": "C", "y": 25},
                     {"id": "L4", "aisle": "C", "y": 5, "colour": "red"}],
       "bays": [{"id": "{bay}", "count": 0, "first_y": 0, "pitch": 1}],
       "check_digits": {"L1": "11", "L2": "22", "L9": "99"},
       "depots": [{"id": "d", "aisle": "A", "y": 0}, {"id": "e", "aisle": "A"}],
       "blocked": [{"aisle": "C", "from": 4, "to": 6}, {"aisle": "C", "from": 9, "to": 8}]}
      """
    let report = LayoutCheck.check(Array(text.utf8))
    let texts = report.findings.map(\.text)
    #expect(report.isLayout && report.summary.isEmpty)
    for part in [
      "frob: unknown member", "aisles[2].id: A is used twice; first in aisles[0]", "aisles A and B overlap",
      "locations[1]: id L1 is used twice", "locations[2].aisle: there is no aisle Z", "L3 at y 25 m lies outside",
      "locations[4].colour: unknown member", "bays[0].count: is not within", "depots[1].y: is missing",
      "blocked[1]: from 9 m to 8 m", "location L4 (aisle C, y 5 m) cannot be reached from d",
    ] {
      #expect(texts.count { $0.contains(part) } == 1, "\(part): \(texts)")
    }
    #expect(texts.count == 11, "\(texts)")
  }

  @Test func whatOnlyFollowsFromAnotherFaultIsLeftOut() {
    let hall = PickingBench.hall
    #expect(
      Self.texts(hall.replacing("[0, 20]", with: "[0]")).map { String($0.prefix(30)) } == [
        "cross_aisles: the hall has one"
      ])
    #expect(
      Self.texts(hall.replacing(#"{"id": "R", "x": 20}"#, with: #"{"id": "R", "x": "20"}"#))
        == ["aisles[2].x: is not a number of metres"])
    let graph = #"""
      {"format": "crossdock-layout/1", "id": "g", "version": "1",
       "nodes": [{"id": "a", "x": 0, "y": 0}, {"id": "b", "x": 9, "y": 0}, {"id": "c", "x": 9, "y": null}],
       "edges": [{"from": "a", "to": "b", "one_way": true}, {"from": "b", "to": "c"}, {"from": "c", "to": "a"}],
       "locations": [{"id": "L", "node": "b"}, {"id": "M", "node": "c"}], "check_digits": {"M": "1"},
       "depots": [{"id": "d", "node": "a"}]}
      """#
    #expect(Self.texts(graph) == ["nodes[2].y: is missing"])
    #expect(
      Self.texts(graph.replacing("null", with: "0").replacing(#", {"from": "c", "to": "a"}"#, with: "")) == [
        "locations[0]: location L (node b) has no way back to d",
        "locations[1]: location M (node c) has no way back to d",
      ])
  }

  @Test func whatIsNoLayoutAtAllIsToldApart() {
    for text in ["", "[]", "{}", #"{"format": "x"}"#, #"{"metaInformation": {"lifVersion": "9.0"}}"#] {
      let report = LayoutCheck.check(Array(text.utf8))
      #expect(!report.isLayout && report.findings.count == 1, "\(text)")
    }
    #expect(LayoutCheck.check(Array(#"{"format": "crossdock-layout/1"}"#.utf8)).isLayout)
  }

  /// Each fault had been looked for from the beginning of the text: twenty thousand took minutes.
  @Test func ofManyFaultsTheFirstAreListedAndTheRestCounted() {
    let locations = (0..<20_000).map { #"{"id": "\#($0.isMultiple(of: 2) ? "P5" : "x\($0)")", "aisle": "P", "y": 5}"# }
    let text = PickingBench.hall.replacing(
      #""locations": ["#, with: "\"locations\": [" + locations.joined(separator: ",\n") + ",\n")
    let findings = LayoutCheck.check(Array(text.utf8)).findings
    #expect(findings.count == 101)
    #expect(findings[99].text == "locations[200]: id P5 is used twice; first in locations[0]")
    #expect(findings[100].text == "and 9900 more, of which this is the first")
    #expect(findings[100].line == findings[99].line + 2)
  }

  @Test func bayRulesAreReadNoFurtherThanThereMayBeLocations() {
    let bays = #""bays": [{"id": "{aisle}", "count": 200000, "first_y": 1, "pitch": 0.001}], "check_digits""#
    let findings = LayoutCheck.check(
      Array(PickingBench.hall.replacing("\"check_digits\"", with: bays).utf8)
    ).findings
    #expect(findings.count == 101 && findings[100].text.hasPrefix("and "))
  }

  @Test func baysOfAllAislesAreNotOfNodes() throws {
    let text = PickingBench.hall.replacing(
      "\"check_digits\"",
      with: #""nodes": [{"id": "n", "x": 0, "y": 0}], "lifts": [{"id": "l", "cost": 1, "stops": [{"node": "n"}, {"#
        + #""aisle": "P", "y": 0}]}], "bays": [{"id": "{aisle}-{bay}", "count": 2, "first_y": 1, "pitch": 1}], "check_digits""#
    )
    #expect(Self.texts(text) == [])
    let layout = try LayoutReader.read(Array(text.utf8), path: "l")
    #expect(layout.places["R-2"] != nil && layout.places["n-1"] == nil)
  }

  @Test(arguments: [
    (#""weight": -1000"#, "", "lines[0].weight: is not within 0 to 1000000000"),
    (#""weight": "heavy""#, "", "lines[0].weight: is not a number"),
    (#""volume": -3"#, "", "lines[0].volume: is not within 0 to 1000000000"),
    (#""weight": 1"#, #", "due": "soon""#, "due: is not a number"),
    (#""weight": 1"#, #", "due": -5"#, "due: is not within 0 to 1000000000"),
  ])
  func loadsAndDueTimesThatMeanNothingAreNotBatched(load: String, more: String, reason: String) {
    let line = "{\"order\": \"A\", \"lines\": [{\"line\": 1, \"location\": \"P5\", \"quantity\": 1, \(load)}]\(more)}"
    #expect {
      try OrderBatching.text(
        layout: Array(PickingBench.hall.utf8), layoutPath: "l", orders: Array("\(line)\n".utf8), ordersPath: "o",
        .init(units: nil, weight: 10, volume: nil), pickers: 1)
    } throws: {
      "\($0)" == "o:1: \(reason)"
    }
  }

  @Test func anOrderGivenTwiceIsNotBatched() {
    let line = #"{"order": "A", "lines": [{"line": 1, "location": "P5", "quantity": 1}]}"#
    #expect {
      try OrderBatching.text(
        layout: Array(PickingBench.hall.utf8), layoutPath: "l", orders: Array("\(line)\n\n\(line)\n".utf8),
        ordersPath: "o",
        .init(units: nil, weight: nil, volume: nil), pickers: 1)
    } throws: {
      "\($0)" == "o:3: order: A is given twice; first in line 1"
    }
  }
}
