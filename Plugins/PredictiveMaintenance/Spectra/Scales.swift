import Glibc

/// Logarithms, in one place for the import.
enum Scales {
  static func log10(_ x: Double) -> Double { Glibc.log10(x) }
  static func ln(_ x: Double) -> Double { Glibc.log(x) }
  static func exp(_ x: Double) -> Double { Glibc.exp(x) }
}
