import CommandSyntax
import Configuration
import Journal
import Platform
import Records

/// The journal that a command is about: a folder, a file, or that of the configuration.
struct JournalPlace {
  static let positional = CommandSyntax.Positional(
    "PATH", help: "the data folder, or a journal's file (default: that of --config)", isRequired: false)

  let path: String
  /// The agent's id as the configuration says; nil where a path was given.
  let agent: String?
  var folder: String { Files.folder(of: path) }

  private static let fileName = "journal.db"

  init(_ arguments: ParsedArguments) throws {
    guard let place = arguments.positionals.first else {
      let file = try ConfigurationFile(arguments, showWarnings: false, checksPlugins: false)
      path = file.journalPath
      agent = file.configuration.agent.id
      return
    }
    var trimmed = place
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    path = Files.isFolder(trimmed) ? "\(trimmed == "/" ? "" : trimmed)/\(Self.fileName)" : trimmed
    agent = nil
  }

  /// For a command that changes the journal: kept as long as it works.
  /// - Throws: with exit code 1 and the agent's process while it runs; 64 for a file that is no agent's journal; 69 when there is none.
  func lock(to operation: String) throws(CrossdockError) -> FileLock {
    guard path.hasSuffix("/\(Self.fileName)") || path == Self.fileName else {
      throw CrossdockError(
        operation, at: path, reason: "not an agent's journal: its name is not \(Self.fileName)",
        hint: "name the data folder; a file that was set aside can be inspected, verified and exported",
        exitCode: .wrongUsage)
    }
    guard Files.exists(path) else {
      throw CrossdockError(
        operation, at: path, reason: "there is none", hint: "name the data folder, or the file itself",
        exitCode: .unavailable)
    }
    return try Self.lock(folder: folder, to: operation)
  }

  static func lock(folder: String, to operation: String) throws(CrossdockError) -> FileLock {
    do throws(CrossdockError) {
      return try FileLock(path: "\(folder)/lock")
    } catch {
      guard error.exitCode == .failure else { throw error }
      throw CrossdockError(
        operation, at: folder, reason: "the agent runs: its folder is \(error.reason)",
        hint: "stop it first; inspect, verify and export work beside it", exitCode: .failure)
    }
  }
}
