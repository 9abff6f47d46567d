// When a Wiener process with drift first meets a level: the inverse Gaussian distribution, averaged over what is not known of
// the process.
//
//     P(T ≤ t | d, λ, σ) = Φ((λt − d) / σ√t) + exp(2λd / σ²) · Φ(−(λt + d) / σ√t)
//
// (Schrödinger 1915; Folks & Chhikara 1978), d the distance to the level, λ the drift, σ² the variance a unit of time. For
// λ < 0 the level may never be met, and the formula says so: its limit is exp(2λd / σ²) < 1. Distance and drift are Gaussian
// with the variances of a Kalman filter (Si 2011 for the drift); the average is a Gauss-Hermite sum of 5 × 7 nodes. The second
// term is worked out as the exponential of a sum, because exp alone would overflow long before the product does.

import Glibc

package struct FirstPassage: Equatable, Sendable {
  package var distance: Double
  package var distanceVariance: Double
  package var drift: Double
  package var driftVariance: Double
  /// Covariance of the level reached and the drift: who is farther along has also been faster.
  package var covariance: Double
  /// Variance of the process in a unit of time, above 0.
  package var diffusion: Double

  package init(
    distance: Double, distanceVariance: Double = 0, drift: Double, driftVariance: Double = 0, covariance: Double = 0,
    diffusion: Double
  ) {
    self.distance = distance
    self.distanceVariance = distanceVariance
    self.drift = drift
    self.driftVariance = driftVariance
    self.covariance = covariance
    self.diffusion = diffusion
  }

  // Abscissas and weights for the standard normal distribution (Abramowitz & Stegun 25.4.46, changed to it).
  private static let fiveNodes: [(Double, Double)] = [
    (0, 8.0 / 15), (1.355626179974266, 0.2220759220056126), (-1.355626179974266, 0.2220759220056126),
    (2.856970013872806, 0.01125741132772069), (-2.856970013872806, 0.01125741132772069),
  ]
  private static let sevenNodes: [(Double, Double)] = [
    (0, 16.0 / 35), (1.154405394739968, 0.2401231786050127), (-1.154405394739968, 0.2401231786050127),
    (2.366759410734541, 0.03075712396758651), (-2.366759410734541, 0.03075712396758651),
    (3.750439717725742, 0.0005482688559722179), (-3.750439717725742, 0.0005482688559722179),
  ]

  /// The probability that the level is met by then. Rises with time, from 0.
  package func probability(by time: Double) -> Double {
    guard time > 0 else { return 0 }
    let distanceDeviation = max(distanceVariance, 0).squareRoot()
    // Given the level reached, the drift has this mean and variance.
    let slope = distanceVariance > 0 ? covariance / distanceVariance : 0
    let driftDeviation = max(driftVariance - slope * covariance, 0).squareRoot()
    var sum = 0.0
    for (x, weightX) in Self.fiveNodes {
      let reached = x * distanceDeviation
      let left = distance - reached
      if left <= 0 {
        sum += weightX
        continue
      }
      let centre = drift + slope * reached
      if driftDeviation == 0 {
        sum += weightX * passed(left, centre, time)
        continue
      }
      for (u, weightU) in Self.sevenNodes {
        sum += weightX * weightU * passed(left, centre + u * driftDeviation, time)
      }
    }
    return min(max(sum, 0), 1)
  }

  private func passed(_ distance: Double, _ drift: Double, _ time: Double) -> Double {
    let deviation = (diffusion * time).squareRoot()
    let direct = 0.5 * erfc(-(drift * time - distance) / deviation * 0.5.squareRoot())
    let mirrored = 2 * drift * distance / diffusion + Self.logTail((drift * time + distance) / deviation)
    return direct + (mirrored < 0 ? exp(mirrored) : 1)
  }

  /// ln P(Z > z) of a standard normal Z. Beyond 30 the product of tail and exponential needs the asymptotic series.
  private static func logTail(_ z: Double) -> Double {
    guard z > 30 else { return log(0.5 * erfc(z * 0.5.squareRoot())) }
    return -0.5 * z * z - log(z * (2 * Double.pi).squareRoot()) - 1 / (z * z)
  }

  /// The earliest time by which the level is met with that probability; `nil` when it is not, up to the horizon.
  package func quantile(_ probability: Double, horizon: Double) -> Double? {
    guard self.probability(by: horizon) >= probability else { return nil }
    var low = 0.0
    var high = horizon
    // 48 halvings: 3e-15 of the horizon.
    for _ in 0..<48 {
      let middle = 0.5 * (low + high)
      if self.probability(by: middle) >= probability { high = middle } else { low = middle }
    }
    return high
  }

  /// Median and interval; ends beyond the horizon are the horizon.
  package func interval(coverage: Double, horizon: Double) -> LifeInterval {
    let tail = (1 - coverage) / 2
    let upper = quantile(1 - tail, horizon: horizon)
    return LifeInterval(
      lower: quantile(tail, horizon: horizon) ?? horizon, median: quantile(0.5, horizon: horizon) ?? horizon,
      upper: upper ?? horizon, coverage: coverage, isUpperBounded: upper != nil, ceiling: horizon)
  }
}
