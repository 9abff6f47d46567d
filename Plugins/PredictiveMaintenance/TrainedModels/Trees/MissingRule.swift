/// Where a decision sends a value that is not there. `zero…`: what is nothing but zero (LightGBM: at most 1e-35 as a
/// float) counts as missing.
enum MissingRule: UInt8, Sendable {
  case left, right, zeroLeft, zeroRight

  /// LightGBM's `kZeroThreshold`, a float.
  static let zeroBound = Double(1e-35 as Float)

  func isMissing(_ value: Double) -> Bool {
    switch self {
    case .left, .right: value.isNaN
    case .zeroLeft, .zeroRight: value.isNaN || value.magnitude <= Self.zeroBound
    }
  }

  var goesLeft: Bool { self == .left || self == .zeroLeft }
}
