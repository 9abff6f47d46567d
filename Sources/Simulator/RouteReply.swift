package import JSONText

/// What a handheld reads of pick-routing's answer: `{"type":"route","order","status","revision","stops":[{"line","walk_m",
/// "state"}…],"unreachable":[{"line"}…]}`.
package struct RouteReply: Equatable, Sendable {
  var order: String
  var revision: Int
  /// In walking order.
  var openLines: [Int]
  var unreachableLines: [Int]

  /// Nil for a refusal and for whatever else is no route.
  package init?(_ document: JSONValue) {
    guard document["type"]?.string == "route", let order = document["order"]?.string,
      let status = document["status"]?.string, status != "refused", let revision = document["revision"]?.integer,
      let stops = document["stops"]?.array
    else { return nil }
    self.order = order
    self.revision = revision
    openLines = stops.filter { ($0["state"]?.string ?? "open") == "open" }.compactMap { $0["line"]?.integer }
    unreachableLines = (document["unreachable"]?.array ?? []).compactMap { $0["line"]?.integer }
  }
}
