import CentralService
import CommandSyntax
import Glibc
import HTTPServer
import Logging
import Platform
import Records

/// `crossdock-central run`
struct RunCommand: Command {
  static let syntax = CommandSyntax(
    name: "run", summary: "serve until SIGTERM",
    discussion: """
      Keeps everything in one SQLite database, central.db, in the data folder. What an agent is told to be received is on
      the disk. Two centrals never share a folder.

      The address is loopback unless another is given, and another needs a token file: one line, which agents and pullers
      send as `Authorization: Bearer …`. With certificate and key (PEM) it speaks HTTPS only.
      """,
    options: [
      .init("--data", "DIR", help: "the data folder; created when it is not there"),
      .init("--listen", "HOST:PORT", help: "address; port 0 lets the system choose", default: "127.0.0.1:7790"),
      .init("--token-file", "FILE", help: "bearer token that every request but /healthz must carry"),
      .init("--tls-cert", "FILE", help: "certificate chain, PEM"),
      .init("--tls-key", "FILE", help: "its key, PEM"),
      .init("--address-file", "FILE", help: "written once it serves: the real HOST:PORT"),
      .init("--log-level", "LEVEL", help: "debug, info, notice, warning or error", default: "info"),
    ],
    examples: [
      "crossdock-central run --data /var/lib/crossdock-central",
      "crossdock-central run --data data --listen 0.0.0.0:7790 --token-file central.token --tls-cert c.pem --tls-key k.pem",
    ])

  private static let maxTokenBytes = 4096
  private static let maxPEMBytes = 1 << 20

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    guard let folder = arguments.value("--data") else {
      throw CrossdockError(
        "read the command line", at: "--data", reason: "the data folder is not given", hint: "add --data DIR",
        exitCode: .wrongUsage)
    }
    let levels = ["debug", "info", "notice", "warning", "error"]
    let level = try arguments.choice("--log-level", of: levels).flatMap(Logger.Level.init(rawValue:)) ?? .info
    // Before any thread: threads inherit the mask.
    umask(0o077)
    StopSignals.block()
    let log = Logger(label: "central") { StderrLogHandler(label: $0, level: level) }
    let service = try CentralService(dataFolder: folder, server: try configuration(arguments), log: log)
    log.notice("serving", metadata: ["address": "\(service.address)", "data": "\(folder)"])
    if let file = arguments.value("--address-file") {
      try Files.replace(file, with: Array("\(service.address)\n".utf8), mode: 0o644)
    }
    let notifier = ServiceNotifier()
    notifier.ready(status: "serving on \(service.address)")
    waitForStop(notifier)
    notifier.stopping()
    service.stop()
    log.notice("stopped")
    return .success
  }

  private static func waitForStop(_ notifier: ServiceNotifier) {
    let intervalMs = notifier.watchdogIntervalMs ?? 60_000
    while true {
      if let signal = StopSignals.wait(timeoutMs: intervalMs) {
        if signal != StopSignals.hangUp { return }
      } else {
        notifier.watchdog()
      }
    }
  }

  private static func configuration(_ arguments: ParsedArguments) throws(CrossdockError) -> HTTPServerConfiguration {
    var configuration = HTTPServerConfiguration(listen: arguments.value("--listen") ?? "127.0.0.1:7790")
    if let file = arguments.value("--token-file") {
      let text = try Files.read(file, limit: maxTokenBytes)
      guard let token = BearerToken(text.drop { $0 <= 0x20 }.prefix { $0 > 0x20 }) else {
        throw CrossdockError(
          "read the token", at: file,
          reason: "there is no token in it, or one with characters that a header cannot carry",
          hint: "put one line of letters and digits into it", exitCode: .badConfiguration)
      }
      configuration.token = token
    }
    switch (arguments.value("--tls-cert"), arguments.value("--tls-key")) {
    case (nil, nil): break
    case (let certificate?, let key?):
      configuration.certificatePEM = String(decoding: try Files.read(certificate, limit: maxPEMBytes), as: UTF8.self)
      configuration.keyPEM = String(decoding: try Files.read(key, limit: maxPEMBytes), as: UTF8.self)
    default:
      throw CrossdockError(
        "read the command line", at: "--tls-cert", reason: "certificate and key belong together",
        hint: "give both --tls-cert and --tls-key", exitCode: .wrongUsage)
    }
    return configuration
  }
}
