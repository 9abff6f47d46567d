import CommandSyntax
import Configuration
import Records

/// `crossdock check-config`: every problem of agent.conf in one go, or its reference page.
struct CheckConfigCommand: Command {
  static let syntax = CommandSyntax(
    name: "check-config",
    summary: "check agent.conf and list every problem",
    discussion: """
      Reads the file as `crossdock run` would, but starts nothing. Every problem goes to stderr, one a line: \
      FILE:LINE:COLUMN: error: what; what to do. Warnings do not make the check fail.

      Exit codes: 0 the file can be run, 78 it cannot.
      """,
    options: [
      .init("--config", "FILE", help: "the file to check", default: "/etc/crossdock/agent.conf"),
      .init(
        "--plugin-reference", help: "print the reference of every key of plugin.toml as Markdown, and check nothing"),
      .init("--reference", help: "print the reference of every key as Markdown, and check nothing"),
    ],
    examples: ["crossdock check-config --config etc/agent.conf", "crossdock check-config --reference"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    if arguments.has("--plugin-reference") {
      Terminal.write(ConfigurationReference.pluginManifestMarkdown())
      return .success
    }
    if arguments.has("--reference") {
      Terminal.write(ConfigurationReference.markdown())
      return .success
    }
    let path = arguments.value("--config") ?? "/etc/crossdock/agent.conf"
    let catalog = try PluginCatalog()
    let (configuration, problems) = ConfigurationLoader.load(
      path: path, plugins: UnsignedCode.lookup(catalog), modelFiles: InstalledModels.presence)
    let warnings = configuration.map { UnsignedCode($0.plugins).warnings($0) } ?? []
    for problem in problems + warnings { Terminal.writeError("\(problem)\n") }
    guard let configuration else { return .badConfiguration }
    Terminal.write("\(path): ok\n\(configuration.summary)\n")
    return .success
  }
}
