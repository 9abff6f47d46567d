import JSONText
import Testing

@testable import Simulator

@Suite struct HandheldTests {
  private func document(_ payload: [UInt8]) throws -> JSONValue { try JSONValue.parse(payload) }

  private func route(_ order: String, revision: Int, lines: [Int]) -> [UInt8] {
    let stops = lines.map { #"{"line":\#($0),"location":"x","walk_m":1,"state":"open"}"# }.joined(separator: ",")
    return Array(
      #"{"type":"route","order":"\#(order)","revision":\#(revision),"status":"routed","stops":[\#(stops)]}"#.utf8)
  }

  /// The lines of the first order, as they are reported, when it is answered by a route that walks them backwards, or not.
  private func firstRound(answered: Bool) throws -> (lines: [Int], picked: [Int]) {
    var lines: [Int] = []
    var picked: [Int] = []
    var order = ""
    let world = try World(World.Settings(), run: "r", startNs: startNs) { series, payload in
      guard series.source == "hamburg/handheld-1", let document = try? JSONValue.parse(payload) else { return }
      if series.stream == "orders", order.isEmpty {
        order = document["order"]?.string ?? ""
        lines = document["lines"]?.array?.compactMap { $0["line"]?.integer } ?? []
      } else if series.stream == "picks", document["order"]?.string == order, let line = document["line"]?.integer {
        picked.append(line)
      }
    }
    var now: Int64 = 0
    var isAnswered = false
    while picked.count < max(1, lines.count), now < 300_000_000_000 {
      now += 100_000_000
      world.advance(to: now)
      if answered, !isAnswered, !order.isEmpty {
        isAnswered = true
        let payload = route(order, revision: 1, lines: lines.reversed())
        world.receive(topic: "crossdock/hamburg/handheld-1/route", payload: payload, nowNs: now)
      }
    }
    return (lines, picked)
  }

  @Test func linesArePickedInTheRoutesOrder() throws {
    let (lines, picked) = try firstRound(answered: true)
    #expect(lines.count > 1)
    #expect(picked == lines.reversed())
  }

  @Test func withoutAnswerLinesArePickedAsListed() throws {
    let (lines, picked) = try firstRound(answered: false)
    #expect(picked == lines)
  }

  @Test func olderRouteAndRefusalChangeNothing() throws {
    var round = PickRound(
      order: "A", lines: (1...3).map { PickRound.Line(number: $0, location: $0, gtin: "", quantity: 1) })
    let second = try #require(RouteReply(try document(route("A", revision: 2, lines: [3, 1, 2]))))
    let first = try #require(RouteReply(try document(route("A", revision: 1, lines: [2, 1, 3]))))
    let adopted = [second, first].map { round.adopt($0) }
    #expect(adopted == [true, false])
    #expect(round.walk == [3, 1, 2])
    #expect(RouteReply(try document(Array(#"{"type":"route","order":"A","status":"refused"}"#.utf8))) == nil)
  }

  @Test func lineOutOfReachIsNotWalkedTo() throws {
    var round = PickRound(
      order: "A", lines: (1...3).map { PickRound.Line(number: $0, location: $0, gtin: "", quantity: 1) })
    let text =
      #"{"type":"route","order":"A","revision":2,"status":"rerouted","stops":[{"line":3,"state":"open"}],"#
      + #""unreachable":[{"line":2}]}"#
    _ = round.adopt(try #require(RouteReply(try document(Array(text.utf8)))))
    #expect(round.walk == [3, 1])
  }

  @Test func sampleHallHasTheLocationsOfItsLayoutFile() throws {
    let layout = try JSONValue.parse(HallPlan.sample.layoutFile())
    #expect(layout["format"]?.string == "crossdock-layout/1")
    #expect(layout["locations"]?.array?.count == 200)
    #expect(layout["locations"]?[31]?["id"]?.string == "A02-12")
    #expect(layout["locations"]?[31]?["y"]?.number == 17.1)
  }

  @Test func pickListsBecomeOneHall() throws {
    let text = """
      NAME a
      AISLES 2
      AISLE_X 0 6
      CROSS 2
      CROSS_Y 0 62
      DEPOT 1 1
      PICKS 2
      0 10
      1 60
      EOF
      NAME broken
      AISLES 2
      AISLE_X 0 6
      CROSS 2
      CROSS_Y 0 62
      DEPOT 0 0
      PICKS 1
      7 10
      EOF
      """
    let instances = PickListReader.parse(text)
    #expect(instances.map(\.isWhole) == [true, false])
    #expect(instances[0].picks.map(\.y) == [10, 60])
    #expect(instances[0].depot == (1, 1))
  }
}
