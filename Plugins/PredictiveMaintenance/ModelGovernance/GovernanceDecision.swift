/// A change of a model's versions that an instance has made by itself or by command; the agent writes it into its store.
package struct GovernanceDecision: Sendable, Equatable {
  package enum Kind: UInt8, Sendable {
    case promoted = 1
    case rolledBack = 2

    package var name: String {
      switch self {
      case .promoted: "promoted"
      case .rolledBack: "rolled-back"
      }
    }
  }

  /// What has made it.
  package enum Cause: String, Sendable {
    case command
    case rule
    /// Its golden cases, or that it cannot be loaded at all.
    case golden
    /// No stream has the columns that it needs.
    case inputs
    case deadline
    case drift
  }

  /// Counts the instance's decisions about the model, from 1.
  package var number: Int
  package var kind: Kind
  package var from: String?
  package var to: String
  package var cause: Cause
}
