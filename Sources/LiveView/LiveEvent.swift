internal import JSONText

/// A line of `/v1/changes` that the live view shows: an alert's transition or a route.
package enum LiveEvent: Equatable, Sendable {
  case alert(Alert)
  case route(Route)

  package struct Alert: Equatable, Sendable {
    var time: String
    var state: String
    var severity: String
    var asset: String
    var component: String
    /// The first piece of evidence, in words.
    var evidence: String
  }

  package struct Route: Equatable, Sendable {
    var time: String
    var order: String
    var status: String
    /// Why there is another one, or why it was refused.
    var reason: String?
    var stops: Int
    var distanceM: Double
    var isOptimal: Bool
    var timeUs: Int
  }

  /// Nil for lines that are neither (orders and picks are decisions too).
  package init?(line: some Collection<UInt8>) {
    guard let document = try? JSONValue.parse(Array(line)), let body = document["body"] else { return nil }
    let time = Self.timeOfDay(document["ingest_time"]?.string ?? "")
    if body["type"]?.string == "route", let status = body["status"]?.string {
      self = .route(
        Route(
          time: time, order: body["order"]?.string ?? "?", status: status, reason: body["reason"]?.string,
          stops: body["stops"]?.array?.count ?? 0, distanceM: body["distance_m"]?.number ?? 0,
          isOptimal: body["optimal"]?.bool ?? false, timeUs: body["time_us"]?.integer ?? 0))
      return
    }
    guard let severity = body["severity"]?.string, let asset = body["asset"]?.string else { return nil }
    self = .alert(
      Alert(
        time: time, state: body["state"]?.string ?? "?", severity: severity, asset: asset,
        component: [body["stream"]?.string, body["component"]?.string].compactMap { $0 }.joined(separator: "."),
        evidence: Self.evidence(body["evidence"]?[0])))
  }

  private static func evidence(_ item: JSONValue?) -> String {
    guard let item, let feature = item["feature"]?.string, let value = item["value"]?.number else { return "" }
    let usual = item["baseline"]?.number.map { " (usually \(Figures.significant($0)))" } ?? ""
    return "\(feature) \(Figures.significant(value))\(usual)"
  }

  /// `08:15:30` of an RFC 3339 time.
  private static func timeOfDay(_ text: String) -> String {
    guard text.utf8.count >= 19 else { return "--:--:--" }
    return String(text.dropFirst(11).prefix(8))
  }
}
