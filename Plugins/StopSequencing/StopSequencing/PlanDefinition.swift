internal import JSONText
internal import TimedRoutes

/// What a `plan` message says, its shape checked: places by number, times in whole seconds of the plan's own clock.
struct PlanDefinition {
  var id: String
  /// Place names, in the order of the matrix.
  var places: [String]
  var travel: TravelTimes
  var windows: [StopProblem.Window]
  var service: [Int64]
  var demands: [Int64]
  var capacity: Int64
  var load: Int64
  var start: Int
  var end: Int?
  var departure: Int64
  var stops: [Int]
  var precedences: [StopProblem.Precedence]
  var objective: StopProblem.Objective
  /// The order as it was planned; nil when it is left to the plugin.
  var sequence: [Int]?
  /// FNV-1a of the message's content: the same plan again, or another one under its id.
  var digest: UInt64
  /// The message, for the checkpoint.
  var body: [UInt8]

  /// - Parameter isNew: not from a checkpoint.
  init(_ document: JSONValue, isNew: Bool = true) throws(Refusal) {
    let message = try MemberReader(document, at: "")
    var json = JSONWriter()
    json.tree(document)
    body = json.bytes
    digest = body.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    id = try message.text("plan")
    let names = try Self.names(try message.array("places"), "places")
    places = names
    guard (1...PlanLimits.maximumPlaces).contains(names.count), Set(names).count == names.count else {
      throw Refusal("places", "are not 1 to \(PlanLimits.maximumPlaces) different names")
    }
    func place(_ name: String, _ path: String) throws(Refusal) -> Int {
      guard let index = names.firstIndex(of: name) else { throw Refusal(path, "\(name) is none of places") }
      return index
    }
    travel = try Self.travel(message, count: names.count)
    start = try place(try message.text("start"), "start")
    end = message.has("end") ? try place(try message.text("end"), "end") : nil
    departure = try message.seconds("departure", default: 0)
    capacity = try message.units("capacity", default: .max)
    load = try message.units("load", default: 0)
    objective = .travel
    if message.has("objective") {
      guard let known = StopProblem.Objective(rawValue: try message.text("objective")) else {
        throw Refusal("objective", "is neither travel nor makespan")
      }
      objective = known
    }
    let always = StopProblem.Window(ready: 0, due: SequencingLimits.maximumTime)
    windows = Array(repeating: always, count: names.count)
    service = Array(repeating: 0, count: names.count)
    demands = service
    stops = []
    if let end {
      windows[end].due = try message.seconds("end_due", default: SequencingLimits.maximumTime)
    }
    for (index, element) in try message.array("stops").enumerated() {
      let stop = try MemberReader(element, at: "stops[\(index)]")
      let number = try place(try stop.text("place"), stop.path(of: "place"))
      guard number != start, number != end else { throw stop.fail("place", "is the start or the end") }
      guard !stops.contains(number) else { throw stop.fail("place", "\(names[number]) stands there twice") }
      stops.append(number)
      windows[number] = .init(
        ready: try stop.seconds("ready", default: 0),
        due: try stop.seconds("due", default: SequencingLimits.maximumTime))
      guard windows[number].ready <= windows[number].due else { throw stop.fail("due", "is before ready") }
      service[number] = try stop.seconds("service", default: 0)
      demands[number] = try stop.units("demand", default: 0)
    }
    precedences = try Self.pairs(message, place)
    sequence = try Self.sequence(message, place)
    if isNew { try check(message) }
  }

  private static func sequence(
    _ message: MemberReader, _ place: (String, String) throws(Refusal) -> Int
  ) throws(Refusal) -> [Int]? {
    guard message.has("sequence") else { return nil }
    var order: [Int] = []
    for name in try names(try message.array("sequence"), "sequence") { order.append(try place(name, "sequence")) }
    return order
  }

  private static func pairs(
    _ message: MemberReader, _ place: (String, String) throws(Refusal) -> Int
  ) throws(Refusal) -> [StopProblem.Precedence] {
    guard message.has("precedence") else { return [] }
    let elements = try message.array("precedence")
    guard elements.count <= PlanLimits.maximumPrecedences else {
      throw Refusal("precedence", "has \(elements.count) pairs, more than \(PlanLimits.maximumPrecedences)")
    }
    var pairs: [StopProblem.Precedence] = []
    for (index, pair) in elements.enumerated() {
      let path = "precedence[\(index)]"
      guard let pair = pair.array, pair.count == 2 else { throw Refusal(path, "is not two stops") }
      let first = try place(try MemberReader.name(pair[0], path), path)
      pairs.append(.init(first: first, second: try place(try MemberReader.name(pair[1], path), path)))
    }
    return pairs
  }

  private static func names(_ elements: [JSONValue], _ path: String) throws(Refusal) -> [String] {
    var names: [String] = []
    for (index, element) in elements.enumerated() { names.append(try MemberReader.name(element, "\(path)[\(index)]")) }
    return names
  }

  private static func travel(_ message: MemberReader, count: Int) throws(Refusal) -> TravelTimes {
    guard message.has("matrices") else {
      return TravelTimes(try matrix(try message.array("matrix"), "matrix", count))
    }
    let elements = try message.array("matrices")
    guard (1...PlanLimits.maximumSlots).contains(elements.count) else {
      throw Refusal("matrices", "are not 1 to \(PlanLimits.maximumSlots)")
    }
    var slots: [TravelTimes.Slot] = []
    for (index, element) in elements.enumerated() {
      let slot = try MemberReader(element, at: "matrices[\(index)]")
      let from = try slot.seconds("from")
      if let last = slots.last, last.from >= from { throw slot.fail("from", "is not after the one before") }
      slots.append(.init(from: from, matrix: try matrix(try slot.array("matrix"), slot.path(of: "matrix"), count)))
    }
    return TravelTimes(slots: slots)
  }

  /// Rows of seconds; `null` is an arc that cannot be driven.
  private static func matrix(
    _ rows: [JSONValue], _ path: String, _ count: Int
  ) throws(Refusal) -> TravelTimes.Matrix {
    guard rows.count == count else { throw Refusal(path, "is not square: \(rows.count) rows for \(count) places") }
    var values: [Int64] = []
    values.reserveCapacity(count * count)
    for (from, row) in rows.enumerated() {
      guard let row = row.array, row.count == count else {
        throw Refusal("\(path)[\(from)]", "is not square: not \(count) numbers")
      }
      for (to, value) in row.enumerated() {
        values.append(value == .null ? TravelTimes.closed : try MemberReader.seconds(value, "\(path)[\(from)][\(to)]"))
      }
    }
    return TravelTimes.Matrix(count: count, values: values)
  }
}
