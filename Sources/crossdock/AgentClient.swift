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
      configuration = try Self.configuration(of: ConfigurationFile(arguments, showWarnings: false))
    }
    configuration.connectTimeoutMs = timeoutMs
    configuration.readTimeoutMs = timeoutMs
    client = try HTTPClient(configuration)
  }

  private static func configuration(of file: ConfigurationFile) throws -> HTTPClientConfiguration {
    guard let control = file.configuration.control else {
      throw CrossdockError(
        "find the agent", at: "agent.conf", reason: "there is no [control] section", hint: "add one, or give --url",
        exitCode: .badConfiguration)
    }
    guard Files.exists(file.controlAddressPath) else {
      throw CrossdockError(
        "find the agent", at: file.controlAddressPath, reason: "there is no such file", hint: "is the agent running?",
        isRetryable: true, exitCode: .unavailable)
    }
    let address = try Files.read(file.controlAddressPath, limit: 256)
    let scheme = control.certificate == nil ? "http" : "https"
    let text = String(decoding: address.filter { $0 > 0x20 }, as: UTF8.self)
    var configuration = HTTPClientConfiguration(url: "\(scheme)://\(text)")
    configuration.token = control.token?.reveal()
    return configuration
  }

  private static func token(_ path: String) throws -> String {
    let bytes = try Files.read(path, limit: maxTokenBytes)
    let text = bytes.prefix { $0 > 0x20 && $0 < 0x7F }
    guard !text.isEmpty else {
      throw CrossdockError("read the token", at: path, reason: "the file is empty", exitCode: .badConfiguration)
    }
    return String(decoding: text, as: UTF8.self)
  }

  func get(_ path: String) throws(CrossdockError) -> HTTPResult { try client.get(path) }
}
