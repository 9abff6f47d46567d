import CLinux
import CommandSyntax
import Configuration
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
      a link. Logs go to stderr. SIGTERM and SIGINT commit what has been read, acknowledge it and end; SIGHUP takes up a changed \
      configuration, as `crossdock reload` does. A broker or central that is away is no error: the agent starts, and connects \
      when they come.
      """,
    options: [ConfigurationFile.option], examples: ["crossdock run --config /etc/crossdock/agent.conf"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    let file = try ConfigurationFile(arguments, asksProcesses: false)
    let configuration = file.configuration
    let level = SharedLogLevel(configuration.log.level.forLogger)
    let log = Logger(label: "crossdock") { label in StderrLogHandler(label: label, level: level) }
    // Before any thread: they inherit the signal mask. Nothing of the agent is for other users' eyes.
    let signals = SignalDescriptor()
    umask(0o077)
    crossdock_keep_heap_small()
    try Files.createFolder(configuration.agent.dataDirectory)
    let lock = try FileLock(path: file.lockPath)
    defer { withExtendedLifetime(lock) {} }
    try lock.announce()
    let surroundings = AgentSurroundings(signals: signals, log: log, logLevel: level, agent: configuration.agent.id)
    do throws(CrossdockError) {
      try AgentService(file, surroundings).run()
    } catch {
      // Trying again would not help. The next start sets the file aside; the broker still has what was not acknowledged.
      if error.isDamage(of: file) { Journal.markDamaged(file.journalPath, reason: error.reason) }
      throw error
    }
    return .success
  }
}
