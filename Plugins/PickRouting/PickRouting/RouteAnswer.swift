internal import AisleRouting
internal import JSONText

/// One answer: where it goes, and its body as it is stored and published (described in the plugin's README).
struct RouteAnswer {
  var source: String
  /// Empty when the message named none that could be read.
  var order: String
  var body: [UInt8]

  /// The order's latest revision.
  init(order: OpenOrder, to source: String, layout: HallLayout, timeUs: Int64) {
    self.source = source
    self.order = order.id
    let plan = order.plan
    var json = JSONWriter(reserving: 512 + 128 * plan.stops.count)
    json.object { json in
      json.member("type", "route")
      json.member("order", order.id)
      json.member("revision", order.revision)
      json.member("status", order.status.rawValue)
      json.member("reason", order.cause?.rawValue)
      json.member("source", source)
      if order.version > 0 { json.member("version", order.version) }
      json.member("layout", layout.id)
      json.member("layout_version", order.layoutVersion)
      json.member("start", plan.start)
      json.member("end", plan.reachesEnd ? order.end.name : plan.start)
      if !plan.reachesEnd { json.member("hint", "\(order.end.name) cannot be reached; say with at where you stand") }
      json.member("stops", array: { Self.stops(order, layout, &$0) })
      json.member(
        "unreachable",
        array: { json in
          for line in plan.unreachable { Self.line(order.lines[line], layout, walk: nil, &json) }
        })
      json.member(
        "lines",
        object: {
          $0.member("open", order.openLines.count)
          $0.member("confirmed", order.tally.confirmed)
          $0.member("short", order.tally.short)
          $0.member("skipped", order.tally.skipped)
        })
      json.member("distance_m", plan.length.metres)
      json.key("s_shape_m")
      if let length = plan.sShape { json.value(length.metres) } else { json.null() }
      json.member("optimal", plan.length == plan.lowerBound)
      json.member("gap_percent", plan.gapPercent)
      // The only member that is not a function of the messages: a replay may measure another time.
      json.member("time_us", timeUs)
    }
    body = json.bytes
  }

  /// A message that was not taken.
  init(refusing refusal: Refusal, order: String?, source: String) {
    self.source = source
    self.order = order ?? ""
    var json = JSONWriter()
    json.object { json in
      json.member("type", "route")
      json.member("order", order)
      json.member("status", "refused")
      json.member("reason", refusal.member.isEmpty ? refusal.reason : "\(refusal.member): \(refusal.reason)")
      json.member("member", refusal.member.isEmpty ? nil : refusal.member)
      json.member("hint", refusal.hint)
      json.member("source", source)
    }
    body = json.bytes
  }

  private static func stops(_ order: OpenOrder, _ layout: HallLayout, _ json: inout JSONWriter) {
    guard order.status != .done else { return }
    for (stop, walk) in zip(order.plan.stops, order.plan.walks) {
      line(order.lines[stop], layout, walk: walk, &json)
    }
  }

  private static func line(_ line: PickLine, _ layout: HallLayout, walk: Int64?, _ json: inout JSONWriter) {
    json.object { json in
      json.member("line", line.number)
      json.member("location", line.place.name)
      json.member("aisle", layout.aisles[line.place.position.aisle])
      if let gtin = line.gtin { json.member("gtin", gtin) }
      json.member("quantity", line.quantity)
      if line.handling != .normal { json.member("handling", "\(line.handling)") }
      if let digits = layout.checkDigits[line.place.name] { json.member("check_digits", digits) }
      if let walk {
        json.member("walk_m", walk.metres)
        json.member("state", line.state.rawValue)
      }
    }
  }
}

extension RoutePlan {
  /// How much shorter a walk could be at most, in percent of it, rounded up to thousandths: 0 only when proven.
  var gapPercent: Double {
    guard length > lowerBound, length > 0 else { return 0 }
    return (Double(length - lowerBound) / Double(lowerBound > 0 ? lowerBound : length) * 100_000).rounded(.up) / 1000
  }
}
