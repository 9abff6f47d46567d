/// One thing that is wrong with agent.conf, with its place and what to do about it.
package struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
  package enum Severity: String, Sendable {
    case error
    case warning
  }

  package var file: String
  /// From 1; 0 where the problem is the file itself.
  package var line: Int
  package var column: Int
  package var severity: Severity
  package var message: String
  /// What to do; empty where the message says it all.
  package var hint: String

  package init(
    file: String, line: Int, column: Int, severity: Severity = .error, message: String, hint: String = ""
  ) {
    self.file = file
    self.line = line
    self.column = column
    self.severity = severity
    self.message = message
    self.hint = hint
  }

  /// `agent.conf:12:5: error: unknown key "topci" in [[feed]]; did you mean "topic"?`
  package var description: String {
    let place = line == 0 ? file : "\(file):\(line):\(column)"
    let text = "\(place): \(severity.rawValue): \(message)"
    return hint.isEmpty ? text : "\(text); \(hint)"
  }
}
