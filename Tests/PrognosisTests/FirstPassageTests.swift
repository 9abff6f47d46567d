import Foundation
import Prognosis
import Seeded
import Testing

@Suite struct FirstPassageTests {
  @Test func probabilityIsThatOfTheInverseGaussian() {
    // scipy.stats.invgauss(mu=0.4, scale=25).cdf(t), d = 5, λ = 0.5, σ² = 1: mean 10, shape 25.
    let passage = FirstPassage(distance: 5, drift: 0.5, diffusion: 1)
    for (time, expected) in [
      (2.0, 0.003978127713376655), (5, 0.1908617551718835), (10, 0.6161631471882325), (20, 0.9273092778889108),
      (60, 0.9998377800953895),
    ] {
      #expect(abs(passage.probability(by: time) - expected) < 1e-12, "\(time)")
    }
    #expect(passage.probability(by: 0) == 0 && passage.probability(by: -1) == 0)
  }

  @Test func driftAwayFromTheLevelMayNeverMeetIt() {
    let passage = FirstPassage(distance: 5, drift: -0.2, diffusion: 1)
    #expect(abs(passage.probability(by: 1e9) - exp(-2)) < 1e-9)
    #expect(passage.quantile(0.5, horizon: 1e9) == nil)
    let interval = passage.interval(coverage: 0.8, horizon: 1000)
    #expect(interval.median == 1000 && interval.upper == 1000 && !interval.isUpperBounded)
  }

  @Test func averageOverUnknownDriftAndLevelIsThatOfASimulation() {
    var numbers = SeededNumbers(default: 31)
    let passage = FirstPassage(
      distance: 10, distanceVariance: 1, drift: 1, driftVariance: 0.04, covariance: 0.1, diffusion: 0.5)
    // Exact first passages of the process given level and drift, by Michael, Schucany & Haas (1976).
    let count = 40_000
    var times: [Double] = []
    for _ in 0..<count {
      let x = numbers.gaussian()
      let drift = 1 + 0.1 * x + (0.04 - 0.01).squareRoot() * numbers.gaussian()
      let distance = 10 - x
      guard drift > 0, distance > 0 else { continue }
      let mean = distance / drift
      let shape = distance * distance / 0.5
      let y = pow(numbers.gaussian(), 2)
      let root =
        mean + mean * mean * y / (2 * shape) - mean / (2 * shape) * sqrt(4 * mean * shape * y + pow(mean * y, 2))
      times.append(numbers.uniform() <= mean / (mean + root) ? root : mean * mean / root)
    }
    times.sort()
    for part in [0.1, 0.5, 0.9] {
      let simulated = times[Int(part * Double(count))]
      let exact = passage.quantile(part, horizon: 1000) ?? .infinity
      #expect(abs(simulated / exact - 1) < 0.03, "\(part): \(simulated), \(exact)")
    }
  }

  @Test func extremeParametersGiveOrderedFiniteIntervals() {
    var numbers = SeededNumbers(default: 32)
    for _ in 0..<60 {
      func wide() -> Double { pow(10, 12 * numbers.uniform() - 6) }
      let sign: Double = numbers.uniform() < 0.3 ? -1 : 1
      let passage = FirstPassage(
        distance: sign * wide(), distanceVariance: wide(), drift: sign * wide(), driftVariance: wide(), covariance: 0,
        diffusion: wide())
      let interval = passage.interval(coverage: 0.8, horizon: 1e6)
      #expect(0 <= interval.lower && interval.lower <= interval.median && interval.median <= interval.upper)
      #expect(interval.upper <= 1e6)
      var last = 0.0
      for exponent in -6..<7 {
        let now = passage.probability(by: pow(10, Double(exponent)))
        #expect(now >= last - 1e-9 && now <= 1)
        last = now
      }
    }
  }
}
