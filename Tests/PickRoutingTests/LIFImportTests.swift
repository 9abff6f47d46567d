import CrossdockPlugin
import JSONText
import Testing

@testable import PickRouting

/// A file in LIF gives a layout that can be used, or is refused with a place in it.
@Suite struct LIFImportTests {
  private static let types = #""vehicleTypeNodeProperties": [{"vehicleTypeId": "v"}]"#

  private static func node(_ id: String, _ x: String = "0", _ more: String = types) -> String {
    #"{"nodeId": "\#(id)", "nodePosition": {"x": \#(x), "y": 0}, \#(more)}"#
  }

  private static func edge(_ id: String, _ from: String, _ to: String, _ more: String = "") -> String {
    #"{"edgeId": "\#(id)", "startNodeId": "\#(from)", "endNodeId": "\#(to)", "#
      + #""vehicleTypeEdgeProperties": [{"vehicleTypeId": "v"\#(more)}]}"#
  }

  private static func both(_ id: String, _ a: String, _ b: String) -> String {
    edge(id, a, b) + ", " + edge(id + "r", b, a)
  }

  private static func layout(_ id: String, _ nodes: [String], _ edges: [String], _ stations: [String: String]) -> String
  {
    let stations = stations.sorted { $0.key < $1.key }.map {
      #"{"stationId": "\#($0.key.prefix { $0 != "#" })", "interactionNodeIds": ["\#($0.value)"]}"#
    }
    return #"{"layoutId": "\#(id)", "nodes": ["# + nodes.joined(separator: ", ") + "],\n\"edges\": ["
      + edges.joined(separator: ", ") + "],\n\"stations\": [" + stations.joined(separator: ", ") + "]}"
  }

  private static func file(_ layouts: String...) -> [UInt8] {
    let meta = #"{"projectIdentification": "p", "creator": "c", "exportTimestamp": "t", "lifVersion": "1.0.0"}"#
    return Array("{\"metaInformation\": \(meta),\n\"layouts\": [\n\(layouts.joined(separator: ",\n"))]}".utf8)
  }

  private static func refusal(_ file: [UInt8]) -> String {
    do {
      return "taken: \(try LIFImport.convert(file, vehicleType: nil, depot: nil).remarks)"
    } catch {
      return error.description
    }
  }

  @Test func edgesLeadToALaterFloor() throws {
    let file = Self.file(
      Self.layout(
        "0", [Self.node("a"), Self.node("b", "5")], [Self.both("1", "a", "b"), Self.edge("up", "b", "c")], ["dock": "a"]
      ),
      Self.layout(
        "1", [Self.node("c", "5"), Self.node("d", "9")], [Self.both("2", "c", "d"), Self.edge("down", "c", "b")],
        ["shelf": "d"]))
    let imported = try LIFImport.convert(file, vehicleType: nil, depot: nil)
    #expect(imported.remarks == [])
    let order = #"{"order": "A", "lines": [{"line": 1, "location": "shelf", "quantity": 1}]}"#
    let answer = try OneOrderRoute.answer(
      layout: imported.text, layoutPath: "l", order: Array(order.utf8), countdownUs: { 0 })
    #expect(try JSONValue.parse(answer)["distance_m"]?.number == 18)
    #expect(LayoutCheck.check(file).findings == [])
  }

  @Test func whatCannotBeUsedIsRefusedAtItsPlace() {
    let (a, b) = (Self.node("a"), Self.node("b", "5"))
    let ways = Self.both("1", "a", "b")
    let stations = ["dock": "a", "shelf": "b"]
    let unusable = Self.node("a", "0", #""vehicleTypeNodeProperties": []"#)
    for (file, expected) in [
      (Self.file(Self.layout("l", [a, b], [ways], stations)), "taken: []"),
      (
        Self.file(Self.layout("l", [a, b], [ways, Self.edge("1", "a", "b")], stations)),
        ": layouts[0].edges[2].edgeId: 1 is used twice; first in layouts[0].edges[0]"
      ),
      (
        Self.file(Self.layout("l", [a, b], [ways], ["dock": "a", "shelf": "b", "shelf#2": "a"])),
        ": layouts[0].stations[2].stationId: shelf is used twice; first in layouts[0].stations[1]"
      ),
      (
        Self.file(Self.layout("l", [unusable, a, b], [ways], stations)),
        ": layouts[0].nodes[1].nodeId: a is used twice; first in layouts[0].nodes[0]"
      ),
      (
        Self.file(Self.layout("l", [a, Self.node("b", "1e308")], [ways], stations)),
        ": layouts[0].nodes[1].nodePosition.x: is further out than 100000 m"
      ),
      (
        Self.file(Self.layout("l", [a, b], [Self.edge("1", "a", "b")], stations)),
        ": layouts[0].stations[1]: location shelf (node b) has no way back to dock"
      ),
      (
        Self.file(Self.layout("l", [a, b], [ways], ["dock": "a"])),
        ": layouts[0].stations[0]: dock is the depot, and there is no other place to go to"
      ),
    ] {
      let found = Self.refusal(file)
      if expected.hasPrefix("taken") {
        #expect(found == expected)
      } else {
        #expect(found.hasSuffix(expected), "\(found)")
      }
      let findings = LayoutCheck.check(file).findings
      #expect(findings.isEmpty == expected.hasPrefix("taken"))
      if let first = findings.first { #expect(found == "\(first.line):\(first.column): \(first.text)") }
    }
  }

  @Test func whatIsReadInAnotherWayIsSaid() throws {
    let curve =
      #", "trajectory": {"degree": 2, "controlPoints": [{"x": 0, "y": 0}, {"x": 0, "y": 9}, {"x": 5, "y": 0}]}"#
    let file = Self.file(
      Self.layout(
        "l", [Self.node("a", "0", Self.types + #", "frob": 1"#), Self.node("b", "5", Self.types + #", "frob": 2"#)],
        [Self.edge("1", "a", "b", curve), Self.edge("2", "b", "a"), Self.edge("3", "b", "a")], [:]))
    let remarks = try LIFImport.convert(file, vehicleType: nil, depot: nil).remarks
    #expect(
      remarks == [
        "edge 1 is curved; it is taken as straight from node to node",
        "edge 3 joins two nodes that an edge joins already", "member frob of a node is not known: left out, 2 in all",
      ])
  }
}
