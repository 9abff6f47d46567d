/// Why a version of a model cannot be used: which file, where in it, and what.
package struct GovernanceError: Error, Equatable, CustomStringConvertible {
  package let file: String
  package let reason: String

  package init(file: String, reason: String) {
    self.file = file
    self.reason = reason
  }

  package var description: String { "\(file): \(reason)" }
}
