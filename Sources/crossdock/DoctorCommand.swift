import CommandSyntax
import Configuration
import Doctor
import Engine
import Logging
import Platform
import Records

/// `crossdock doctor`: looks at the box, its brokers and destinations, and says what the settings mean.
struct DoctorCommand: Command {
  static let syntax = CommandSyntax(
    name: "doctor", summary: "check the box and the broker, and say what the settings mean",
    discussion: """
      Connects to each broker under a client id of its own, so that the agent's session is left alone, and beside a running \
      agent. Where mosquitto's configuration can be read it says for each setting what a crash of the broker loses, in messages \
      and in minutes at a rate. Looks at the file system of data_dir, times its syncs, opens the journal for reading, asks the \
      clock and the uplinks. Changes nothing.

      Exit codes: 0 all is well, or there are warnings only; 1 something is wrong.
      """,
    options: [
      ConfigurationFile.option,
      .init(
        "--broker-conf", "FILE",
        help: "mosquitto's configuration (default: \(MosquittoSettings.defaultPath), if it has the broker's port)"),
      .init("--rate", "N", help: "messages a second, for what the settings mean", default: "100"),
      .init("--json", help: "the findings as one JSON object"),
    ],
    examples: ["crossdock doctor --config etc/agent.conf", "crossdock doctor --rate 2000 --json"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let configuration = try ConfigurationFile(arguments, showWarnings: false, checksPlugins: false).configuration
    let rate = try arguments.integer("--rate", in: 1...1_000_000) ?? 100
    var findings = DataFolderChecks(
      folder: configuration.agent.dataDirectory, maxBytes: Int64(configuration.journal.maxBytes)
    ).run()
    findings.append(clock())
    let log = Logger(label: "doctor") { _ in SwiftLogNoOpLogHandler() }
    for connection in configuration.connections {
      findings += BrokerProbe(ConnectionSettings.make(connection, of: configuration), log: log).run()
    }
    findings += try brokerSettings(arguments, configuration, rate: rate)
    for uplink in configuration.uplinks { findings.append(UplinkProbe(uplink).run()) }
    if arguments.has("--json") {
      Terminal.write(bytes: Finding.json(findings) + [0x0A])
    } else {
      Terminal.write(text(findings))
    }
    return findings.contains { $0.state == .wrong } ? .failure : .success
  }

  private static func clock() -> Finding {
    SystemClock().now().isSynchronised
      ? Finding("clock", .ok, "synchronised")
      : Finding(
        "clock", .warning, "not synchronised: records are flagged clock_unsynchronised",
        hint: "run an NTP client; the agent works without")
  }

  /// A file that was named must be readable; the usual one is looked at when it is there and a broker is on this box.
  private static func brokerSettings(
    _ arguments: ParsedArguments, _ configuration: AgentConfiguration, rate: Int
  ) throws -> [Finding] {
    let named = arguments.value("--broker-conf")
    let local = configuration.connections.filter {
      ["localhost", "::1"].contains($0.host) || $0.host.hasPrefix("127.")
    }
    guard named != nil || (!local.isEmpty && Files.exists(MosquittoSettings.defaultPath)) else { return [] }
    let settings: MosquittoSettings
    do throws(CrossdockError) {
      settings = try MosquittoSettings(path: named ?? MosquittoSettings.defaultPath)
    } catch {
      if named != nil { throw error }
      return [Finding("broker settings", .warning, "\(error.place): \(error.reason)", hint: error.hint)]
    }
    guard named != nil || local.contains(where: { settings.listens(on: Int($0.port)) }) else {
      return [
        Finding(
          "broker settings", .ok,
          "\(MosquittoSettings.defaultPath) is of a broker at another port: not looked at; --broker-conf names the right one"
        )
      ]
    }
    let overlaps = configuration.connections.contains {
      $0.version == .v311 && configuration.hasOverlappingFeeds(connection: $0.name)
    }
    let checks = MosquittoChecks(
      rate: rate, maxPayloadBytes: configuration.feeds.map(\.maxPayloadBytes).max() ?? 0, hasOverlapWithoutIDs: overlaps
    )
    return [Finding("broker settings", .ok, settings.files.joined(separator: ", "))] + checks.run(settings)
  }

  private static func text(_ findings: [Finding]) -> String {
    var text = ""
    for finding in findings {
      let state = finding.state.rawValue
      text += state + String(repeating: " ", count: 9 - state.count) + "\(finding.check): \(finding.text)\n"
      if finding.state != .ok, !finding.hint.isEmpty { text += "         hint: \(finding.hint)\n" }
    }
    let counts = (findings.count { $0.state == .wrong }, findings.count { $0.state == .warning })
    return text + "\(findings.count) looked at, \(counts.1) warnings, \(counts.0) wrong\n"
  }
}
