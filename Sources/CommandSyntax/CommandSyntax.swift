/// A command as its user sees it: the source of its parsing, its `--help` and the check of the README.
package struct CommandSyntax: Sendable {
  package struct Positional: Sendable {
    package var name: String
    package var help: String
    package var isRequired: Bool
    package var isRepeated: Bool

    package init(_ name: String, help: String, isRequired: Bool = true, isRepeated: Bool = false) {
      self.name = name
      self.help = help
      self.isRequired = isRequired
      self.isRepeated = isRepeated
    }
  }

  package struct Option: Sendable {
    /// With its dashes: `--since`.
    package var name: String
    /// `TIME`; nil for a flag.
    package var valueName: String?
    package var help: String
    package var defaultValue: String?
    package var isRepeated: Bool

    package init(
      _ name: String, _ valueName: String? = nil, help: String, default defaultValue: String? = nil,
      isRepeated: Bool = false
    ) {
      self.name = name
      self.valueName = valueName
      self.help = help
      self.defaultValue = defaultValue
      self.isRepeated = isRepeated
    }
  }

  package var name: String
  /// One line for the list of commands.
  package var summary: String
  /// Paragraphs for `--help`.
  package var discussion: String
  package var positionals: [Positional]
  package var options: [Option]
  package var examples: [String]

  package init(
    name: String, summary: String, discussion: String = "", positionals: [Positional] = [], options: [Option] = [],
    examples: [String] = []
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.positionals = positionals
    self.options = options
    self.examples = examples
  }
}
