import CLinux
import CommandSyntax
import Configuration
import Engine
import Glibc
import Journal
import Logging
import Platform
import Records

/// The agent. The main thread is the writer thread; uplinks and the control API have threads of their own.
struct RunCommand: Command {
  static let syntax = CommandSyntax(
    name: "run", summary: "run the agent until it is told to stop",
    discussion: """
      Takes MQTT messages in, makes them durable, acknowledges them, runs the models and syncs to central whenever there is \
      a link. Logs go to stderr. SIGTERM and SIGINT commit what has been read, acknowledge it and end. A broker or central \
      that is away is no error: the agent starts, and connects when they come.
      """,
    options: [ConfigurationFile.option], examples: ["crossdock run --config /etc/crossdock/agent.conf"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let file = try ConfigurationFile(arguments)
    let configuration = file.configuration
    let log = makeLogger(configuration.log.level)
    // Before any thread: they inherit the signal mask. Nothing of the agent is for other users' eyes.
    let signals = SignalDescriptor()
    umask(0o077)
    crossdock_keep_heap_small()
    try Files.createFolder(configuration.agent.dataDirectory)
    let lock = try FileLock(path: "\(configuration.agent.dataDirectory)/lock")
    defer { withExtendedLifetime(lock) {} }
    do {
      try start(file, signals: signals, log: log).run()
    } catch let error as CrossdockError where isDamage(error, of: file) {
      // Trying again would not help. The next start sets the file aside; the broker still has what was not acknowledged.
      Journal.markDamaged(file.journalPath, reason: error.reason)
      throw error
    }
    return .success
  }

  /// A journal whose damage shows only while it is being opened is set aside at once.
  private static func start(_ file: ConfigurationFile, signals: SignalDescriptor, log: Logger) throws -> RunningAgent {
    do {
      return try RunningAgent(file, signals: signals, log: log)
    } catch let error as CrossdockError where isDamage(error, of: file) {
      Journal.markDamaged(file.journalPath, reason: error.reason)
      return try RunningAgent(file, signals: signals, log: log)
    }
  }

  private static func isDamage(_ error: CrossdockError, of file: ConfigurationFile) -> Bool {
    error.fault == .damaged && error.place == file.journalPath
  }

  private static func makeLogger(_ level: LogLevel) -> Logger {
    let level: Logger.Level =
      switch level {
      case .error: .error
      case .warning: .warning
      case .info: .info
      case .debug: .debug
      }
    return Logger(label: "crossdock") { label in StderrLogHandler(label: label, level: level) }
  }
}
