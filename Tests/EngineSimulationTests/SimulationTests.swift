import EngineSimulation
import Seeded
import Testing

/// Lives of an agent on a simulated disk, network and clock: docs/simulation.md.
@Suite(.serialized) struct SimulationTests {
  private static let seeds = 500
  /// Shorter than in `make sim`: this is a debug build.
  private static let steps = 60

  init() {
    Simulation.install()
  }

  @Test func fiveHundredLivesLoseNothingAndDoubleNothing() {
    let first = SeededNumbers.seed(default: 1)
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
    let first = SeededNumbers.seed(default: 1)
    for seed in first..<(first + 20) {
      let one = try Simulation.live(seed: seed)
      let other = try Simulation.live(seed: seed)
      #expect(one == other, "seed \(seed)")
    }
    Simulation.uninstall()
  }

  @Test(arguments: Breakage.allCases)
  func whatIsBrokenOnPurposeIsFound(breakage: Breakage) {
    #expect(Simulation.firstViolation(of: 1...100, breakage: breakage) != nil)
    Simulation.uninstall()
  }
}
