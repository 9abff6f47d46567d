// The way from the words on the command line to a command and an exit code, the same for every Crossdock program:
//
//   PROGRAM COMMAND [options] [arguments]     a command's name may have several words ("journal inspect")
//   PROGRAM help [COMMAND] · PROGRAM [COMMAND] --help · PROGRAM --version
//
// What was asked for goes to stdout, everything else to stderr. `decide` is pure; `main` has the effects.
import Glibc
package import Records

package struct CommandProgram {
  /// What the words mean.
  package enum Decision {
    case print(String)
    case run(any Command.Type, ParsedArguments)
  }

  private let name: String
  private let version: String
  private let summary: String
  private let commands: [any Command.Type]

  package init(name: String, version: String, summary: String, commands: [any Command.Type]) {
    self.name = name
    self.version = version
    self.summary = summary
    self.commands = commands
  }

  /// Runs the command that `arguments` name and ends the process with its exit code.
  /// - Parameter arguments: as in `CommandLine.arguments`: the first is the program's own path.
  package static func main(
    name: String, version: String, summary: String, commands: [any Command.Type],
    arguments: [String] = CommandLine.arguments
  ) -> Never {
    Terminal.prepare()
    let program = CommandProgram(name: name, version: version, summary: summary, commands: commands)
    let code: ExitCode
    do {
      switch try program.decide(Array(arguments.dropFirst())) {
      case .print(let text):
        Terminal.write(text)
        code = .success
      case .run(let command, let arguments):
        code = try command.run(arguments)
      }
    } catch let error as CrossdockError {
      Terminal.flush()
      Terminal.writeError("\(name): \(error)\n")
      code = error.exitCode
    } catch {
      Terminal.flush()
      Terminal.writeError("\(name): \(error)\n")
      code = .failure
    }
    Terminal.flush()
    exit(code.rawValue)
  }

  /// - Parameter words: what follows the program's name.
  package func decide(_ words: [String]) throws(CrossdockError) -> Decision {
    guard let first = words.first else {
      throw CrossdockError(
        "read the command line", at: name, reason: "no command given", hint: "`\(name) --help` lists the commands",
        exitCode: .wrongUsage)
    }
    if let (command, rest) = match(words[...]) {
      switch try CommandParser.parse(rest, as: command.syntax, of: name) {
      case .arguments(let arguments): return .run(command, arguments)
      case .helpWanted: return .print(HelpText.command(command.syntax, program: name))
      }
    }
    switch first {
    case "help": return .print(try help(about: words.dropFirst()))
    case "--help", "-h": return .print(programHelp)
    case "version", "--version", "-V": return .print("\(name) \(version)\n")
    default: break
    }
    if words.dropFirst().contains(where: { $0 == "--help" || $0 == "-h" }), !group(first).isEmpty {
      return .print(HelpText.group(first, program: name, commands: group(first)))
    }
    throw unknownCommand(words)
  }

  private var programHelp: String {
    HelpText.program(name: name, version: version, summary: summary, commands: commands.map { $0.syntax })
  }

  private func help(about words: ArraySlice<String>) throws(CrossdockError) -> String {
    guard let first = words.first else { return programHelp }
    if let (command, _) = match(words) { return HelpText.command(command.syntax, program: name) }
    guard !group(first).isEmpty else { throw unknownCommand(Array(words)) }
    return HelpText.group(first, program: name, commands: group(first))
  }

  /// The command whose name has the most words of those at the start of the line.
  private func match(_ words: ArraySlice<String>) -> (any Command.Type, ArraySlice<String>)? {
    var best: (command: any Command.Type, length: Int)?
    for command in commands {
      let name = command.syntax.name.split(separator: " ").map(String.init)
      if words.starts(with: name), name.count > best?.length ?? 0 { best = (command, name.count) }
    }
    return best.map { ($0.command, words.dropFirst($0.length)) }
  }

  /// The commands whose names begin with the word and go on.
  private func group(_ word: String) -> [CommandSyntax] {
    commands.map { $0.syntax }.filter { $0.name.hasPrefix(word + " ") }
  }

  private func unknownCommand(_ words: [String]) -> CrossdockError {
    let first = words[0]
    let names = commands.map { $0.syntax.name } + ["help", "version", "--help", "--version"]
    let members = group(first)
    if !members.isEmpty {
      let second = words.dropFirst().first
      let typed = second.map { "\(first) \($0)" } ?? first
      let nearest = second.flatMap { _ in Suggestion.nearest(to: typed, of: names) }
      let list = members.map { "`\(name) \($0.name)`" }.joined(separator: ", ")
      return CrossdockError(
        "read the command line", at: typed, reason: second == nil ? "the command goes on" : "no such command",
        hint: nearest.map { "did you mean `\(name) \($0)`?" } ?? "there are \(list)", exitCode: .wrongUsage)
    }
    let firstWords = names.map { String($0.prefix { $0 != " " }) }
    let nearest =
      Suggestion.nearest(to: words.prefix(2).joined(separator: " "), of: names)
      ?? Suggestion.nearest(to: first, of: names + firstWords)
    let list = "`\(name) --help` lists the commands"
    return CrossdockError(
      "read the command line", at: first, reason: first.hasPrefix("-") ? "no such option" : "no such command",
      hint: nearest.map { "did you mean `\(name) \($0)`? \(list)" } ?? list, exitCode: .wrongUsage)
  }
}
