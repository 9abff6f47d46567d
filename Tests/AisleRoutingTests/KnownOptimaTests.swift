import Fixtures
import Foundation
import Seeded
import Testing

@testable import AisleRouting

private let dataFolder = DataSets.folder("routing/picker")

/// Published and proven optima; skipped where the data is not there.
@Suite(.enabled(if: DataSets.isThere(dataFolder), "no data under CROSSDOCK_DATA"))
struct KnownOptimaTests {
  private func instances(_ set: String) throws -> [(instance: RouteInstance, optimum: Int64)] {
    let bytes = Array(try Data(contentsOf: dataFolder.appending(path: "\(set).txt")))
    let table = try String(contentsOf: dataFolder.appending(path: "\(set).optimum.csv"), encoding: .utf8)
    var optima: [String: Int64] = [:]
    for line in table.split(whereSeparator: \.isNewline).dropFirst() {
      let fields = line.split(separator: ",")
      optima[String(fields[0])] = Int64(fields[1])
    }
    return try RouteInstanceParser.parse(bytes).map { ($0, try #require(optima[$0.name])) }
  }

  @Test(arguments: ["sprp_one", "sprp_two", "blocked"])
  func everyWalkHasThePublishedLength(set: String) throws {
    let router = AisleRouter()
    for (instance, optimum) in try instances(set) {
      let route = try router.route(instance.problem)
      #expect(route.length == optimum && route.isOptimal, "\(instance.name)")
      #expect(instance.problem.isWalk(route), "\(instance.name)")
    }
  }

  /// Up to three blocks all of them, of six blocks a few: unoptimised builds take seconds for each.
  @Test func everyGeneratedWalkHasTheProvenLength() throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    let all = try instances("generated")
    let few = all.filter {
      $0.instance.problem.layout.crossY.count > 4 && $0.instance.problem.layout.aisleX.count <= 20
    }
    .shuffled(using: &random).prefix(6)
    let router = AisleRouter()
    for (instance, optimum) in all.filter({ $0.instance.problem.layout.crossY.count <= 4 }) + few {
      let route = try router.route(instance.problem)
      #expect(route.length == optimum && route.isOptimal, "\(instance.name), seed \(seed)")
      #expect(instance.problem.isWalk(route), "\(instance.name)")
      let sShape = try #require(sShapeLength(instance.problem))
      #expect(sShape >= optimum, "\(instance.name)")
    }
  }
}
