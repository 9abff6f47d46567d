/// `factor · u + offset`: how values move when the scale of a signal is drawn anew.
struct AffineMap {
  let factor: Double
  let offset: Double

  func callAsFunction(_ u: Double) -> Double { factor * u + offset }
}
