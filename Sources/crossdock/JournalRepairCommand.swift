import CommandSyntax
import Glibc
import JSONText
import Journal
import Platform
import Records

/// `crossdock journal repair`: what the agent's start does with a damaged journal, when an operator says so.
struct JournalRepairCommand: Command {
  static let syntax = CommandSyntax(
    name: "journal repair", summary: "save what can be read of a damaged journal",
    discussion: """
      Cuts damaged blocks out of the journal; where its structure is damaged, sets the file aside and writes what can be read into a new \
      one with a new epoch. What is missing is named here and in the stream _tombstones. The agent does the same at its start; this does it \
      now, from end to end, and says what it did. A sound journal is not changed. The agent must be stopped.

      Exit codes: 0 the journal is usable, 1 it is not, or the agent runs.
      """,
    positionals: [JournalPlace.positional],
    options: [
      ConfigurationFile.option,
      .init("--agent", "ID", help: "the agent's id, where the file cannot say it"),
    ],
    examples: [
      "crossdock journal repair --config /etc/crossdock/agent.conf", "crossdock journal repair /mnt/old --agent dock-7",
    ])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    // What is written anew is for nobody else's eyes.
    umask(0o077)
    let place = try JournalPlace(arguments)
    let lock = try place.lock(to: "repair the journal")
    defer { withExtendedLifetime(lock) {} }
    let repair = try JournalRepair(
      folder: place.folder, agent: arguments.value("--agent") ?? place.agent, limits: .unbounded,
      now: SystemClock().now())
    if repair.wasSound {
      Terminal.write("\(JournalVerifyCommand.summary(repair.found)); nothing was changed\n")
      return .success
    }
    for problem in repair.found.problems { Terminal.write("found: \(problem.line)\n") }
    for tombstone in repair.missing { Terminal.write("\(account(tombstone))\n") }
    if let aside = repair.aside { Terminal.write("set aside: \(aside)\n") }
    if let epoch = repair.epoch {
      Terminal.write("epoch: \(epoch)\(repair.newEpochReason == nil ? ", as before" : ", new")\n")
    }
    for problem in repair.result.problems { Terminal.write("still wrong: \(problem.line)\n") }
    Terminal.write("\(JournalVerifyCommand.summary(repair.result))\n")
    return repair.result.isSound ? .success : .failure
  }

  /// A tombstone that the repair wrote.
  private static func account(_ record: StoredRecord) -> String {
    guard let json = try? JSONValue.parse(record.body), let stream = json["stream"]?.string,
      let reason = json["reason"]?.string
    else { return "noted: \(String(decoding: record.body, as: UTF8.self))" }
    guard let count = json["count"]?.integer, count > 0 else { return "noted: \(reason)" }
    return
      "missing: \(stream) \(json["first"]?.integer ?? 0)-\(json["last"]?.integer ?? 0), \(count) records (\(reason))"
  }
}
