/// The texts of `--help`, from the same syntax that the parser reads. Lines are at most 80 columns, whatever the terminal,
/// so that the texts can be tested and pasted.
enum HelpText {
  static let columns = 80
  /// Names longer than this stand on a line of their own.
  private static let widestName = 30

  static func program(name: String, version: String, summary: String, commands: [CommandSyntax]) -> String {
    var text = "\(name) \(version)\n\(wrap(summary, indent: 0))\n"
    text += "\nusage: \(name) COMMAND [options] [arguments]\n"
    text += section("Commands", commands.map { ($0.name, $0.summary) })
    text += section(
      "Everywhere",
      [
        ("COMMAND --help", "what the command does, its options and examples"),
        ("version, --version", "the version of this program"),
      ])
    return text + exitCodes
  }

  static func group(_ prefix: String, program: String, commands: [CommandSyntax]) -> String {
    "usage: \(program) \(prefix) COMMAND [options] [arguments]\n"
      + section("Commands", commands.map { ($0.name, $0.summary) })
      + "\n`\(program) \(commands.first?.name ?? prefix) --help` says more about one of them.\n"
  }

  static func command(_ syntax: CommandSyntax, program: String) -> String {
    var text = wrap("\(program) \(syntax.name): \(syntax.summary)", indent: 0) + "\n"
    text += "\nusage: \(usage(syntax, program: program))\n"
    if !syntax.discussion.isEmpty {
      for paragraph in paragraphs(syntax.discussion) { text += "\n" + wrap(paragraph, indent: 0) + "\n" }
    }
    text += section("Arguments", syntax.positionals.map { ($0.name, $0.help) })
    text += section("Options", syntax.options.map(optionLine) + [("-h, --help", "show this text")])
    if !syntax.examples.isEmpty {
      text += "\nExamples:\n" + syntax.examples.map { "  \($0)\n" }.joined()
    }
    return text + exitCodes
  }

  static func usage(_ syntax: CommandSyntax, program: String) -> String {
    var words = [program, syntax.name]
    if !syntax.options.isEmpty { words.append("[options]") }
    for positional in syntax.positionals {
      let name = positional.name + (positional.isRepeated ? " ..." : "")
      words.append(positional.isRequired ? name : "[\(name)]")
    }
    return words.joined(separator: " ")
  }

  private static func optionLine(_ option: CommandSyntax.Option) -> (String, String) {
    var help = option.help
    if option.isRepeated { help += " (may be given several times)" }
    if let value = option.defaultValue { help += " (default: \(value))" }
    return (option.valueName.map { "\(option.name) \($0)" } ?? option.name, help)
  }

  private static let exitCodes = """

    Exit codes: 0 done, 1 the answer is "no" or something failed, 64 wrong usage,
    65 bad input data, 69 a service is not there, 73 cannot write,
    78 bad configuration.

    """

  private static func section(_ title: String, _ rows: [(name: String, help: String)]) -> String {
    guard !rows.isEmpty else { return "" }
    let width = rows.map(\.name.count).filter { $0 <= widestName }.max() ?? widestName
    var text = "\n\(title):\n"
    for row in rows {
      let indent = width + 4
      let help = wrap(row.help, indent: indent).drop { $0 == " " }
      let isWide = row.name.count > width
      text += "  \(row.name)"
      if !help.isEmpty {
        text += isWide ? "\n" + spaces(indent) : spaces(indent - 2 - row.name.count)
        text += help
      }
      text += "\n"
    }
    return text
  }

  /// Paragraphs are separated by an empty line. One that begins with two spaces keeps its lines.
  private static func paragraphs(_ text: String) -> [String] {
    var all: [[Substring]] = [[]]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty { all.append([]) } else { all[all.count - 1].append(line) }
    }
    return all.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
  }

  static func wrap(_ paragraph: String, indent: Int) -> String {
    if paragraph.hasPrefix("  ") { return paragraph }
    var lines: [String] = []
    var line = spaces(indent)
    var isEmpty = true
    for word in paragraph.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      if !isEmpty, line.count + 1 + word.count > columns {
        lines.append(line)
        line = spaces(indent)
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    if !isEmpty { lines.append(line) }
    return lines.joined(separator: "\n")
  }

  private static func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}
