internal import JSONText
internal import TimedRoutes

/// One answer's body: the latest revision as it was published, and what has become of its stops since (described in the plugin's README).
enum PlanAnswer {
  static func body(_ plan: OpenPlan, timeUs: Int64) -> [UInt8] {
    let places = plan.definition.places
    let result = plan.published
    var json = JSONWriter(reserving: 512 + 128 * result.calls.count)
    func call(_ call: StopPlan.Call, _ key: String, _ json: inout JSONWriter) {
      json.object { json in
        json.member(key, places[call.place])
        json.member("eta_s", call.arrival)
        json.member("begin_s", call.begin)
        json.member("travel_s", call.travel)
        json.member("late_s", call.late)
        if key == "stop" { json.member("state", plan.states[call.place].rawValue) }
      }
    }
    json.object { json in
      json.member("type", "stops")
      json.member("plan", plan.definition.id)
      json.member("revision", plan.revision)
      json.member("status", plan.isDone ? "done" : plan.revision == 1 ? "sequenced" : "resequenced")
      json.member("reason", plan.reason)
      json.member("source", plan.source)
      json.member("time_s", plan.publishedTime)
      json.member("sequence", array: { json in for stop in result.calls { call(stop, "stop", &json) } })
      json.key("end")
      if let end = result.end { call(end, "place", &json) } else { json.null() }
      var hints: [String] = []
      if result.isEndCutOff, let end = plan.definition.end {
        hints.append("\(places[end]) cannot be reached; the last stop is the end until it is opened")
      }
      if result.ignoresLoads {
        hints.append("no sequence of what is left keeps to the loads; they are not looked at")
      }
      if !hints.isEmpty { json.member("hint", hints.joined(separator: "; ")) }
      json.member("unreachable", array: { json in for stop in result.unreachable { json.value(places[stop]) } })
      json.member("travel_s", result.travel)
      json.member("makespan_s", result.makespan)
      json.member("late_s", result.lateness)
      json.member("optimal", result.isOptimal)
      json.key("gap_percent")
      if result.isOptimal { json.value(0) } else { json.null() }
      // The only member that is not a function of the messages.
      json.member("time_us", timeUs)
    }
    return json.bytes
  }

  static func refusal(_ refusal: Refusal, plan: String?, source: String) -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.member("type", "stops")
      json.member("plan", plan)
      json.member("status", "refused")
      json.member("reason", refusal.reason)
      json.member("member", refusal.member)
      json.member("source", source)
    }
    return json.bytes
  }
}
