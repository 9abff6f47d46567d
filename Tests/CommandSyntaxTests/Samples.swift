import CommandSyntax
import Records

/// A small program of the shape of the real ones.
enum Sample {
  struct Tail: Command {
    static let syntax = CommandSyntax(
      name: "tail", summary: "print a stream's records as they are stored",
      discussion: """
        Prints one JSON object a line: the records that the agent has stored, oldest first, and then those that it
        stores while the command runs.

          {"stream":"scans","sequence":1}

        The agent must run.
        """,
      positionals: [.init("STREAM", help: "the stream's name, as in agent.conf")],
      options: [
        .init("--config", "FILE", help: "the agent's configuration", default: "/etc/crossdock/agent.conf"),
        .init(
          "--since", "CURSOR",
          help: "where to begin: a cursor of an earlier call, or a time such as 2026-11-23T08:00:00Z"),
        .init("--source", "NAME", help: "only this source", isRepeated: true),
        .init("--follow", help: "wait for more"),
        .init("--a-very-long-option-name", "AND-A-VALUE", help: "stands alone"),
      ],
      examples: ["crossdock tail scans", "crossdock tail vibration --since 2026-11-23T08:00:00Z | head"])
    static func run(_ arguments: ParsedArguments) throws -> ExitCode { .success }
  }

  struct Inspect: Command {
    static let syntax = CommandSyntax(
      name: "journal inspect", summary: "what is in a journal",
      positionals: [.init("FILE", help: "the journal", isRequired: false, isRepeated: true)])
    static func run(_ arguments: ParsedArguments) throws -> ExitCode { .success }
  }

  struct Verify: Command {
    static let syntax = CommandSyntax(name: "journal verify", summary: "whether a journal is whole")
    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      throw CrossdockError(
        "open the journal", at: "journal.db", reason: "no such file", hint: "give the agent's data folder",
        exitCode: .badInput)
    }
  }

  static var commands: [any Command.Type] { [Tail.self, Inspect.self, Verify.self] }

  static var program: CommandProgram {
    CommandProgram(name: "crossdock", version: "0.1.0", summary: "The edge agent.", commands: commands)
  }

  /// The words of a line, without the program's name.
  static func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }

  /// What the program would print or run, or the error's text.
  static func text(_ line: String) -> String {
    do throws(CrossdockError) {
      switch try program.decide(words(line)) {
      case .print(let text): return text
      case .run(let command, _): return "runs \(command.syntax.name)"
      }
    } catch {
      return "\(error.exitCode.rawValue) crossdock: \(error)"
    }
  }

  static func arguments(_ words: [String]) throws -> ParsedArguments? {
    guard case .run(_, let arguments) = try program.decide(words) else { return nil }
    return arguments
  }
}
