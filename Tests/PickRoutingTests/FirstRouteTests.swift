import AisleRouting
import CrossdockPlugin
import JSONText
import Seeded
import Testing

@testable import PickRouting

@Suite struct FirstRouteTests {
  @Test func orderIsAnsweredWithTheShortestRoundTrip() throws {
    let answer = try PickingBench().order("A-17", ["Q10", "P5"])
    // Into P and back 10, along 10, into Q and back 20, along 10. An S-shape goes through both aisles: 20 + 10 + 20 + 10.
    #expect(answer.status == "routed")
    #expect(answer.revision == 1)
    #expect(answer.distance == 50)
    #expect(answer.json["s_shape_m"] == .number(60))
    #expect(answer.isOptimal == true)
    #expect(answer.json["gap_percent"] == .number(0))
    #expect(Set(answer.locations) == ["P5", "Q10"])
    #expect(answer.json["start"] == .string("dock"))
    #expect(answer.json["end"] == .string("dock"))
    #expect(answer.json["reason"] == .null)
    #expect(answer.json["layout"] == .string("small"))
    #expect(answer.json["layout_version"] == .string("1"))
    #expect(answer.unreachable == [])
  }

  @Test func answerGoesToTheStreamAndToTheSendersTopic() throws {
    let answer = try PickingBench().order("A-17", ["P5"], source: "hall/hand-3")
    #expect(answer.emitted.stream == "routes")
    #expect(answer.emitted.source == "hall/hand-3")
    #expect(answer.emitted.replyTopic == "crossdock/hall/hand-3/route")
    #expect(answer.json["source"] == .string("hall/hand-3"))
    #expect(answer.emitted.eventTimeNs == 1)
  }

  @Test func replyTopicTakesTheOrderAndHasNoWildcards() throws {
    let bench = try PickingBench(options: ["reply_topic": .string("wms/{order}/{source}")])
    #expect(try bench.order("A/1#+", ["P5"], source: "a/+").emitted.replyTopic == "wms/A-1--/a/-")
    let silent = try PickingBench(options: ["reply_topic": .string("")])
    #expect(try silent.order("A", ["P5"]).emitted.replyTopic == "")
  }

  @Test func stopsCarryWhatTheirLinesSay() throws {
    let lines = #"[{"line":7,"location":"Q10","gtin":"04012345678901","quantity":1.5,"colour":"red"}]"#
    let answers = try PickingBench().send(#"{"order":"A","lines":\#(lines),"priority":3}"#)
    #expect(
      answers.first?.json["stops"]
        == (try JSONValue.parse(
          """
          [{"line":7,"location":"Q10","aisle":"Q","gtin":"04012345678901","quantity":1.5,"check_digits":"82","walk_m":20,
            "state":"open"}]
          """)))
  }

  @Test func linesOfOneLocationFollowEachOther() throws {
    let answer = try PickingBench().order("A", ["Q10", "P5", "Q10", "Q10"])
    let stops = answer.json["stops"]?.array ?? []
    let atQ = stops.filter { $0["location"] == .string("Q10") }
    #expect(atQ.map { $0["line"]?.integer } == [1, 3, 4])
    #expect(atQ.dropFirst().allSatisfy { $0["walk_m"] == .number(0) })
    #expect(answer.locations == ["P5", "Q10", "Q10", "Q10"] || answer.locations == ["Q10", "Q10", "Q10", "P5"])
    #expect(answer.distance == 50)
  }

  @Test func startAndEndMayDifferAndMayBeLocations() throws {
    let bench = try PickingBench()
    #expect(try bench.order("A", ["Q5"], more: #","start":"dock","end":"gate""#).distance == 30)
    #expect(try bench.order("B", ["Q5"], more: #","start":"gate""#).json["end"] == .string("gate"))
    #expect(try bench.order("C", ["Q15"], more: #","start":"Q5","end":"Q10""#).distance == 15)
  }

  @Test func randomOrdersAreAsShortAsEveryPermutationTried() throws {
    let seed = SeededNumbers.seed(default: 20_261)
    var numbers = SeededNumbers(seed)
    let bench = try PickingBench()
    let layout = try LayoutReader.read(Array(PickingBench.hall.utf8), path: "small")
    let metric = DistanceMetric(layout: PickingBench.geometry)
    let names = layout.places.keys.filter { !layout.isDepot($0) }.sorted()
    for round in 0..<60 {
      let locations = Array(names.shuffled(using: &numbers).prefix(Int.random(in: 1...6, using: &numbers)))
      let answer = try bench.order("R-\(round)", locations)
      let dock = layout.places["dock"]!
      let shortest = shortestByTryingAll(metric, from: dock, through: locations.map { layout.places[$0]! }, to: dock)
      #expect(answer.distance == shortest?.metres)
      #expect(answer.isOptimal == true)
      #expect(answer.locations.sorted() == locations.sorted())
      let walked = metric.length(through: [dock] + answer.locations.map { layout.places[$0]! } + [dock])
      #expect(walked?.metres == answer.distance)
    }
  }

  @Test func timeTakenIsTheHostsCountdown() throws {
    var left: Int64 = 1000
    let body = try OneOrderRoute.answer(
      layout: Array(PickingBench.hall.utf8), layoutPath: "small", order: Array(PickingBench.order("A", ["P5"]).utf8)
    ) {
      left -= 250
      return left
    }
    #expect(try JSONValue.parse(body)["time_us"] == .number(250))
  }

  @Test func ownRecordsAreNotRead() throws {
    let bench = try PickingBench()
    bench.bench.add(stream: "routes", source: "hand-1", eventTimeNs: 1, flags: 1 << 4, body: "{}")
    #expect(try bench.bench.run() == [])
  }

  @Test func sameOrderAgainIsAnsweredAgainWithTheSameRevision() throws {
    let bench = try PickingBench()
    let first = try bench.order("A", ["P5", "Q10"])
    #expect(try bench.order("A", ["P5", "Q10"]).facts == first.facts)
    for location in first.locations { _ = try bench.event("confirmed", #""order":"A","location":"\#(location)""#) }
    let again = try bench.order("A", ["P5", "Q10"])
    #expect(again.status == "done")
    #expect(again.revision == 2)
  }
}
