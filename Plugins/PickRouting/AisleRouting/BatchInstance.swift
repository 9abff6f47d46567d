/// A batching problem of the literature, in the text format of G-SCOP (Foodmart: Valle, Beasley & da Cunha 2017): products at
/// locations, orders of products, a trolley of boxes, and shortest paths between locations. Lengths have two decimals there, and
/// are hundredths here.
package struct BatchInstance: Sendable {
  package var boxes: Int64
  /// Boxes that each order takes.
  package var orderBoxes: [Int64]
  /// Locations that each order visits, each once.
  package var orderLocations: [[Int]]
  package var locationCount: Int
  package var depot: Int
  package var end: Int
  /// Row by row, over all locations.
  package var matrix: [Int64]

  /// - Throws: `RouteInstanceSyntaxError` with the line.
  package static func parse(_ bytes: [UInt8]) throws(RouteInstanceSyntaxError) -> BatchInstance {
    var reader = BatchInstanceReader(bytes)
    return try reader.instance()
  }

  /// The walks of all tours, searched for longer than while they were chosen.
  package func length(_ tours: [[Int]], budgetMs: Int) -> Int64 {
    tours.reduce(0) { $0 + route($1, budgetMs: budgetMs).length }
  }

  /// The walk for some orders together.
  package func route(_ orders: [Int], budgetMs: Int) -> VisitRoute {
    let stops = Set(orders.flatMap { orderLocations[$0] }).sorted()
    let places = [depot, end] + stops
    let distances = places.flatMap { a in places.map { matrix[a * locationCount + $0] } }
    let problem = VisitProblem(
      matrix: distances, placeCount: places.count, start: 0, ends: [1], visits: stops.indices.map { [$0 + 2] })
    return problem.route(budgetMs: budgetMs)
  }
}

private struct BatchInstanceReader {
  private let lines: [(number: Int, fields: [Substring])]
  private var at = 0

  init(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    var lines: [(Int, [Substring])] = []
    for (i, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" })
      if !fields.isEmpty { lines.append((i + 1, fields)) }
    }
    self.lines = lines
  }

  private func failure(_ reason: String) -> RouteInstanceSyntaxError {
    RouteInstanceSyntaxError(line: at < lines.count ? lines[at].number : (lines.last?.number ?? 0), reason: reason)
  }

  /// To the line behind a comment that begins so.
  private mutating func find(_ heading: String) throws(RouteInstanceSyntaxError) {
    while at < lines.count {
      let isFound = lines[at].fields.joined(separator: " ").hasPrefix("//" + heading)
      at += 1
      if isFound { return }
    }
    throw failure("expected a section //\(heading)")
  }

  private mutating func numbers(_ least: Int) throws(RouteInstanceSyntaxError) -> [Int] {
    guard at < lines.count else { throw failure("the text ends too early") }
    let numbers = lines[at].fields.compactMap { Int($0) }
    guard numbers.count == lines[at].fields.count, numbers.count >= least else {
      throw failure("expected \(least) whole numbers")
    }
    at += 1
    return numbers
  }

  mutating func instance() throws(RouteInstanceSyntaxError) -> BatchInstance {
    try find("NbLocations")
    let locations = try numbers(1)[0] + 1
    guard (2...10_000).contains(locations) else { throw failure("expected up to 10000 locations") }
    try find("NbProducts")
    let products = try numbers(1)[0]
    try find("K:")
    var instance = BatchInstance(
      boxes: Int64(try numbers(1)[0]), orderBoxes: [], orderLocations: [], locationCount: locations, depot: 0, end: 0,
      matrix: Array(repeating: unreachableDistance, count: locations * locations))
    try find("Idx Location")
    var places: [Int: Int] = [:]
    for _ in 0..<max(0, products) {
      let fields = try numbers(2)
      places[fields[0]] = fields[1]
    }
    try find("Nb Orders")
    let orders = try numbers(1)[0]
    try find("Idx M")
    for _ in 0..<max(0, orders) {
      let fields = try numbers(3)
      guard (0...fields.count).contains(fields[2]), fields.count == 3 + 2 * fields[2] else {
        throw failure("expected products with quantities")
      }
      var stops: Set<Int> = []
      for product in 0..<fields[2] {
        guard let place = places[fields[3 + 2 * product]], (0..<locations).contains(place) else {
          throw failure("expected products that are there")
        }
        stops.insert(place)
      }
      instance.orderBoxes.append(Int64(fields[1]))
      instance.orderLocations.append(stops.sorted())
    }
    try find("DepartingDepot")
    instance.depot = try numbers(1)[0]
    try find("ArrivalDepot")
    instance.end = try numbers(1)[0]
    guard (0..<locations).contains(instance.depot), (0..<locations).contains(instance.end) else {
      throw failure("expected depots among the locations")
    }
    try find("LocStart")
    while at < lines.count, !lines[at].fields[0].hasPrefix("//") {
      let fields = lines[at].fields
      guard fields.count == 3, let a = Int(fields[0]), let b = Int(fields[1]), let length = Double(fields[2]),
        (0..<locations).contains(a), (0..<locations).contains(b), length >= 0, length < 1e9
      else { throw failure("expected two locations and a length") }
      instance.matrix[a * locations + b] = Int64((length * 100).rounded())
      at += 1
    }
    return instance
  }
}
