import CommandSyntax
import Configuration
import HTTPClient
import Platform
import Records

/// The running agent's control API, found by `--config` or by `--url` and `--token-file`.
struct AgentClient {
  static let options = [
    ConfigurationFile.option,
    CommandSyntax.Option("--url", "URL", help: "ask this control API instead of the one of --config"),
    CommandSyntax.Option("--token-file", "FILE", help: "its bearer token, with --url"),
  ]

  private static let maxTokenBytes = 4096
  private let client: HTTPClient

  init(_ arguments: ParsedArguments, timeoutMs: Int32 = 5_000) throws {
    var configuration: HTTPClientConfiguration
    if let url = arguments.value("--url") {
      configuration = HTTPClientConfiguration(url: url)
      if let path = arguments.value("--token-file") { configuration.token = try Self.token(path) }
    } else {
      configuration = try Self.configuration(
        of: ConfigurationFile(arguments, showWarnings: false, checksPlugins: false))
    }
    configuration.connectTimeoutMs = timeoutMs
    configuration.readTimeoutMs = timeoutMs
    client = try HTTPClient(configuration)
  }

  private static func configuration(of file: ConfigurationFile) throws -> HTTPClientConfiguration {
    let agent = file.configuration.agent.id
    guard let control = file.configuration.control else {
      throw CrossdockError(
        "ask the agent \(agent)", at: file.configuration.path, reason: "it has no control API",
        hint: "add [control] with listen = \"127.0.0.1:7780\"", exitCode: .badConfiguration)
    }
    guard Files.exists(file.controlAddressPath) else {
      throw notRunning("ask the agent \(agent)", file.controlAddressPath, "there is no address of a running agent")
    }
    let address = try Files.read(file.controlAddressPath, limit: 256)
    let scheme = control.certificate == nil ? "http" : "https"
    let text = String(decoding: address.filter { $0 > 0x20 }, as: UTF8.self)
    var configuration = HTTPClientConfiguration(url: "\(scheme)://\(text)")
    // The agent's own certificate: known here by its file.
    configuration.caFile = control.certificate?.certFile
    configuration.token = control.token?.reveal()
    return configuration
  }

  static func token(_ path: String) throws -> String {
    let bytes = try Files.readInput(path, limit: maxTokenBytes)
    let text = bytes.prefix { $0 > 0x20 && $0 < 0x7F }
    guard !text.isEmpty else {
      throw CrossdockError("read the token", at: path, reason: "the file is empty", exitCode: .badConfiguration)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The JSON of `/v1/status`.
  /// - Throws: `unavailable` when no agent answers.
  func status() throws(CrossdockError) -> [UInt8] {
    let result: HTTPResult
    do throws(CrossdockError) {
      result = try get("/v1/status")
    } catch {
      throw Self.notRunning("ask the agent", error.place, error.reason)
    }
    guard result.isSuccess else {
      throw CrossdockError(
        "ask the agent", at: "/v1/status", reason: "it answered \(result.status)",
        hint: result.status == 401 ? "the token of [control] changed since the agent read it: `crossdock reload`" : "",
        exitCode: result.status == 401 ? .failure : .unavailable)
    }
    return result.body
  }

  private static func notRunning(_ operation: String, _ place: String, _ reason: String) -> CrossdockError {
    CrossdockError(
      operation, at: place, reason: reason,
      hint: "is it running? start it with `crossdock run`, or look at `systemctl status crossdock`", isRetryable: true,
      exitCode: .unavailable)
  }

  func get(_ path: String) throws(CrossdockError) -> HTTPResult { try client.get(path) }
}
