/// One problem of a text file: a round trip from the depot, which lies where an aisle meets a cross-aisle.
package struct RouteInstance: Sendable, Equatable {
  package var name: String
  package var problem: RouteProblem
  /// The problem's lengths are the file's lengths times this: 1, 10, 100 or 1000, by the decimals that the instance uses.
  package var scale: Int64

  package init(name: String, problem: RouteProblem, scale: Int64) {
    self.name = name
    self.problem = problem
    self.scale = scale
  }

  /// A length or coordinate of the problem in the file's unit, without trailing zeros.
  package func text(_ length: Int64) -> String {
    let whole = length.magnitude / UInt64(scale)
    var fraction = length.magnitude % UInt64(scale)
    let sign = length < 0 ? "-" : ""
    guard fraction > 0 else { return "\(sign)\(whole)" }
    var places = scale == 1000 ? 3 : scale == 100 ? 2 : 1
    while fraction.isMultiple(of: 10) {
      fraction /= 10
      places -= 1
    }
    let digits = String(fraction)
    return "\(sign)\(whole)." + String(repeating: "0", count: places - digits.utf8.count) + digits
  }
}

/// Where the text of an instance is wrong, and what should stand there.
package struct RouteInstanceSyntaxError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Counted from 1.
  package var line: Int
  package var reason: String

  package var description: String { "line \(line): \(reason)" }
}
