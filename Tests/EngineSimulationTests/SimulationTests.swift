import EngineSimulation
import Foundation
import Testing

/// Lives of an agent on a simulated disk, network and clock: docs/simulation.md.
@Suite(.serialized) struct SimulationTests {
  private static let seeds = 500
  /// Shorter than in `make sim`: this is a debug build.
  private static let steps = 60

  private static var firstSeed: UInt64 {
    ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? 1
  }

  init() {
    Simulation.install()
  }

  @Test func fiveHundredLivesLoseNothingAndDoubleNothing() {
    let first = Self.firstSeed
    let last = first + UInt64(Self.seeds) - 1
    print("SimulationTests seeds \(first) to \(last)")
    let failure = Simulation.firstViolation(of: first...last, steps: Self.steps)
    #expect(
      failure == nil,
      "crossdock-simulation replay --seed \(failure?.seed ?? 0) --steps \(Self.steps): \(failure?.violation.description ?? "")"
    )
    Simulation.uninstall()
  }

  @Test func seedRepeatsItsLifeExactly() throws {
    for seed in Self.firstSeed..<(Self.firstSeed + 20) {
      let first = try Simulation.live(seed: seed)
      let second = try Simulation.live(seed: seed)
      #expect(first == second, "seed \(seed)")
    }
    Simulation.uninstall()
  }

  @Test(arguments: Breakage.allCases)
  func whatIsBrokenOnPurposeIsFound(breakage: Breakage) {
    #expect(Simulation.firstViolation(of: 1...100, breakage: breakage) != nil)
    Simulation.uninstall()
  }
}
