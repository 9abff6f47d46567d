internal import CrossdockPlugin
internal import JSONText
internal import TimedRoutes

/// The state of a `PlanBook` as bytes:
///
///     crossdock-stop-sequencing 1 <FNV-1a of what follows, 16 hexadecimal digits>\n
///     {"uses":n,"plans":[{…},…]}
///
/// Plans stand in the order of their last use, so that equal states give equal bytes. Valid if and only if the first line has version 1 and
/// the hash fits. A plan is kept as its message and what has happened since; the answer that holds is kept as it is and not computed anew.
enum PlanCheckpoint {
  private static let magic = "crossdock-stop-sequencing 1 "

  static func write(_ book: PlanBook) -> [UInt8] {
    var json = JSONWriter(reserving: 4096)
    json.object { json in
      json.member("uses", book.uses)
      json.member(
        "plans",
        array: { json in for plan in book.plans.values.sorted(by: { $0.lastUse < $1.lastUse }) { write(plan, &json) } })
    }
    return Array((magic + hash(json.bytes[...]) + "\n").utf8) + json.bytes
  }

  private static func hash(_ body: ArraySlice<UInt8>) -> String {
    let value = body.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }

  private static func write(_ plan: OpenPlan, _ json: inout JSONWriter) {
    json.object { json in
      json.key("message")
      json.raw(plan.definition.body)
      json.member("source", plan.source)
      json.member("revision", plan.revision)
      json.member("reason", plan.reason)
      json.member("states", array: { json in for state in plan.states { json.value(state.rawValue) } })
      json.member("at", plan.at)
      json.key("travel")
      if let travel = plan.travelFromHere { numbers(travel, &json) } else { json.null() }
      json.member("time", plan.time)
      json.member("load", plan.load)
      json.member("use", plan.lastUse)
      json.member("words", array: { json in for word in plan.words { write(word, &json) } })
      if !plan.taken.isEmpty {
        json.member("taken", array: { json in for event in plan.taken { json.value(String(event, radix: 16)) } })
      }
      write(plan.plan, &json)
      json.member("published_time", plan.publishedTime)
      if plan.published != plan.plan { json.member("published", object: { write(plan.published, &$0) }) }
    }
  }

  private static func write(_ word: ArcWord, _ json: inout JSONWriter) {
    json.array { json in
      json.value(word.from ?? -1)
      json.value(word.to ?? -1)
      json.value(word.factor ?? -1)
      json.value(word.time)
    }
  }

  private static func write(_ plan: StopPlan, _ json: inout JSONWriter) {
    json.member("departure", plan.departure)
    json.member("calls", array: { json in for call in plan.calls { write(call, &json) } })
    json.key("end")
    if let end = plan.end { write(end, &json) } else { json.null() }
    json.key("sums")
    numbers([plan.travel, plan.makespan, plan.lateness, plan.lowerBound], &json)
    json.member("optimal", plan.isOptimal)
    json.member("as_before", plan.isAsBefore)
    json.key("unreachable")
    numbers(plan.unreachable, &json)
    if plan.isEndCutOff { json.member("end_cut_off", true) }
    if plan.ignoresLoads { json.member("ignores_loads", true) }
  }

  private static func write(_ call: StopPlan.Call, _ json: inout JSONWriter) {
    numbers([Int64(call.place), call.arrival, call.begin, call.travel, call.late], &json)
  }

  private static func numbers(_ values: [some BinaryInteger], _ json: inout JSONWriter) {
    json.array { json in for value in values { json.value(value) } }
  }

  /// Replaces the book's state.
  /// - Throws: `PluginError` when the bytes are not a valid checkpoint; the book is as before then.
  static func read(_ bytes: [UInt8], into book: inout PlanBook) throws(PluginError) {
    let headerLength = magic.utf8.count + 17
    guard bytes.count > headerLength, bytes.starts(with: magic.utf8) else {
      throw PluginError("not a checkpoint of stop-sequencing in version 1")
    }
    let body = bytes[headerLength...]
    guard bytes[..<headerLength].elementsEqual((magic + hash(body) + "\n").utf8) else {
      throw PluginError("the checkpoint is damaged: its hash does not fit")
    }
    guard let document = try? JSONValue.parse(Array(body)), let uses = document["uses"]?.integer,
      let plans = document["plans"]?.array
    else { throw PluginError("the checkpoint is damaged: its content does not fit its format") }
    var restored: [String: OpenPlan] = [:]
    for element in plans {
      guard let plan = plan(element) else {
        throw PluginError("the checkpoint is damaged: its content does not fit its format")
      }
      restored[plan.definition.id] = plan
    }
    book.plans = restored
    book.uses = UInt64(uses)
  }

