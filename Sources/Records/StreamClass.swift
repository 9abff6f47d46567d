/// What a stream's records are worth. The order is the order of priority: the lowest class is dropped first when the
/// journal is full and sent last by an uplink.
package enum StreamClass: UInt8, CaseIterable, Comparable, Sendable {
  case telemetry = 0
  case summary = 1
  case scan = 2
  case decision = 3
  case alert = 4

  package static func < (a: StreamClass, b: StreamClass) -> Bool { a.rawValue < b.rawValue }

  package var name: String {
    switch self {
    case .telemetry: "telemetry"
    case .summary: "summary"
    case .scan: "scan"
    case .decision: "decision"
    case .alert: "alert"
    }
  }

  package init?(name: String) {
    guard let match = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = match
  }
}
