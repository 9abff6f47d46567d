import AisleRouting
import CrossdockPlugin
import Fixtures
import Foundation
import Seeded
import Testing

@testable import PickRouting

@Suite struct LayoutReaderTests {
  /// The layout with one text replaced by another.
  private static func broken(_ old: String, _ new: String) -> String {
    precondition(PickingBench.hall.contains(old))
    return PickingBench.hall.replacing(old, with: new)
  }

  /// The place in the file is tested by itself.
  private static func withoutPlace(_ error: any Error) -> String {
    "\(error)".replacing(#/json:[0-9]+:[0-9]+:/#, with: "json:LINE:COLUMN:")
  }

  private static let aisleR = #"{"id": "R", "x": 20}"#
  private static let p5 = #"{"id": "P5", "aisle": "P", "y": 5}"#
  private static let gate = #"{"id": "gate", "aisle": "R", "y": 0}"#

  @Test(arguments: [
    (broken("\"id\": \"small\",", "\"id\" \"small\","), "0.layout.json:1:39: expected ':'"),
    (broken("crossdock-layout/1", "v9"), #"format: is "v9"; this version reads "crossdock-layout/1""#),
    (
      broken("\"check_digits\"", "\"check_digit\""),
      "check_digit: unknown member; known are format, id, version, description, aisles, cross_aisles, lifts, turn_cost,"
        + " nodes, edges, depots, locations, bays, check_digits, blocked"
    ),
    (broken("\"version\": \"1\",", ""), "version: is missing"),
    (broken(aisleR, #"{"id": "Q", "x": 20}"#), "aisles[2].id: Q is used twice; first in aisles[1]"),
    (broken(aisleR, #"{"id": "R", "x": 10}"#), "aisles[2].x: aisles Q and R both lie at 10 m"),
    (broken(aisleR, #"{"id": "R", "x": "20"}"#), "aisles[2].x: is not a number of metres"),
    (broken(aisleR, #"{"id": "R", "x": 2e9}"#), "aisles[2].x: is further out than 100000 m"),
    (broken(aisleR, #"{"id": "R", "X": 20}"#), "aisles[2].X: unknown member; known are id, x, width, one_way, floor"),
    (broken("[0, 20]", "[0, 20, 20.0001]"), "cross_aisles[2]: a cross-aisle at 20 m is there already"),
    (broken(p5, #"{"id": "Q5", "aisle": "P", "y": 5}"#), "locations[2]: id Q5 is used twice; first in locations[0]"),
    (
      broken(p5, #"{"id": "P5", "aisle": "P", "y": 20.5}"#),
      "locations[0]: P5 at y 20.5 m lies outside of aisle P, which runs from 0 m to 20 m"
    ),
    (broken(p5, #"{"id": "P5", "aisle": "S", "y": 5}"#), "locations[0].aisle: there is no aisle S"),
    (broken(gate, #"{"id": "R5", "aisle": "R", "y": 0}"#), "depots[1]: id R5 is used twice; first in locations[5]"),
    (broken(#""Q10": "82""#, #""Q11": "82""#), "check_digits: there is no location Q11"),
    (
      broken("\"check_digits\"", #""blocked": [{"aisle": "Q", "from": 9, "to": 11}], "check_digits""#),
      "blocked: location Q10 (aisle Q, y 10 m) cannot be reached from dock"
    ),
    (
      broken(
        "\"check_digits\"",
        #""blocked": [{"aisle": "Q", "from": 8, "to": 9}, {"aisle": "Q", "from": 11, "to": 12}], "check_digits""#),
      "blocked: location Q10 (aisle Q, y 10 m) cannot be reached from dock"
    ),
    (
      broken("\"check_digits\"", #""blocked": [{"aisle": "Q", "from": 9, "to": 21}], "check_digits""#),
      "blocked[0]: from 9 m to 21 m is not a stretch of an aisle that runs from 0 m to 20 m"
    ),
    (
      #"{"format":"crossdock-layout/1","id":"a","version":"1","aisles":[{"id":"P","x":0}],"cross_aisles":[0,20]}"#,
      #"there are no locations: give "locations" or "bays""#
    ),
  ])
  func layoutIsRefusedAtOpenWithItsReason(text: String, reason: String) {
    let prefix = reason.hasPrefix("0.layout.json") ? "layout " : "layout 0.layout.json:LINE:COLUMN: "
    #expect {
      try PickingBench(layouts: [text])
    } throws: { error in
      let found = reason.hasPrefix("0.layout.json") ? "\(error)" : Self.withoutPlace(error)
      #expect(found == prefix + reason)
      return true
    }
  }

  @Test func onlyOneCrossAisleIsNoHall() {
    #expect(throws: PluginError.self) { try PickingBench(layouts: [Self.broken("[0, 20]", "[0]")]) }
  }

  @Test func optionsAreCheckedAtOpen() {
    func message(_ options: [String: PluginContext.Value], _ layouts: [String] = [PickingBench.hall]) -> String? {
      do {
        _ = try PickingBench(layouts: layouts, options: options)
        return nil
      } catch {
        return "\(error)"
      }
    }
    #expect(message([:]) == nil)
    #expect(message([:], []) == "layouts is empty: name at least one layout file")
    #expect(
      message([:], [PickingBench.hall, PickingBench.hall])
        == "layouts 0.layout.json and 1.layout.json both have the id small")
    #expect(message(["max_open_orders": .integer(0)]) == "max_open_orders is 0, not within 1 to 100000")
    #expect(message(["max_reroutes": .integer(-1)]) == "max_reroutes is -1, not within 1 to 100000")
    #expect(
      message(["reply_topic": .string("a/{device}")])
        == "reply_topic: {device} is not known; known are {source} and {order}")
    #expect(message(["reply_topic": .string("a/#")]) == "reply_topic: a topic to publish to has no + or #")
    #expect(message(["reply_topic": .string("a/{source")]) == "reply_topic: a '{' without its '}'")
  }

  @Test func baysMakeLocationsByTheirPattern() throws {
    let text = """
      {"format": "crossdock-layout/1", "id": "a", "version": "1",
       "aisles": [{"id": "A2", "x": 3.0004}, {"id": "A1", "x": 0}], "cross_aisles": [10, -1],
       "bays": [{"id": "{aisle}-{bay:3}", "count": 3, "first_y": 1, "pitch": 1.5, "first_bay": 9},
                {"aisles": ["A2"], "id": "x{bay}", "count": 2, "first_y": 0, "pitch": 0.25}],
       "depots": [{"id": "d", "aisle": "A2", "y": -1}]}
      """
    let layout = try LayoutReader.read(Array(text.utf8), path: "a")
    #expect(layout.aisles == ["A1", "A2"])
    #expect(layout.geometry == .init(aisleX: [0, 3000], crossY: [-1000, 10_000]))
    #expect(
      layout.places == [
        "A1-009": .init(aisle: 0, y: 1000), "A1-010": .init(aisle: 0, y: 2500), "A1-011": .init(aisle: 0, y: 4000),
        "A2-009": .init(aisle: 1, y: 1000), "A2-010": .init(aisle: 1, y: 2500), "A2-011": .init(aisle: 1, y: 4000),
        "x1": .init(aisle: 1, y: 0), "x2": .init(aisle: 1, y: 250), "d": .init(aisle: 1, y: -1000),
      ])
  }

  @Test(arguments: [
    (#""id": "{isle}""#, "bays[0].id: has {isle}; known are {aisle}, {bay} and {bay:digits}"),
    (#""id": "{aisle""#, "bays[0].id: has a '{' without its '}'"),
    (#""id": "{aisle}""#, "bays[0]: id P is used twice; first in bays[0]"),
    (#""id": "{bay}", "aisles": ["Z"]"#, "bays[0].aisles[0]: there is no aisle Z"),
    (
      #""id": "{bay}", "bay_count": 2"#,
      "bays[0].bay_count: unknown member; known are aisles, count, first_y, pitch, id, first_bay, face"
    ),
  ])
  func bayRuleIsRefusedWithItsReason(members: String, reason: String) {
    let bays = #""bays": [{\#(members), "count": 2, "first_y": 1, "pitch": 1}], "check_digits""#
    #expect {
      try PickingBench(layouts: [Self.broken("\"check_digits\"", bays)])
    } throws: { error in
      #expect(Self.withoutPlace(error) == "layout 0.layout.json:LINE:COLUMN: " + reason)
      return true
    }
  }

  /// Members taken away, doubled or exchanged, numbers and bytes changed: a layout, or findings with a place in the text.
  @Test func anyBytesGiveALayoutOrFindings() throws {
    let seed = SeededNumbers.seed(default: 7)
    var numbers = SeededNumbers(seed)
    let folder = Repository.root.appending(path: "Plugins/PickRouting/layouts")
    var (usable, refused) = (0, 0)
    for name in ["hall-a", "hall-b", "site-c"] {
      let whole = Array(try Data(contentsOf: folder.appending(path: "\(name).layout.json")))
      for _ in 0..<400 {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...4, using: &numbers) {
          let at = Int.random(in: 0..<bytes.count, using: &numbers)
          switch Int.random(in: 0..<4, using: &numbers) {
          case 0: bytes[at] = UInt8.random(in: 0x20...0x7E, using: &numbers)
          case 1: bytes[at] = UInt8(ascii: "0") + UInt8.random(in: 0...9, using: &numbers)
          case 2: bytes.remove(at: at)
          default: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 30)], at: at)
          }
        }
        let (layout, findings) = LayoutReader.check(bytes)
        if layout != nil, findings.isEmpty { usable += 1 } else { refused += 1 }
        #expect(layout != nil || !findings.isEmpty)
        let lines = bytes.count { $0 == 0x0A } + 1
        #expect(findings.allSatisfy { (1...lines).contains($0.line) && $0.column >= 1 && !$0.text.isEmpty })
        if layout != nil { _ = try HallDrawing.draw(layout: bytes, layoutPath: name) }
        _ = try? LIFImport.convert(bytes, vehicleType: nil, depot: nil)
      }
    }
    #expect(usable > 20 && refused > 20, "\(usable) \(refused)")
  }

  @Test func shippedLayoutsCanBeUsed() throws {
    let folder = Repository.root.appending(path: "Plugins/PickRouting/layouts")
    let counts = try ["hall-a": 200, "hall-b": 73, "site-c": 260].map { name, count in
      let text = try Data(contentsOf: folder.appending(path: "\(name).layout.json"))
      return (try LayoutReader.read(Array(text), path: name).locationCount, count)
    }
    for (found, expected) in counts { #expect(found == expected) }
  }
}
