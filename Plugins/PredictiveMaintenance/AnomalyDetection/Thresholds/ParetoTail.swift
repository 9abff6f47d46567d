// The tail of a distribution beyond a high threshold: a generalised Pareto distribution with shape γ and scale σ (Pickands
// 1975), fitted by maximum likelihood as Grimshaw does ("Computing Maximum Likelihood Estimates for the Generalized Pareto
// Distribution", Technometrics 35 (2), 1993): with x = γ / σ the two equations become one,
//
//   u(x) · v(x) = 1,   u(x) = mean 1 / (1 + x y),   v(x) = 1 + mean ln(1 + x y),   γ = v(x) − 1,   σ = γ / x
//
// whose roots other than 0 lie in (−1 / greatest, 0) and (0, 2 (mean − least) / least²]. Both are searched on a fixed grid,
// roots refined by bisection; the root of the greatest likelihood is taken, or the exponential (γ = 0) where that is better.
// The log-likelihood at a root is −n (ln σ + γ + 1).

import Glibc

struct ParetoTail: Equatable, Sendable {
  var shape: Double
  var scale: Double

  private static let gridCount = 24
  private static let bisectionCount = 40

  /// - Parameters:
  ///   - excesses: above 0 and finite; none at all: a scale of 0.
  ///   - leastShape: shapes below it are not taken.
  init(excesses: UnsafeBufferPointer<Double>, leastShape: Double = -1) {
    guard !excesses.isEmpty else {
      (shape, scale) = (0, 0)
      return
    }
    var (least, greatest, sum) = (excesses[0], excesses[0], 0.0)
    for y in excesses {
      least = min(least, y)
      greatest = max(greatest, y)
      sum += y
    }
    let mean = sum / Double(excesses.count)
    (shape, scale) = (0, mean)
    guard excesses.count > 2, greatest > least, mean > 0 else { return }
    // In units of the mean, so that the grid is the same for all signals.
    let bound = -mean / greatest
    var best = log(mean)
    func take(_ low: Double, _ high: Double) {
      guard let root = Self.root(excesses, mean, low, high) else { return }
      let shape = Self.equation(excesses, root / mean).v - 1
      let scale = shape / (root / mean)
      guard shape > leastShape, shape.isFinite, scale > 0, scale.isFinite, log(scale) + shape < best else { return }
      best = log(scale) + shape
      (self.shape, self.scale) = (shape, scale)
    }
    var previous = bound * (1 - 1e-6)
    // γ has the sign of x.
    for i in 1...Self.gridCount where leastShape < 0 {
      // Towards 0, ever closer: the root is near 0 for a nearly exponential tail.
      let next = bound * pow(1 - Double(i) / Double(Self.gridCount + 1), 2)
      take(previous, next)
      previous = next
    }
    let end = min(max(2 * (mean - least) * mean / (least * least), 1e-3), 1e6)
    previous = 1e-4
    for i in 1...Self.gridCount {
      let next = 1e-4 * pow(end / 1e-4, Double(i) / Double(Self.gridCount))
      take(previous, next)
      previous = next
    }
  }

  private static func equation(_ excesses: UnsafeBufferPointer<Double>, _ x: Double) -> (w: Double, v: Double) {
    var (u, v) = (0.0, 0.0)
    for y in excesses {
      let s = 1 + x * y
      u += 1 / s
      v += log(s)
    }
    let count = Double(excesses.count)
    v = 1 + v / count
    return (u / count * v - 1, v)
  }

  private static func root(
    _ excesses: UnsafeBufferPointer<Double>, _ mean: Double, _ low: Double, _ high: Double
  ) -> Double? {
    var (low, high) = (low, high)
    let atLow = equation(excesses, low / mean).w
    let atHigh = equation(excesses, high / mean).w
    guard atLow.isFinite, atHigh.isFinite, (atLow < 0) != (atHigh < 0) else { return nil }
    for _ in 0..<bisectionCount {
      let middle = 0.5 * (low + high)
      if (equation(excesses, middle / mean).w < 0) == (atLow < 0) { low = middle } else { high = middle }
    }
    return 0.5 * (low + high)
  }

  /// How far beyond the threshold a value of probability `risk` lies, when the threshold itself is passed with `share`.
  func excess(risk: Double, share: Double) -> Double {
    let ratio = risk / share
    guard ratio < 1 else { return 0 }
    return shape.magnitude < 1e-9 ? -scale * log(ratio) : scale / shape * (pow(ratio, -shape) - 1)
  }
}
