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
        "edge 1 has a trajectory without knotVector; its knots are taken as even",
        "edge 3 joins two nodes that an edge joins already", "member frob of a node is not known: left out, 2 in all",
      ])
  }

  private static func trajectory(_ degree: Int, _ knots: String, _ points: [(Double, Double, Double)]) -> String {
    let points = points.map { #"{"x": \#($0.0), "y": \#($0.1), "weight": \#($0.2)}"# }.joined(separator: ", ")
    return #"{"degree": \#(degree), "knotVector": [\#(knots)], "controlPoints": [\#(points)]}"#
  }

  private static func length(_ trajectory: String) throws -> Double {
    try TrajectoryCurve(MemberReader(try JSONValue.parse(Array(trajectory.utf8)), at: "")).length
  }

  /// Against lengths that are known, and against fine polylines of the curve by its definition.
  @Test func curvesAreAsLongAsTheyAre() throws {
    let straight = Self.trajectory(3, "0,0,0,0,1,1,1,1", [(0, 0, 1), (1, 0, 5), (2, 0, 0.1), (10, 0, 1)])
    #expect(abs(try Self.length(straight) - 10) < 1e-6)
    let half = 0.5.squareRoot()
    let quarter = Self.trajectory(2, "0,0,0,1,1,1", [(7, 0, 1), (7, 7, half), (0, 7, 1)])
    #expect(abs(try Self.length(quarter) / (7 * Double.pi / 2) - 1) < 1e-9)
    let circle: [(Double, Double, Double)] = [
      (1, 0, 1), (1, 1, half), (0, 1, 1), (-1, 1, half), (-1, 0, 1), (-1, -1, half), (0, -1, 1), (1, -1, half),
      (1, 0, 1),
    ]
    let round = Self.trajectory(2, "0,0,0,1,1,2,2,3,3,4,4,4", circle)
    #expect(abs(try Self.length(round) - 2 * Double.pi) < 1e-8)
    // y = x² from 0 to 1.
    let parabola = Self.trajectory(2, "0,0,0,1,1,1", [(0, 0, 1), (0.5, 0, 1), (1, 1, 1)])
    #expect(abs(try Self.length(parabola) - 1.4789428575445975) < 1e-8)
    // There and back on a line, with a turn within.
    let turn = Self.trajectory(2, "0,0,0,1,1,1", [(0, 0, 1), (1, 0, 1), (0, 0, 1)])
    #expect(abs(try Self.length(turn) - 1) < 1e-6)
    let polygon = Self.trajectory(1, "0,0,3,9,9", [(0, 0, 1), (3, 4, 2), (3, 10, 1)])
    #expect(abs(try Self.length(polygon) - 11) < 1e-6)
    // Weights so far apart that nothing but rounding is left: it ends, and is bounded by the polygon.
    var points: [(Double, Double, Double)] = []
    for n in 0..<60 { points.append((Double(n), Double(n % 2), n % 2 == 0 ? 1e6 : 1e-300)) }
    let knots = (0...76).map { (n: Int) -> String in "\(min(max(n - 16, 0), 44))" }.joined(separator: ",")
    let wild = try Self.length(Self.trajectory(16, knots, points))
    #expect(wild > 58 && wild <= 59 * 2.0.squareRoot())
    // Knots that do not meet the ends: a straight part of the middle, from 1 to 3.
    let open = Self.trajectory(1, "0,1,2,3,4", [(0, 0, 1), (1, 0, 1), (2, 0, 1)])
    #expect(abs(try Self.length(open) - 2) < 1e-6)
  }

  @Test func aCurvedEdgeIsAsLongAsItsCurveInItsDirection() throws {
    let half = 0.5.squareRoot()
    let arc = Self.trajectory(2, "0,0,0,1,1,1", [(0, 0, 1), (2.5, 2.5, half), (5, 0, 1)])
    let line = Self.trajectory(1, "0,0,1,1", [(0, 0, 1), (5, 0, 1)])
    let file = Self.file(
      Self.layout(
        "l", [Self.node("a", "0"), Self.node("b", "5")],
        [
          Self.edge("1", "a", "b", #", "trajectory": \#(arc)"#), Self.edge("2", "b", "a", #", "trajectory": \#(line)"#),
          Self.edge("3", "a", "b"),
        ],
        ["dock": "a", "shelf": "b"]))
    let imported = try LIFImport.convert(file, vehicleType: nil, depot: nil)
    #expect(imported.remarks == ["edge 3 joins two nodes that an edge joins already"])
    let order = #"{"order": "A", "lines": [{"line": 1, "location": "shelf", "quantity": 1}]}"#
    let answer = try OneOrderRoute.answer(
      layout: imported.text, layoutPath: "l", order: Array(order.utf8), countdownUs: { 0 })
    // A quarter of a circle about (2.5, −2.5), and the straight way back.
    #expect(try JSONValue.parse(answer)["distance_m"]?.number == 5 + 5.554)
  }

  @Test(arguments: [
    ("0,0,0,1,1", 2, "trajectory.knotVector: has 5 knots; 3 control points of degree 2 have 6"),
    ("0,0,0,1,0.5,1", 2, "trajectory.knotVector[4]: is less than the one before"),
    ("0,0,0,0,0,0", 2, "trajectory.knotVector: has no range between its first and its last knots"),
    (#"0,0,0,1,"x",1"#, 2, "trajectory.knotVector[4]: is not a number within ±1000000000"),
    ("0,0,0,1,1,1", 0, "trajectory.degree: is not within 1 to 2147483647"),
    ("0,0,0,1,1,1", 3, "trajectory.degree: is 3; at most 2 with 3 control points"),
    ("0,0,0.5,1,1", 1, "trajectory.controlPoints[1].weight: is not greater than 0 and at most 1000000"),
  ])
  func aCurveThatIsNoneIsRefusedAtItsPlace(knots: String, degree: Int, reason: String) {
    let weight = reason.contains("weight") ? -1.0 : 1
    let bad = Self.trajectory(degree, knots, [(0, 0, 1), (2, 2, weight), (5, 0, 1)])
    let file = Self.file(
      Self.layout(
        "l", [Self.node("a"), Self.node("b", "5")],
        [Self.edge("1", "a", "b", #", "trajectory": \#(bad)"#), Self.edge("2", "b", "a")], ["dock": "a", "shelf": "b"]))
    let found = Self.refusal(file)
    #expect(found.hasSuffix(": layouts[0].edges[0].vehicleTypeEdgeProperties[0].\(reason)"), "\(found)")
  }

  @Test func aCurveInTwoPartsIsRefused() {
    let gap = Self.trajectory(1, "0,0,1,1,2,2", [(0, 0, 1), (1, 0, 1), (9, 0, 1), (10, 0, 1)])
    #expect(throws: MemberError(member: "knotVector[3]", reason: "is repeated more than 1 times: the curve has a gap"))
    {
      try Self.length(gap)
    }
  }
}
