package import Records

/// One command of a program. `run` throws `CrossdockError`; the program prints it to stderr and exits with its code.
package protocol Command {
  static var syntax: CommandSyntax { get }
  static func run(_ arguments: ParsedArguments) throws -> ExitCode
}

/// What was typed, already checked against the syntax.
package struct ParsedArguments: Sendable {
  package var positionals: [String]
  /// By option name with its dashes; flags have one empty value.
  package var options: [String: [String]]

  package init(positionals: [String], options: [String: [String]]) {
    self.positionals = positionals
    self.options = options
  }

  package func has(_ option: String) -> Bool { options[option] != nil }
  /// The last value given, or the default of the syntax.
  package func value(_ option: String) -> String? { options[option]?.last }
  package func values(_ option: String) -> [String] { options[option] ?? [] }
}
