import CommandSyntax
import Platform
import Records
import Simulator

/// A small warehouse and a truck that publish to a broker.
struct SimulateCommand: Command {
  static let syntax = CommandSyntax(
    name: "simulate", summary: "play a small warehouse and a truck to a broker",
    discussion: """
      Motors with bearings that wear out and one that overheats, scanners that send GS1 codes, pickers with handhelds that \
      walk the routes they get, a truck: with the topics of the sample agent.conf, at QoS 1. The same seed gives the same \
      messages (but for times and ids). It ends with --seconds, SIGTERM or SIGINT: it waits for every acknowledgement, then \
      writes the ledger, which says what must be at central exactly once. With --data it plays recordings: cwru/ as vibration, \
      routing/picker/ as pick orders, in the hall that --write-layout writes.
      """,
    options: [
      CommandSyntax.Option("--host", "HOST", help: "the broker's host", default: "127.0.0.1"),
      CommandSyntax.Option("--port", "PORT", help: "the broker's port", default: "1883"),
      CommandSyntax.Option("--seed", "NUMBER", help: "of everything that looks random", default: "1"),
      CommandSyntax.Option(
        "--site", "NAME", help: "first level of the topics; several make several warehouses (default: hamburg)",
        isRepeated: true),
      CommandSyntax.Option(
        "--rate", "PER_SECOND",
        help: "scalar messages a second beside, for each site, up to \(SimulatorLimits.maxRate)",
        default: "0"),
      CommandSyntax.Option("--seconds", "NUMBER", help: "end by itself after this time"),
      CommandSyntax.Option(
        "--fault-after", "SECONDS", help: "when the first bearing begins to wear; a motor overheats at 1.8 times this",
        default: "25"),
      CommandSyntax.Option("--ledger", "FILE", help: "write what was acknowledged"),
      CommandSyntax.Option("--data", "DIR", help: "play recordings from this folder"),
      CommandSyntax.Option("--write-layout", "FILE", help: "write the layout that the orders refer to, and end"),
      CommandSyntax.Option(
        "--print", help: "print the messages of --seconds (default 10) as lines of topic and payload, and end"),
    ],
    examples: [
      "crossdock simulate --rate 2000 --seconds 60 --ledger sent.ndjson",
      "crossdock simulate --print --seconds 5 | grep /scan",
    ])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let settings = try settings(arguments)
    if let path = arguments.value("--write-layout") {
      try Files.replace(path, with: settings.world.hall.layoutFile(), mode: 0o644)
      return .success
    }
    if arguments.has("--print") { return try printMessages(settings) }
    // Before any thread: they inherit the signal mask.
    let signals = SignalDescriptor()
    let simulation = try Simulation(settings)
    Terminal.writeError(
      "simulate: \(simulation.seriesCount) sources and streams to \(settings.host):\(settings.port),"
        + " seed \(settings.world.seed)\n")
    let outcome = try simulation.run(signals: signals)
    Terminal.writeError("simulate: \(outcome.ledger.messageCount) of \(outcome.published) messages acknowledged\n")
    guard outcome.unacknowledged == 0 else {
      throw CrossdockError(
        "get every message acknowledged", at: "\(settings.host):\(settings.port)",
        reason: "\(outcome.unacknowledged) are not, after \(simulation.connects) connections",
        hint: "the ledger has what was; is the broker running?", exitCode: .unavailable)
    }
    return .success
  }

  private static func settings(_ arguments: ParsedArguments) throws -> Simulation.Settings {
    var settings = Simulation.Settings()
    settings.host = arguments.value("--host") ?? settings.host
    settings.port = try arguments.integer("--port", in: 1...65_535) ?? settings.port
    settings.seconds = try arguments.number("--seconds", in: 0.001...31_536_000)
    settings.ledgerPath = arguments.value("--ledger")
    settings.world.seed = UInt64(try arguments.integer("--seed", in: 0...Int.max) ?? 1)
    settings.world.ratePerS = try arguments.integer("--rate", in: 0...SimulatorLimits.maxRate) ?? 0
    settings.world.faultAfterS = try arguments.number("--fault-after", in: 0...86_400) ?? settings.world.faultAfterS
    let sites = arguments.values("--site")
    if !sites.isEmpty { settings.world.sites = try sites.map(checkedSite) }
    guard Set(settings.world.sites).count == settings.world.sites.count else {
      throw CrossdockError("read the command line", at: "--site", reason: "named twice", exitCode: .wrongUsage)
    }
    if let data = arguments.value("--data") { try useRecordings(in: data, &settings.world) }
    return settings
  }

  private static func checkedSite(_ site: String) throws(CrossdockError) -> String {
    guard !site.isEmpty, site.utf8.count <= 64, site.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }),
      !site.contains(where: { "/+#$\"\\".contains($0) })
    else {
      throw CrossdockError(
        "read the command line", at: "--site", reason: "\"\(site)\" is not one level of a topic", exitCode: .wrongUsage)
    }
    return site
  }

  /// What is there is played; the rest is computed.
  private static func useRecordings(in folder: String, _ world: inout World.Settings) throws {
    let vibration = "\(folder)/cwru"
    let picks = "\(folder)/routing/picker"
    if Files.exists("\(vibration)/manifest.csv") { world.recordings = vibration }
    if Files.exists(picks) { world.hall = try PickListReader.hall(folder: picks) }
    guard Files.exists(picks) || world.recordings != nil else {
      throw CrossdockError(
        "play recordings", at: folder, reason: "there is neither cwru/manifest.csv nor routing/picker",
        hint: "give the folder that has them, or leave --data out", exitCode: .badInput)
    }
  }

  private static func printMessages(_ settings: Simulation.Settings) throws -> ExitCode {
    let world = try World(settings.world, run: "print", startNs: SystemClock().now().wallNs) { series, payload in
      Terminal.write("\(series.topic) ")
      Terminal.write(bytes: payload)
      Terminal.write("\n")
    }
    world.advance(to: Int64((settings.seconds ?? 10) * 1e9))
    return .success
  }
}
