import Configuration
import Engine
import HTTPServer
import Platform
import PluginRuntime
import Records

/// All that an agent is made of, read once: agent.conf and what is in the files that it names. So the agent can be made again from
/// the same when a new configuration does not open, whatever has become of those files.
struct AgentInputs {
  let file: ConfigurationFile
  /// By model, in the configuration's order.
  let options: [[PluginOptionValue]]
  /// The plugins that run on the writer thread, by name.
  let inLine: [String: PluginDescriptor]
  /// Of those, the models whose plugin has no signature.
  let unsignedInLine: Set<String>
  /// Those that run in processes of their own.
  let isolated: [IsolatedPlugin]
  /// Nil: no control API.
  let control: HTTPServerConfiguration?
  /// What a later reading is compared with.
  let state: ConfigurationState

  var configuration: AgentConfiguration { file.configuration }

  private static let maxPEMBytes = 1 << 20

  init(_ file: ConfigurationFile) throws(CrossdockError) {
    self.file = file
    let configuration = file.configuration
    let fits = try file.catalog.fits(configuration)
    options = fits.map { $0?.options.map { PluginOptionValue($0) } ?? [] }
    inLine = try file.catalog.inLine(configuration)
    unsignedInLine = try file.catalog.unsignedInLine(configuration)
    isolated = try file.catalog.isolated(configuration, fits)
    control = try configuration.control.map { (section) throws(CrossdockError) in try Self.server(section) }
    var files: [ConfigurationState.InputFile: UInt64] = [:]
    for input in Self.filesOfTLS(configuration) {
      files[input] = Self.hash(try Files.read(input.path, limit: Self.maxPEMBytes))
    }
    for (model, fit) in zip(configuration.models, fits) {
      for option in fit?.options ?? [] {
        guard case .files(let contents) = option.value else { continue }
        for one in contents {
          files[.init(model.part, key: "option \(option.key)", path: one.path)] = Self.hash(one.contents)
        }
      }
    }
    state = ConfigurationState(configuration, files: files, plugins: try file.catalog.versions(configuration))
  }

  private static func server(_ section: ControlConfiguration) throws(CrossdockError) -> HTTPServerConfiguration {
    var server = HTTPServerConfiguration(listen: section.listen)
    server.token = section.token.flatMap { BearerToken($0.reveal().utf8) }
    if let certificate = section.certificate {
      server.certificatePEM = String(
        decoding: try Files.read(certificate.certFile, limit: maxPEMBytes), as: UTF8.self)
      server.keyPEM = String(decoding: try Files.read(certificate.keyFile, limit: maxPEMBytes), as: UTF8.self)
    }
    return server
  }

  private static func filesOfTLS(_ configuration: AgentConfiguration) -> [ConfigurationState.InputFile] {
    var all: [(ConfigurationChange.Part, String, String?)] = []
    func add(_ part: ConfigurationChange.Part, _ tls: TLSConfiguration?) {
      all.append((part, "ca_file", tls?.caFile))
      all.append((part, "cert_file", tls?.certFile))
      all.append((part, "key_file", tls?.keyFile))
    }
    for connection in configuration.connections { add(.connection(connection.name), connection.tls) }
    for uplink in configuration.uplinks { add(.uplink(uplink.name), uplink.tls) }
    all.append((.control, "cert_file", configuration.control?.certificate?.certFile))
    all.append((.control, "key_file", configuration.control?.certificate?.keyFile))
    return all.compactMap { part, key, path in path.map { .init(part, key: key, path: $0) } }
  }

  private static func hash(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes { ByteHash.hash($0) } }
}
