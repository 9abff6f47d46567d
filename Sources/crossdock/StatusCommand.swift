import CommandSyntax
import Configuration
import HTTPClient
import JSONText
import Platform
import Records

/// What the running agent does, asked over its control API.
struct StatusCommand: Command {
  static let syntax = CommandSyntax(
    name: "status", summary: "show what the running agent does",
    discussion: """
      Asks the agent over its control API, whose address it leaves in its data_dir. Exits with 69 when no agent answers.
      """,
    options: [
      ConfigurationFile.option,
      CommandSyntax.Option("--json", help: "the whole status as one JSON object, as GET /v1/status gives it"),
    ],
    examples: ["crossdock status", "crossdock status --json | jq .uplinks"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let file = try ConfigurationFile(arguments, showWarnings: false)
    let body = try RunningAgentClient(file).status()
    if arguments.has("--json") {
      Terminal.write(bytes: body)
      if body.last != 0x0A { Terminal.write("\n") }
    } else {
      Terminal.write(StatusTable.text(try parse(body, at: file.controlAddressPath)))
    }
    return .success
  }

  private static func parse(_ body: [UInt8], at place: String) throws(CrossdockError) -> JSONValue {
    guard let json = try? JSONValue.parse(body) else {
      throw CrossdockError(
        "read the status", at: place, reason: "the answer is no JSON",
        hint: "does another program use the control address?", exitCode: .unavailable)
    }
    return json
  }
}

/// A client of the agent that runs with this configuration.
struct RunningAgentClient {
  private let client: HTTPClient
  private let agent: String
  private let path: String

  /// - Throws: `unavailable` when no agent runs, `badConfiguration` when the configuration has no control API.
  init(_ file: ConfigurationFile) throws(CrossdockError) {
    agent = file.configuration.agent.id
    path = file.controlAddressPath
    guard let control = file.configuration.control else {
      throw CrossdockError(
        "ask the agent \(agent)", at: file.configuration.path, reason: "it has no control API",
        hint: "add [control] with listen = \"127.0.0.1:7780\"", exitCode: .badConfiguration)
    }
    guard let text = try? Files.read(path, limit: 256), let address = String(validating: text, as: UTF8.self) else {
      throw Self.notRunning(agent, path, "there is no address of a running agent")
    }
    let trimmed = address.filter { !$0.isWhitespace }
    var configuration = HTTPClientConfiguration(
      url: "\(control.certificate == nil ? "http" : "https")://\(trimmed)")
    // The agent's own certificate: known here by its file.
    configuration.caFile = control.certificate?.certFile
    configuration.token = control.token?.reveal()
    configuration.connectTimeoutMs = 2000
    configuration.readTimeoutMs = 10_000
    client = try HTTPClient(configuration)
  }

  /// The JSON of `/v1/status`.
  func status() throws(CrossdockError) -> [UInt8] {
    let result: HTTPResult
    do throws(CrossdockError) {
      result = try client.get("/v1/status")
    } catch {
      throw Self.notRunning(agent, error.place, error.reason)
    }
    guard result.isSuccess else {
      throw CrossdockError(
        "ask the agent \(agent)", at: path, reason: "it answered \(result.status)",
        hint: result.status == 401 ? "the token of [control] changed since the agent started: restart it" : "",
        exitCode: result.status == 401 ? .failure : .unavailable)
    }
    return result.body
  }

  private static func notRunning(_ agent: String, _ place: String, _ reason: String) -> CrossdockError {
    CrossdockError(
      "ask the agent \(agent)", at: place, reason: reason,
      hint: "is it running? start it with `crossdock run`, or look at `systemctl status crossdock`",
      exitCode: .unavailable)
  }
}
