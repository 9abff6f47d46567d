internal import JSONText

/// One thing that was looked at, and what it means.
package struct Finding: Sendable, Equatable {
  package enum State: String, Sendable {
    case ok
    /// It works, and loses or costs something that the text names.
    case warning
    /// It does not work.
    case wrong
  }

  /// What was looked at: `broker floor`, `data folder`, `broker setting autosave_interval`.
  package var check: String
  package var state: State
  package var text: String
  /// What to do; empty where nothing needs to be done.
  package var hint: String

  package init(_ check: String, _ state: State, _ text: String, hint: String = "") {
    self.check = check
    self.state = state
    self.text = text
    self.hint = hint
  }

  package static func json(_ findings: [Finding]) -> [UInt8] {
    var json = JSONWriter(reserving: 2048)
    json.object {
      $0.member("ok", !findings.contains { $0.state == .wrong })
      $0.member("warnings", findings.count { $0.state == .warning })
      $0.member(
        "findings",
        array: { list in
          for finding in findings {
            list.object {
              $0.member("check", finding.check)
              $0.member("state", finding.state.rawValue)
              $0.member("text", finding.text)
              $0.member("hint", finding.hint)
            }
          }
        })
    }
    return json.bytes
  }
}
