import Seeded

extension SeededNumbers {
  mutating func noise(_ count: Int, amplitude: Double) -> [Float] {
    (0..<count).map { _ in Float(amplitude * gaussian()) }
  }
}
