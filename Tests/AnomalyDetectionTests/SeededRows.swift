import Seeded

extension SeededNumbers {
  mutating func row(_ columnCount: Int) -> [Double] { (0..<columnCount).map { _ in pairedGaussian() } }
}
