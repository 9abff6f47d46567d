/// A VRPTW instance in Solomon's format: a name; `VEHICLE`, `NUMBER CAPACITY` and two numbers; `CUSTOMER`, its heading, and a line
/// `number x y demand ready due service` for each node, the depot (0) first.
///
/// What a route costs are the distances cut after one decimal, the convention of the published best known values. Whether it is in time is
/// judged by distances rounded up in the fourth decimal: such a route keeps its windows with exact distances, and with cut ones too.
package struct FleetInstance: Sendable {
  package var name: String
  package var problem: FleetProblem
  /// Units of cost in a unit of distance.
  package static let costScale: Int64 = 10
  private static let timeScale: Int64 = 10_000

  package init(parsing bytes: [UInt8]) throws(InstanceSyntaxError) {
    var lines = InstanceLines(bytes)
    guard let title = lines.next() else { throw lines.fail("expected a name, found the end of the text") }
    name = lines.text(title[0])
    var fleet: [Int64] = []
    var rows: [[Double]] = []
    while let fields = lines.next() {
      let isNumber = lines.bytes[fields[0].lowerBound] < 0x3A
      guard isNumber else { continue }
      if fleet.isEmpty {
        guard fields.count == 2 else { throw lines.fail("expected the number of vehicles and their capacity") }
        for field in fields {
          let number = try lines.decimal(field)
          guard number.decimals == 0, number.digits <= SequencingLimits.maximumDemand else {
            throw lines.fail("expected the number of vehicles and their capacity")
          }
          fleet.append(number.digits)
        }
        guard fleet[0] >= 1 else { throw lines.fail("there is no vehicle") }
        guard fleet[1] >= 1 else { throw lines.fail("the vehicles have no capacity") }
        continue
      }
      rows.append(try Self.row(fields, number: rows.count, lines))
      guard rows.count <= SequencingLimits.maximumPlaces else {
        throw lines.fail("more than \(SequencingLimits.maximumPlaces) nodes")
      }
    }
    guard let depot = rows.first else { throw lines.fail("expected a line for the depot, found the end of the text") }
    guard depot[3] == 0 else { throw lines.fail("the depot has a demand") }
    problem = Self.problem(rows, vehicles: Int(fleet[0]), capacity: fleet[1])
  }

  private static func row(
    _ fields: [Range<Int>], number: Int, _ lines: InstanceLines
  ) throws(InstanceSyntaxError) -> [Double] {
    guard fields.count == 7 else { throw lines.fail("expected `number x y demand ready due service`") }
    guard lines.text(fields[0]) == "\(number)" else { throw lines.fail("expected node \(number)") }
    var row: [Double] = []
    for field in fields {
      let number = try lines.decimal(field)
      let scale: Double = [1, 10, 100, 1000, 10_000][number.decimals]
      row.append(Double(number.digits) / scale)
    }
    guard row.allSatisfy({ $0 <= 25_000 }) else { throw lines.fail("a number is beyond 25000") }
    guard row[4] <= row[5] else { throw lines.fail("the window of node \(number) ends before it begins") }
    return row
  }

  private static func problem(_ rows: [[Double]], vehicles: Int, capacity: Int64) -> FleetProblem {
    var (cost, time): ([Int64], [Int64]) = ([], [])
    for from in rows {
      for to in rows {
        let (x, y) = (from[1] - to[1], from[2] - to[2])
        let distance = (x * x + y * y).squareRoot()
        cost.append(Int64((distance * Double(costScale) + 1e-9).rounded(.down)))
        let travel = Int64((distance * Double(timeScale) - 1e-6).rounded(.up))
        time.append(travel + Int64((from[6] * Double(timeScale)).rounded()))
      }
    }
    return FleetProblem(
      count: rows.count, cost: cost, time: time,
      windows: rows.map {
        .init(
          ready: Int64(($0[4] * Double(timeScale)).rounded()), due: Int64(($0[5] * Double(timeScale)).rounded()))
      },
      demand: rows.map { Int64($0[3].rounded(.up)) }, capacity: capacity, vehicles: vehicles)
  }
}
