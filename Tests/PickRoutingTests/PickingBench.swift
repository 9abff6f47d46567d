import AisleRouting
import CrossdockPlugin
import JSONText
import Testing

@testable import PickRouting

/// The model behind the C contract, in a hall that can be checked by hand:
///
///     y 20  +----+----+      aisles P, Q, R at x 0, 10, 20
///           |    |    |      locations P5, P15, Q5, Q10, Q15, R5, R15: aisle and y
///      y 0  D----+----G      dock D, gate G
final class PickingBench {
  static let hall = """
    {"format": "crossdock-layout/1", "id": "small", "version": "1",
     "aisles": [{"id": "P", "x": 0}, {"id": "Q", "x": 10}, {"id": "R", "x": 20}], "cross_aisles": [0, 20],
     "locations": [
       {"id": "P5", "aisle": "P", "y": 5}, {"id": "P15", "aisle": "P", "y": 15}, {"id": "Q5", "aisle": "Q", "y": 5},
       {"id": "Q10", "aisle": "Q", "y": 10}, {"id": "Q15", "aisle": "Q", "y": 15}, {"id": "R5", "aisle": "R", "y": 5},
       {"id": "R15", "aisle": "R", "y": 15}],
     "check_digits": {"Q10": "82"},
     "depots": [{"id": "dock", "aisle": "P", "y": 0}, {"id": "gate", "aisle": "R", "y": 0}]}
    """
  static let geometry = AisleLayout(aisleX: [0, 10_000, 20_000], crossY: [0, 20_000])

  let bench: PluginBench
  private var time: Int64 = 0

  init(layouts: [String] = [PickingBench.hall], options: [String: PluginContext.Value] = [:]) throws {
    var options = options
    options["layouts"] = .files(
      layouts.enumerated().map { .init(path: "\($0.offset).layout.json", contents: Array($0.element.utf8)) })
    bench = try PluginBench(
      PickRoutingModel.self, options: options,
      streams: ["orders", "picks", "routes"].map { .init(name: $0, columns: []) }, writes: ["routes"])
  }

  /// One message as one batch; what it was answered with.
  func send(_ body: String, source: String = "hand-1", stream: String = "picks") throws -> [Answer] {
    time += 1
    bench.add(stream: stream, source: source, eventTimeNs: time, body: body)
    return try bench.run().map(Answer.init)
  }

  /// CROSSDOCK_FLAG_EVENT_TIME_MISSING
  private static let timeIsMissing: UInt32 = 1 << 1

  /// A message with a time of its own, or with none, and the time when it came.
  func send(_ body: String, source: String = "hand-1", saying ownTime: Int64?, arriving arrival: Int64) throws
    -> [Answer]
  {
    bench.add(
      stream: "picks", source: source, eventTimeNs: ownTime ?? arrival, ingestTimeNs: arrival,
      flags: ownTime == nil ? Self.timeIsMissing : 0, body: body)
    return try bench.run().map(Answer.init)
  }

  /// An order with lines numbered from 1, each of quantity 2.
  static func order(_ id: String, _ locations: [String], more: String = "") -> String {
    let lines = locations.enumerated().map { #"{"line":\#($0.offset + 1),"location":"\#($0.element)","quantity":2}"# }
    return #"{"type":"order","order":"\#(id)"\#(more),"lines":[\#(lines.joined(separator: ","))]}"#
  }

  func order(
    _ id: String, _ locations: [String], more: String = "", source: String = "hand-1"
  ) throws -> Answer {
    let answers = try send(Self.order(id, locations, more: more), source: source, stream: "orders")
    return try #require(answers.first)
  }

  func event(_ type: String, _ members: String, source: String = "hand-1") throws -> [Answer] {
    try send(#"{"type":"\#(type)",\#(members)}"#, source: source)
  }
}

struct Answer: Equatable {
  var emitted: PluginBench.Emitted
  var json: JSONValue

  init(_ emitted: PluginBench.Emitted) throws {
    self.emitted = emitted
    json = try JSONValue.parse(emitted.body)
  }

  var status: String? { json["status"]?.string }
  var reason: String? { json["reason"]?.string }
  var revision: Int? { json["revision"]?.integer }
  var order: String? { json["order"]?.string }
  var distance: Double? { json["distance_m"]?.number }
  var isOptimal: Bool? { json["optimal"]?.bool }
  var locations: [String] { (json["stops"]?.array ?? []).compactMap { $0["location"]?.string } }
  var unreachable: [String] { (json["unreachable"]?.array ?? []).compactMap { $0["location"]?.string } }
  var member: String? { json["member"]?.string }

  /// The body without the one member that is measured.
  var facts: JSONValue { .object((json.object ?? []).filter { $0.key != "time_us" }) }
}

/// The shortest way through all places in any order: every permutation tried.
func shortestByTryingAll(
  _ metric: DistanceMetric, from start: AislePosition, through places: [AislePosition], to end: AislePosition
) -> Int64? {
  if places.isEmpty { return metric.distance(from: start, to: end) }
  return places.indices.compactMap { i -> Int64? in
    var rest = places
    let next = rest.remove(at: i)
    guard let first = metric.distance(from: start, to: next),
      let others = shortestByTryingAll(metric, from: next, through: rest, to: end)
    else { return nil }
    return first + others
  }.min()
}
