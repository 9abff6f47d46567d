internal import JSONText

/// The curve of an edge in LIF, as VDA 5050 has it: a NURBS of `degree`, `knotVector` and `controlPoints` with `x`, `y` and `weight`
/// (Piegl & Tiller, The NURBS Book, 1997: algorithms 3.1 and 4.1), of which the length counts.
///
/// The length of each piece between two knots is integrated by Gauss and Legendre's rule with eight points, halved until the halves say the
/// same as the whole. It is never more than that of the polygon of control points, which bounds what rounding can do.
struct TrajectoryCurve {
  private struct Point {
    /// Times the weight, as `y` is.
    var x: Double
    var y: Double
    var weight: Double
  }

  private static let relativeTolerance = 1e-8
  private static let maximumHalvings = 20
  /// Of a curve in all: weights far apart leave nothing but rounding to halve.
  private static let maximumRefinements = 10_000
  /// On half of −1…1, with their weights.
  private static let nodes = [
    (0.183434642495649805, 0.362683783378361983), (0.525532409916328986, 0.313706645877887287),
    (0.796666477413626740, 0.222381034453374471), (0.960289856497536232, 0.101228536290376259),
  ]

  /// There was no `knotVector`: the ends are met, and the knots between them are even.
  private(set) var hasEvenKnots = false
  private let degree: Int
  private var knots: [Double]
  private var points: [Point]
  /// The longest that the curve can be.
  private var polygon = 0.0

  init(_ reader: MemberReader) throws(MemberError) {
    let elements = try reader.array("controlPoints")
    guard (2...PickRoutingLimits.maximumTrajectoryPoints).contains(elements.count) else {
      throw reader.fail(
        "controlPoints", "are \(elements.count), not 2 to \(PickRoutingLimits.maximumTrajectoryPoints)")
    }
    let degree = reader.has("degree") ? try reader.integer("degree", in: 1...Int(Int32.max)) : 1
    guard degree < elements.count, degree <= PickRoutingLimits.maximumTrajectoryDegree else {
      let bound = min(elements.count - 1, PickRoutingLimits.maximumTrajectoryDegree)
      throw reader.fail("degree", "is \(degree); at most \(bound) with \(elements.count) control points")
    }
    self.degree = degree
    points = []
    for (i, element) in elements.enumerated() {
      let point = try MemberReader(element, at: reader.path(of: "controlPoints[\(i)]"))
      let weight = point.has("weight") ? try point.number("weight") : 1
      guard weight > 0, weight <= 1e6 else { throw point.fail("weight", "is not greater than 0 and at most 1000000") }
      let (x, y) = (try Self.metres("x", point), try Self.metres("y", point))
      if let last = points.last {
        let (dx, dy) = (x - last.x / last.weight, y - last.y / last.weight)
        polygon += (dx * dx + dy * dy).squareRoot()
      }
      points.append(Point(x: x * weight, y: y * weight, weight: weight))
    }
    knots = []
    if reader.has("knotVector") {
      knots = try Self.knots(reader, degree: degree, pointCount: points.count)
    } else {
      hasEvenKnots = true
      let spans = points.count - degree
      knots = (0...points.count + degree).map { Double(min(max($0 - degree, 0), spans)) / Double(spans) }
    }
  }

  private static func metres(_ key: String, _ point: MemberReader) throws(MemberError) -> Double {
    _ = try point.millimetres(key)
    return try point.number(key)
  }

  /// Scaled, so that the curve runs from 0 to 1.
  private static func knots(
    _ reader: MemberReader, degree: Int, pointCount: Int
  ) throws(MemberError) -> [Double] {
    let elements = try reader.array("knotVector")
    guard elements.count == pointCount + degree + 1 else {
      throw reader.fail(
        "knotVector",
        "has \(elements.count) knots; \(pointCount) control points of degree \(degree) have \(pointCount + degree + 1)")
    }
    var knots: [Double] = []
    for (i, element) in elements.enumerated() {
      let path = reader.path(of: "knotVector[\(i)]")
      guard let knot = element.number, knot.isFinite, knot.magnitude <= 1e9 else {
        throw MemberError(member: path, reason: "is not a number within ±1000000000")
      }
      if let last = knots.last, knot < last { throw MemberError(member: path, reason: "is less than the one before") }
      // A curve may begin and end in as many knots as it has; between its ends it would fall apart.
      if i > degree, i < pointCount, knot == knots[i - degree], knot > knots[degree] {
        throw MemberError(member: path, reason: "is repeated more than \(degree) times: the curve has a gap")
      }
      knots.append(knot)
    }
    let (first, last) = (knots[degree], knots[pointCount])
    guard last > first else { throw reader.fail("knotVector", "has no range between its first and its last knots") }
    return knots.map { ($0 - first) / (last - first) }
  }

  /// Metres.
  var length: Double {
    var sum = 0.0
    var left = Self.maximumRefinements
    for span in degree..<points.count where knots[span] < knots[span + 1] {
      let (from, to) = (knots[span], knots[span + 1])
      sum += refined(from, to, in: span, whole: rule(from, to, in: span), halvings: 0, &left)
    }
    return sum.isFinite ? min(sum, polygon) : polygon
  }

  private func refined(
    _ from: Double, _ to: Double, in span: Int, whole: Double, halvings: Int, _ left: inout Int
  ) -> Double {
    left -= 1
    let middle = (from + to) / 2
    let (first, second) = (rule(from, middle, in: span), rule(middle, to, in: span))
    if halvings >= Self.maximumHalvings || left <= 0
      || (first + second - whole).magnitude <= Self.relativeTolerance * polygon / 64
    {
      return first + second
    }
    return refined(from, middle, in: span, whole: first, halvings: halvings + 1, &left)
      + refined(middle, to, in: span, whole: second, halvings: halvings + 1, &left)
  }

  private func rule(_ from: Double, _ to: Double, in span: Int) -> Double {
    let (middle, half) = ((from + to) / 2, (to - from) / 2)
    return half
      * Self.nodes.reduce(0) { sum, node in
        sum + node.1 * (speed(middle - half * node.0, in: span) + speed(middle + half * node.0, in: span))
      }
  }

  /// How fast the point moves: de Boor's triangle gives the last two points, whose difference is the derivative.
  private func speed(_ at: Double, in span: Int) -> Double {
    var row = Array(points[span - degree...span])
    for level in stride(from: 1, to: degree, by: 1) {
      for i in stride(from: degree, through: level, by: -1) {
        let low = knots[span - degree + i]
        row[i] = Self.between(row[i - 1], row[i], (at - low) / (knots[span + 1 + i - level] - low))
      }
    }
    let (a, b) = (row[degree - 1], row[degree])
    let (low, high) = (knots[span], knots[span + 1])
    let here = Self.between(a, b, (at - low) / (high - low))
    let scale = Double(degree) / (high - low)
    // Of x/weight and y/weight.
    let weight = scale * (b.weight - a.weight) / here.weight
    let x = scale * (b.x - a.x) / here.weight - weight * here.x / here.weight
    let y = scale * (b.y - a.y) / here.weight - weight * here.y / here.weight
    return (x * x + y * y).squareRoot()
  }

  private static func between(_ a: Point, _ b: Point, _ part: Double) -> Point {
    Point(
      x: a.x + part * (b.x - a.x), y: a.y + part * (b.y - a.y), weight: a.weight + part * (b.weight - a.weight))
  }
}
