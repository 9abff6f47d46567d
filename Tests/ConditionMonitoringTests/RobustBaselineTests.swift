import ConditionMonitoring
import Seeded
import Testing

@Suite struct RobustBaselineTests {
  private let parameters = RobustBaseline.Parameters(learnCount: 50, adaptCount: 1000, driftLimit: 3)

  private func learned(_ values: [Double], _ parameters: RobustBaseline.Parameters? = nil) -> RobustBaseline {
    var baseline = RobustBaseline()
    for value in values { baseline.learn(value, parameters ?? self.parameters) }
    return baseline
  }

  @Test func learnsMedianAndScaledMAD() {
    var wide = parameters
    wide.learnCount = 9
    let baseline = learned([1, 2, 3, 4, 5, 6, 7, 8, 1000], wide)
    #expect(baseline.isReady)
    #expect(baseline.centre == 5)
    #expect(baseline.scale == 1.4826 * 2)
    #expect(abs(baseline.score(5 + 1.4826 * 2) - 1) < 1e-12)
  }

  @Test func learningOverManyValuesLooksAtAllOfTheTime() {
    // A ramp: a window of the first 64 values alone would have its centre near 32.
    var long = parameters
    long.learnCount = 1000
    let baseline = learned((0..<1000).map(Double.init), long)
    #expect(abs(baseline.centre - 500) < 20)
  }

  @Test func faultInLessThanHalfOfTheLearningWindowDoesNotCarryTheBaselineAway() {
    var numbers = SeededNumbers(default: 3)
    for _ in 0..<200 {
      let faulty = (0..<50).map { i in numbers.pairedGaussian() + (i >= 30 ? 1000 : 0) }
      let baseline = learned(faulty.shuffled(using: &numbers))
      // 20 of 50 are faulty: the median is the 83rd percentile of the healthy ones, the scale bends likewise.
      #expect(baseline.centre < 2.5 && baseline.scale < 5)
      #expect(baseline.score(1000) > 100)
    }
  }

  @Test func constantSignalGetsTheStatedFloor() {
    let baseline = learned(Array(repeating: 20, count: 50))
    #expect(baseline.centre == 20 && baseline.scale == 0.2)
    #expect(learned(Array(repeating: 0, count: 50)).scale == 1e-9)
    #expect(learned(Array(repeating: -1e100, count: 50)).score(1e100) == 200)
    #expect(learned(Array(repeating: 0, count: 50)).score(1) == RobustBaseline.largestScore)
  }

  @Test func signalThatMostlyRestsKeepsItsSpread() {
    // 70 % are 0, 30 % are 1: MAD is 0, and 1 is still nothing special.
    let baseline = learned((0..<50).map { $0 % 10 < 3 ? 1 : 0 })
    #expect(baseline.score(1) < 2)
  }

  @Test func adaptationFollowsASlowDriftOnlyAsFarAsItsLimit() {
    var numbers = SeededNumbers(default: 4)
    let values = (0..<50).map { _ in 100 + numbers.pairedGaussian() }
    var floorless = parameters
    floorless.relativeFloor = 0
    var bounded = learned(values, floorless)
    let start = bounded
    var unbounded = bounded
    var free = floorless
    free.driftLimit = .infinity
    for i in 0..<200_000 {
      let x = 100 + Double(i) * 0.001 + numbers.pairedGaussian()
      if bounded.score(x).magnitude < 6 { bounded.adapt(z: bounded.score(x), floorless) }
      if unbounded.score(x).magnitude < 6 { unbounded.adapt(z: unbounded.score(x), free) }
    }
    #expect(bounded.centre <= start.centre + 3 * start.scale + 1e-9)
    #expect(bounded.scale <= 2 * start.scale)
    #expect(bounded.score(300) > 6)
    #expect(unbounded.score(300).magnitude < 6)
  }

  @Test func adaptationConvergesToTheStandardDeviation() {
    var numbers = SeededNumbers(default: 5)
    var free = parameters
    free.driftLimit = .infinity
    free.relativeFloor = 0
    var baseline = learned((0..<50).map { _ in 7 + 2 * numbers.pairedGaussian() }, free)
    for _ in 0..<20_000 { baseline.adapt(z: baseline.score(7 + 2 * numbers.pairedGaussian()), free) }
    #expect(abs(baseline.centre - 7) < 0.3)
    #expect(abs(baseline.scale - 2) < 0.2)
  }

  @Test func valuesThatAreNoMeasurementsAreNotAccepted() {
    for value in [Double.nan, .infinity, -.infinity, 1e308, -1e101] { #expect(!RobustBaseline.accepts(value)) }
    for value in [0, -0.0, 1e100, -1e100, .leastNonzeroMagnitude] { #expect(RobustBaseline.accepts(value)) }
  }
}
