/// What a model's output calls for, by its bundle's rule.
package enum GovernedSeverity: Int, Sendable, Comparable {
  case none = 0
  case warning
  case critical

  package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  package var name: String {
    switch self {
    case .none: "none"
    case .warning: "warning"
    case .critical: "critical"
    }
  }
}
