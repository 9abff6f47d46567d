// How much values that follow each other have in common, and so how few independent ones they are worth.
//
// The correlation of a value with the one before it, of one device, is estimated about the mean of all values, with the correction
// for what a short window hides of it (Marriott & Pope 1954): r = (p r̂ + 1) / (p − 3) of p pairs. What counts is the upper end of its
// 95 % interval, r + 2 √((1 − r²) / p): a correlation that is taken for too small makes drift of chance.
//
// The shares of k bins then vary as those of fewer values. In the j-th direction, from the mean (j = 1) to what is as fine as the bins,
// values of a Gaussian autoregression of the first order have correlation r^j, and the variance is λ_j = (1 + r^j) / (1 − r^j) times
// that of independent ones (Hermite's polynomials are the directions). `Inflation` sums that up for k − 1 directions as a scaled χ²
// (Satterthwaite 1946; for shares Rao & Scott 1981).
//
// The estimate sees one step back only: noise on top of something slow is taken for faster than it is. Values that do not move, and
// fewer than four pairs, say nothing and count as independent.

package import StateCoding

package struct SerialCorrelation: Equatable, Sendable {
  private var count = 0.0
  private var sum = 0.0
  private var squares = 0.0
  private var pairs = 0.0
  /// Of both values of each pair.
  private var pairSum = 0.0
  private var products = 0.0

  private static let leastPairs = 4.0
  /// Below that it is the rounding of values that do not move; they are in spans of a reference.
  private static let leastVariance = 1e-12
  private static let standardErrors = 2.0

  package init() {}

  /// - Parameter value: of at most a few units, so that sums lose nothing.
  mutating func update(_ value: Double, after previous: Double?) {
    count += 1
    sum += value
    squares += value * value
    guard let previous else { return }
    pairs += 1
    pairSum += value + previous
    products += value * previous
  }

  /// The most that it may be; 0 where nothing can be said. So that all values are worth one at least: (n − 1) / (n + 1) at most.
  package var upper: Double {
    guard pairs >= Self.leastPairs else { return 0 }
    let mean = sum / count
    let variance = squares / count - mean * mean
    guard variance > Self.leastVariance else { return 0 }
    let covariance = (products - mean * pairSum) / pairs + mean * mean
    let found = min(max((covariance / variance * pairs + 1) / (pairs - 3), 0), 1)
    let error = ((1 - found * found) / pairs).squareRoot()
    return min(found + Self.standardErrors * error, (count - 1) / (count + 1))
  }

  /// A sum of squares over `degrees` directions has the mean `mean` times that of independent values, and is distributed about
  /// as `scale` times χ² of `degrees`.
  struct Inflation {
    var mean: Double
    var scale: Double
    var degrees: Double
  }

  func inflation(of degrees: Int) -> Inflation {
    let correlation = upper
    var (power, sum, squares) = (1.0, 0.0, 0.0)
    for _ in 0..<degrees {
      power *= correlation
      let factor = (1 + power) / (1 - power)
      sum += factor
      squares += factor * factor
    }
    return Inflation(mean: sum / Double(degrees), scale: squares / sum, degrees: sum * sum / squares)
  }
}

extension SerialCorrelation {
  package func encode(into state: StateWriter) {
    for number in [count, sum, squares, pairs, pairSum, products] { state.append(number) }
  }

  package init(from state: inout StateReader) throws {
    count = try state.number()
    sum = try state.number()
    squares = try state.number()
    pairs = try state.number()
    pairSum = try state.number()
    products = try state.number()
  }
}
