import CrossdockPlugin
import JSONText
import Testing

@testable import PickRouting

@Suite struct DrawingTests {
  private static let order =
    #"{"order":"A<1>","lines":[{"line":1,"location":"P5","quantity":1},{"line":2,"location":"R15","quantity":2}]}"#

  /// How often each element stands in a text that is well-formed: every element closed in its turn, no bare `<` or `&`.
  private static func elements(_ svg: String) throws -> [String: Int] {
    var counts: [String: Int] = [:]
    var open: [Substring] = []
    for piece in svg.split(separator: "<", omittingEmptySubsequences: false).dropFirst() {
      let end = try #require(piece.firstIndex(of: ">"), "\(piece)")
      let tag = piece[..<end]
      let name = tag.drop { $0 == "/" }.prefix { $0.isLetter }
      if tag.hasPrefix("/") {
        #expect(open.popLast() == name)
      } else {
        counts[String(name), default: 0] += 1
        if !tag.hasSuffix("/") { open.append(name) }
        #expect(tag.count { $0 == "\"" }.isMultiple(of: 2), "\(tag)")
      }
      for entity in piece.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
        #expect(["lt;", "gt;", "amp;", "quot;"].contains { entity.hasPrefix($0) }, "\(piece)")
      }
    }
    #expect(open.isEmpty)
    return counts
  }

  @Test func walkIsDrawnWithItsStopsNumbered() throws {
    let svg = try HallDrawing.draw(
      layout: Array(PickingBench.hall.utf8), layoutPath: "small", order: Array(Self.order.utf8))
    let elements = try Self.elements(svg)
    #expect(elements["svg"] == 1)
    #expect(svg.contains("Order A&lt;1&gt;"))
    #expect(svg.contains(">1</text>") && svg.contains(">2</text>"))
    #expect(svg.contains("proven shortest"))
  }

  @Test func blockedStretchIsMarked() throws {
    let blocked = PickingBench.hall.replacing(
      "\"check_digits\"", with: #""blocked": [{"aisle": "Q", "from": 12, "to": 13}], "check_digits""#)
    let (plain, marked) = (
      try HallDrawing.draw(layout: Array(PickingBench.hall.utf8), layoutPath: "a"),
      try HallDrawing.draw(layout: Array(blocked.utf8), layoutPath: "b")
    )
    #expect(!plain.contains("#c0271a") && marked.contains("#c0271a"))
    _ = try Self.elements(marked)
  }

  @Test func explanationAddsUpToTheWalk() throws {
    let found = try RouteExplanation.explain(
      layout: Array(PickingBench.hall.utf8), layoutPath: "small", order: Array(Self.order.utf8))
    #expect(found.legs.map(\.walk).reduce(0, +) == found.length)
    #expect(found.legs.last?.total == found.length)
    #expect(found.nearestFirst >= found.length)
    #expect(found.legs.dropLast().allSatisfy { ($0.cost ?? -1) >= 0 })
    #expect(
      found.legs.allSatisfy { ($0.costAfterNext ?? 0) >= 0 }, "no exchange of neighbours shortens a shortest walk")
    #expect(["up P", "right, up R"].contains(found.legs[0].way))
  }

  @Test func explanationKeepsThePrecedence() throws {
    let order = #"""
      {"order": "A", "lines": [{"line": 1, "location": "P5", "quantity": 1, "handling": "fragile"},
       {"line": 2, "location": "R15", "quantity": 1, "handling": "heavy"}, {"line": 3, "location": "Q5", "quantity": 1}]}
      """#
    let found = try RouteExplanation.explain(
      layout: Array(PickingBench.hall.utf8), layoutPath: "small", order: Array(order.utf8))
    #expect(found.legs.map(\.to) == ["R15", "Q5", "P5", "dock"])
    #expect(found.legs.map(\.isBeforeNext) == [true, true, false, false])
    #expect(found.legs.allSatisfy { $0.costAfterNext == nil })
    #expect(found.nearestFirst == found.length && found.lowerBound <= found.length)
  }

  @Test func floorWithoutANameIsSaidInWords() throws {
    let hall = PickingBench.hall.replacing(
      "\"check_digits\"",
      with:
        #""nodes": [{"id": "n", "x": 0, "y": 0, "floor": "up"}], "lifts": [{"id": "l", "cost": 1, "stops": [{"node": "n"}, "#
        + #"{"aisle": "P", "y": 0}]}], "bays": [{"id": "{aisle}", "count": 1, "first_y": 1, "pitch": 1}], "check_digits""#
    )
    let order = #"{"order": "A", "start": "N", "end": "N", "lines": [{"line": 1, "location": "P5", "quantity": 1}]}"#
    let found = try RouteExplanation.explain(
      layout: Array(hall.replacing(#""locations": ["#, with: #""locations": [{"id": "N", "node": "n"}, "#).utf8),
      layoutPath: "small", order: Array(order.utf8))
    #expect(found.legs.map(\.way) == ["to the floor without a name, up P", "down P, to floor up"])
  }

  private static let lif = """
    {"metaInformation": {"projectIdentification": "p", "creator": "c", "exportTimestamp": "t", "lifVersion": "1.0.0"},
     "layouts": [{"layoutId": "l", "layoutVersion": "1",
       "nodes": [{"nodeId": "a", "nodePosition": {"x": 0, "y": 0}, "vehicleTypeNodeProperties": [{"vehicleTypeId": "v"}]},
                 {"nodeId": "b", "nodePosition": {"x": 3, "y": 4}, "vehicleTypeNodeProperties": [{"vehicleTypeId": "v"}]},
                 {"nodeId": "c", "nodePosition": {"x": 9, "y": 4}, "vehicleTypeNodeProperties": [{"vehicleTypeId": "w"}]}],
       "edges": [{"edgeId": "1", "startNodeId": "a", "endNodeId": "b", "vehicleTypeEdgeProperties": [{"vehicleTypeId": "v"}]},
                 {"edgeId": "2", "startNodeId": "b", "endNodeId": "a", "vehicleTypeEdgeProperties": [{"vehicleTypeId": "v"}]},
                 {"edgeId": "3", "startNodeId": "b", "endNodeId": "c", "vehicleTypeEdgeProperties": []}],
       "stations": [{"stationId": "dock", "interactionNodeIds": ["a"]}, {"stationId": "shelf", "interactionNodeIds": ["b", "c"]}]}]}
    """

  @Test func lifIsReadWithWhatAVehicleMayUse() throws {
    let imported = try LIFImport.convert(Array(Self.lif.utf8), vehicleType: "v", depot: "dock")
    #expect(imported.remarks.count == 3)
    #expect(LayoutReader.check(imported.text).findings == [])
    let order = #"{"order":"A","lines":[{"line":1,"location":"shelf","quantity":1}]}"#
    let answer = try JSONValue.parse(
      try OneOrderRoute.answer(layout: imported.text, layoutPath: "l", order: Array(order.utf8), countdownUs: { 0 }))
    #expect(answer["distance_m"]?.number == 10)
    #expect(answer["optimal"]?.bool == true)
  }

  @Test(arguments: ["", "[]", "{}", #"{"metaInformation":{"lifVersion":"9.0"},"layouts":[]}"#])
  func whatIsNoLIFIsRefused(text: String) {
    #expect(throws: PluginError.self) { try LIFImport.convert(Array(text.utf8), vehicleType: nil, depot: nil) }
  }

  @Test func ordersAreBatchedInAHall() throws {
    let orders = ["P5", "R5", "P15", "R15"].enumerated().map {
      #"{"order":"\#($0.offset)","lines":[{"line":1,"location":"\#($0.element)","quantity":2,"weight":1.5}]}"#
    }.joined(separator: "\n")
    let text = try OrderBatching.text(
      layout: Array(PickingBench.hall.utf8), layoutPath: "l", orders: Array(orders.utf8), ordersPath: "o",
      .init(units: 4, weight: nil, volume: nil), pickers: 1)
    #expect(text.contains("tour 1: 30 m: 0, 2\n"))
    #expect(text.contains("tour 2: 70 m: 1, 3\n"))
    #expect(text.contains("100 m in 2 tours; first come, first served 140 m"), "\(text)")
    #expect(throws: PluginError.self) {
      try OrderBatching.text(
        layout: Array(PickingBench.hall.utf8), layoutPath: "l", orders: Array(orders.utf8), ordersPath: "o",
        .init(units: 1, weight: nil, volume: nil), pickers: 1)
    }
  }
}
