/// Comparisons of floats as comparisons of doubles.
///
/// XGBoost and ONNX round a value to a float before they compare it. Rounding never reverses an order, so the doubles
/// that pass are all those
/// up to some greatest one: the midpoint between two floats, or the double before it, by whether the midpoint rounds
/// down or up.
enum FloatThreshold {
  /// The greatest double whose float is at most `bound`; -∞ rounds to itself. NaN when there is none.
  static func atMost(_ bound: Float) -> Double {
    if bound.isNaN || bound == .infinity { return Double(bound) }
    let next = bound.nextUp
    // Past the greatest float, the midpoint is to where the next one would be.
    let upper = next == .infinity ? 0x1p128 : Double(next)
    let lower = bound == -.infinity ? -0x1p128 : Double(bound)
    let midpoint = lower / 2 + upper / 2
    return Float(midpoint) <= bound ? midpoint : midpoint.nextDown
  }

  /// The greatest double whose float is below `bound`. Of -∞: NaN, with which nothing compares.
  static func below(_ bound: Float) -> Double {
    bound == -.infinity ? .nan : atMost(bound.nextDown)
  }
}
