import Fixtures
import Foundation
import Testing

@testable import TimedRoutes

/// The published instances and their best known values; skipped without `CROSSDOCK_DATA`.
@Suite(.enabled(if: DataSets.named != nil))
struct PublishedInstanceTests {
  private static var folder: URL { (DataSets.named ?? URL(filePath: "")).appending(path: "routing") }

  private static func bestKnown(_ name: String) throws -> [String: Double] {
    let text = try String(
      contentsOf: folder.appending(path: "tsptw/best_known_sol/\(name).txt"), encoding: .utf8)
    var values: [String: Double] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let fields = line.split(separator: " ")
      values[String(fields[0])] = Double(fields[1])
    }
    return values
  }

  /// Steps, not time: this must hold on any machine, in debug too.
  @Test(arguments: ["Dumas", "Langevin", "SolomonPesant", "GendreauDumasExtended", "SolomonPotvinBengio", "AFG"])
  func sequencesAreFeasibleAndNearTheBestKnown(name: String) throws {
    let best = try Self.bestKnown(name)
    let files = try FileManager.default.contentsOfDirectory(
      at: Self.folder.appending(path: "tsptw/\(name)"), includingPropertiesForKeys: nil)
    var tried = 0
    for file in files.sorted(by: { $0.path < $1.path }) {
      let instance = try StopInstance(parsing: Array(Data(contentsOf: file)))
      guard instance.problem.windows.count <= 46 else { continue }
      let plan = try StopSequencer.plan(instance.problem, SearchBudget(steps: 1_500))
      let found = try #require(walked(instance.problem, plan.order))
      #expect(found.late == 0 && plan.isFeasible, "\(file.lastPathComponent)")
      let value = try #require(best[file.lastPathComponent])
      let gap = try #require(Double(instance.text(found.value))) / value - 1
      #expect(gap < 0.02, "\(file.lastPathComponent): \(instance.text(found.value)), best known \(value)")
      if plan.isOptimal { #expect(gap < 0.0001, "\(file.lastPathComponent) is not optimal") }
      tried += 1
    }
    #expect(tried >= 5)
  }

  @Test func routesOfSolomonsInstancesAreFeasible() throws {
    for name in ["C101", "R109", "RC107", "R201"] {
      let instance = try FleetInstance(
        parsing: Array(Data(contentsOf: Self.folder.appending(path: "solomon/\(name).txt"))))
      let outcome = FleetSearch(instance.problem, scale: 10, seed: 1).run(SearchBudget(steps: 3_000))
      #expect(instance.problem.violations(of: outcome.routes).isEmpty && outcome.absent.isEmpty)
      let solution = try String(
        contentsOf: Self.folder.appending(path: "solomon/\(name).sol"), encoding: .utf8)
      let best = try #require(
        solution.split(separator: "\n").first { $0.hasPrefix("Cost") }?.split(separator: " ").last)
      #expect(Double(instance.problem.cost(of: outcome.routes)) / 10 < Double(best)! * 1.1, "\(name)")
    }
  }
}
