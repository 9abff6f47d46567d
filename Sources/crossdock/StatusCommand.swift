import CommandSyntax
import JSONText
import Records

/// What the running agent does, asked over its control API.
struct StatusCommand: Command {
  static let syntax = CommandSyntax(
    name: "status", summary: "show what the running agent does",
    discussion: """
      Asks the agent over its control API, whose address it leaves in its data_dir. Exits with 69 when no agent answers.
      """,
    options: AgentClient.options + [
      CommandSyntax.Option("--json", help: "the whole status as one JSON object, as GET /v1/status gives it")
    ],
    examples: ["crossdock status", "crossdock status --json | jq .uplinks"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let body = try AgentClient(arguments).status()
    if arguments.has("--json") {
      Terminal.write(bytes: body)
      if body.last != 0x0A { Terminal.write("\n") }
    } else {
      Terminal.write(StatusTable.text(try parse(body)))
    }
    return .success
  }

  private static func parse(_ body: [UInt8]) throws(CrossdockError) -> JSONValue {
    guard let json = try? JSONValue.parse(body) else {
      throw CrossdockError(
        "read the status", at: "/v1/status", reason: "the answer is no JSON",
        hint: "does another program use the control address?", exitCode: .unavailable)
    }
    return json
  }
}