  private static func plan(_ json: JSONValue) -> OpenPlan? {
    guard let message = json["message"], let definition = try? PlanDefinition(message, isNew: false),
      let source = json["source"]?.string, var plan = try? OpenPlan(definition, source: source),
      let revision = json["revision"]?.integer, let states = json["states"]?.array, let at = json["at"]?.integer,
      let time = json["time"]?.integer, let load = json["load"]?.integer, let use = json["use"]?.integer,
      let words = json["words"]?.array, states.count == definition.places.count,
      definition.places.indices.contains(at), let current = stopPlan(json, in: definition)
    else { return nil }
    plan.revision = revision
    plan.reason = json["reason"]?.string
    plan.states = states.compactMap { $0.string.flatMap(OpenPlan.State.init) }
    plan.at = at
    plan.travelFromHere = numbers(json["travel"])
    plan.time = Int64(time)
    plan.load = Int64(load)
    plan.lastUse = UInt64(use)
    plan.words = words.compactMap { word($0, places: definition.places.indices) }
    let taken = json["taken"]?.array ?? []
    plan.taken = taken.compactMap { $0.string.flatMap { UInt64($0, radix: 16) } }
    guard plan.states.count == states.count, plan.words.count == words.count, plan.taken.count == taken.count,
      words.count <= PlanLimits.maximumChanges + PlanLimits.maximumOpenings,
      taken.count <= PlanLimits.maximumTakenEvents
    else { return nil }
    plan.plan = current
    plan.sequence = current.order
    plan.published = current
    plan.publishedTime = json["published_time"]?.integer.map(Int64.init) ?? plan.time
    if let published = json["published"] {
      guard let published = stopPlan(published, in: definition) else { return nil }
      plan.published = published
    }
    return plan
  }

  private static func stopPlan(_ json: JSONValue, in definition: PlanDefinition) -> StopPlan? {
    guard let calls = json["calls"]?.array, let sums = numbers(json["sums"]), sums.count == 4,
      let unreachable = numbers(json["unreachable"]), let departure = json["departure"]?.integer
    else { return nil }
    let stops = calls.compactMap { call($0) }
    let end = json["end"].flatMap { call($0) }
    let places = stops.map(\.place) + unreachable.map(Int.init) + (end.map { [$0.place] } ?? [])
    guard stops.count == calls.count, places.allSatisfy(definition.places.indices.contains) else { return nil }
    var plan = StopPlan(
      calls: stops, end: end, departure: Int64(departure), travel: sums[0], makespan: sums[1], lateness: sums[2])
    plan.lowerBound = sums[3]
    plan.isOptimal = json["optimal"]?.bool ?? false
    plan.isAsBefore = json["as_before"]?.bool ?? false
    plan.unreachable = unreachable.map(Int.init)
    plan.isEndCutOff = json["end_cut_off"]?.bool ?? false
    plan.ignoresLoads = json["ignores_loads"]?.bool ?? false
    return plan
  }

  private static func word(_ json: JSONValue, places: Range<Int>) -> ArcWord? {
    guard let from = json[0]?.integer, let to = json[1]?.integer, let factor = json[2]?.number,
      let time = json[3]?.integer, from < places.upperBound, to < places.upperBound
    else { return nil }
    return ArcWord(
      from: from < 0 ? nil : from, to: to < 0 ? nil : to, factor: factor < 0 ? nil : factor, time: Int64(time))
  }

  private static func call(_ json: JSONValue) -> StopPlan.Call? {
    guard let values = numbers(json), values.count == 5 else { return nil }
    return StopPlan.Call(
      place: Int(values[0]), arrival: values[1], begin: values[2], travel: values[3], late: values[4])
  }

  private static func numbers(_ json: JSONValue?) -> [Int64]? {
    guard let elements = json?.array else { return nil }
    let values = elements.compactMap { $0.integer.map(Int64.init) }
    return values.count == elements.count ? values : nil
  }
}
