/// Arithmetic of cooling, from operations that give the same on all machines; a few places are enough.
enum Annealing {
  static func log(_ value: Double) -> Double {
    guard value > 0 else { return -40 }
    let mantissa = value.significand
    let x = (mantissa - 1) / (mantissa + 1)
    return Double(value.exponent) * 0.693147180559945 + 2 * x * (1 + x * x / 3 + x * x * x * x / 5)
  }

  /// For exponents from 0 to 1, by squaring roots.
  static func power(_ base: Double, _ exponent: Double) -> Double {
    var (result, root, rest) = (1.0, base, exponent)
    if rest >= 1 { return base }
    for _ in 0..<12 {
      root = root.squareRoot()
      rest *= 2
      if rest >= 1 {
        result *= root
        rest -= 1
      }
    }
    return result
  }
}
