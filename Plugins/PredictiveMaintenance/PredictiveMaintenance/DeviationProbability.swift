/// How sure it is that a value is not what was learned: one minus the most that a unimodal distribution can have that far out,
/// 4 / (9 z²) for z ≥ √(8/3) (Vysochanskij & Petunin 1980), and below that by Chebyshev's 1 / z². No distribution is assumed beyond
/// that; for a Gaussian one the true figure is far closer to 1.
enum DeviationProbability {
  static func of(z: Double) -> Double {
    let square = z * z
    guard square > 1 else { return 0 }
    return 1 - (square >= 8.0 / 3 ? 4 / (9 * square) : 1 / square)
  }
}
