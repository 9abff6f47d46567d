import EngineSimulation
import Foundation
import Testing

@Suite(.serialized) struct SimulationTests {
  @Test func one() throws {
    Simulation.install()
    let life = Life(seed: 1, folder: NSTemporaryDirectory() + "x", steps: 100)
    try life.run()
    print(life.report)
  }
}
