/// What the devices of the simulated floor publish: facts, the same fact twice, and what should not come.
struct SimulatedFloor {
  /// What the agent is expected to make of a message.
  enum Outcome {
    case record
    case undecodable
    case oversize
    case unrouted
  }

  struct Publication {
    /// Number of the filter that it matches, which is the feed's; `unroutedFilter` for the one that no feed names.
    var filter: Int
    var source: String
    var topic: [UInt8]
    var payload: [UInt8]
    var outcome: Outcome
    /// Of a feed with dedupe keys.
    var identity: UInt64?
    var isRetained: Bool
  }

  static let scans = 0
  static let telemetry = 1
  static let status = 2
  static let unroutedFilter = 3
  static let filters = ["floor/+/scan", "floor/+/telemetry", "floor/+/status", "old/#"]
  static let maxPayloadBytes = 3000
  private static let assets = ["a", "b", "c", "dock-7", "e", "f"]
  /// Repetitions are of one of the last so many: far inside of every window.
  private static let memory = 30

  private let padding: ClosedRange<Int>
  private let repeats: Bool
  private var number: UInt64 = 0
  private var recent: [Publication] = []

  /// - Parameter repeats: whether devices publish the same fact twice, or retained, which has it come again.
  init(padding: ClosedRange<Int>, repeats: Bool) {
    self.padding = padding
    self.repeats = repeats
  }

  mutating func next(_ chance: inout SimulatedChance) -> Publication {
    if repeats, !recent.isEmpty, chance.oneIn(12) { return chance.pick(recent) }
    number += 1
    let asset = chance.pick(Self.assets)
    switch chance.below(60) {
    case 0:
      return publication(Self.telemetry, asset, body(Self.maxPayloadBytes, &chance), .oversize)
    case 1, 2:
      let broken = Array("{\"id\":\(number),\"v\":".utf8)
      return publication(chance.below(2), asset, broken, .undecodable)
    case 3:
      return publication(Self.unroutedFilter, asset, body(20, &chance), .unrouted)
    case 4, 5, 6:
      return publication(Self.status, asset, body(30, &chance), .record)
    default:
      var made = publication(chance.below(2), asset, body(chance.within(padding), &chance), .record)
      if made.filter == Self.scans { made.identity = number }
      made.isRetained = repeats && chance.oneIn(50)
      recent.append(made)
      if recent.count > Self.memory { recent.removeFirst() }
      return made
    }
  }

  private func body(_ padding: Int, _ chance: inout SimulatedChance) -> [UInt8] {
    var text = Array("{\"id\":\(number),\"v\":\(chance.below(10_000)),\"pad\":\"".utf8)
    for _ in 0..<padding { text.append(UInt8(ascii: "a") + UInt8(truncatingIfNeeded: chance.next() % 26)) }
    return text + Array("\"}".utf8)
  }

  private func publication(_ filter: Int, _ asset: String, _ payload: [UInt8], _ outcome: Outcome) -> Publication {
    let kind = ["scan", "telemetry", "status"]
    let topic = filter < kind.count ? "floor/\(asset)/\(kind[filter])" : "old/\(asset)"
    return Publication(
      filter: filter, source: asset, topic: Array(topic.utf8), payload: payload, outcome: outcome, identity: nil,
      isRetained: false)
  }
}
