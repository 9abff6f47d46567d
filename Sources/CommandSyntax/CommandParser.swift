package import Records

/// Typed words against a `CommandSyntax`.
///
/// - `--name VALUE` and `--name=VALUE` are the same; a value that begins with `--` needs the second form.
/// - An option that is not marked as repeated may be given again: the last one counts, so that a script can append to its defaults.
/// - `--` ends the options; `-` alone and negative numbers are positionals.
/// - `-h` and `--help` win over everything that is wrong on the line.
package struct CommandParser {
  package enum Outcome: Sendable {
    case arguments(ParsedArguments)
    case helpWanted
  }

  private let program: String
  private let syntax: CommandSyntax
  private var words: ArraySlice<String>
  private var positionals: [String] = []
  private var options: [String: [String]] = [:]

  /// - Parameter words: what follows the command's name.
  package static func parse(
    _ words: some Sequence<String>, as syntax: CommandSyntax, of program: String
  ) throws(CrossdockError) -> Outcome {
    let words = Array(words)
    let beforeEnd = words.prefix { $0 != "--" }
    if beforeEnd.contains("--help") || beforeEnd.contains("-h") { return .helpWanted }
    var parser = CommandParser(program: program, syntax: syntax, words: words[...])
    return .arguments(try parser.parse())
  }

  private init(program: String, syntax: CommandSyntax, words: ArraySlice<String>) {
    self.program = program
    self.syntax = syntax
    self.words = words
  }

  private mutating func parse() throws(CrossdockError) -> ParsedArguments {
    while let word = words.popFirst() {
      if word == "--" {
        positionals += words
        break
      }
      if isOption(word) {
        try option(word)
      } else {
        positionals.append(word)
      }
    }
    try checkPositionals()
    for option in syntax.options where options[option.name] == nil {
      if let value = option.defaultValue { options[option.name] = [value] }
    }
    return ParsedArguments(positionals: positionals, options: options)
  }

  private func isOption(_ word: String) -> Bool {
    guard word.hasPrefix("-"), word != "-" else { return false }
    return syntax.options.contains { $0.name == word } || Double(word) == nil
  }

  private mutating func option(_ word: String) throws(CrossdockError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let option = syntax.options.first(where: { $0.name == name }) else {
      let names = syntax.options.map(\.name) + ["--help"]
      throw wrong(name, "no such option", suggestion: Suggestion.nearest(to: name, of: names))
    }
    let inline = parts.count == 2 ? String(parts[1]) : nil
    let value = try value(of: option, inline: inline)
    if option.isRepeated {
      options[name, default: []].append(value)
    } else {
      options[name] = [value]
    }
  }

  private mutating func value(of option: CommandSyntax.Option, inline: String?) throws(CrossdockError) -> String {
    guard let valueName = option.valueName else {
      guard inline == nil else { throw wrong(option.name, "the option takes no value") }
      return ""
    }
    if let inline { return inline }
    guard let next = words.first, !next.hasPrefix("--") else {
      throw wrong(option.name, "the option needs a value: \(option.name) \(valueName)")
    }
    words = words.dropFirst()
    return next
  }

  private func checkPositionals() throws(CrossdockError) {
    let required = syntax.positionals.filter(\.isRequired)
    if positionals.count < required.count {
      throw wrong(required[positionals.count].name, "the argument is missing")
    }
    let isOpenEnded = syntax.positionals.contains { $0.isRepeated }
    if !isOpenEnded, positionals.count > syntax.positionals.count {
      throw wrong(positionals[syntax.positionals.count], "one argument too many")
    }
  }

  private func wrong(_ word: String, _ reason: String, suggestion: String? = nil) -> CrossdockError {
    let help = "see `\(program) \(syntax.name) --help`"
    return CrossdockError(
      "read the command line", at: "\(syntax.name) \(word)", reason: reason,
      hint: suggestion.map { "did you mean \($0)? \(help)" } ?? help, exitCode: .wrongUsage)
  }
}
