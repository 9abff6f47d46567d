/// What a vibration sensor's samples are in.
package enum AccelerationUnit: String, CaseIterable, Sendable {
  case g
  case metresPerSecondSquared = "m_s2"

  /// To m/s².
  package var factor: Double {
    switch self {
    case .g: 9.80665
    case .metresPerSecondSquared: 1
    }
  }
}
