import CommandSyntax
import Glibc
import Journal
import Platform
import Records

/// `crossdock journal compact`: the smallest file with the same contents.
struct JournalCompactCommand: Command {
  static let syntax = CommandSyntax(
    name: "journal compact", summary: "pack everything, and make the file as short as its contents",
    discussion: """
      Packs what was committed last into segments, writes the file anew without its free pages beside the old one, and renames it over it: \
      a power cut leaves the one or the other. Needs as much free disk as the result; without it everything is packed and the file keeps \
      its length. Verifies the journal first; a damaged one is left alone. The agent must be stopped.
      """,
    positionals: [JournalPlace.positional], options: [ConfigurationFile.option],
    examples: ["crossdock journal compact --config /etc/crossdock/agent.conf"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    // What is written anew is for nobody else's eyes.
    umask(0o077)
    let place = try JournalPlace(arguments)
    let lock = try place.lock(to: "compact the journal")
    defer { withExtendedLifetime(lock) {} }
    let done = try JournalCompaction(folder: place.folder, limits: .unbounded, now: SystemClock().now())
    if let skipped = done.skipped { Terminal.writeError("the file keeps its length: \(skipped)\n") }
    Terminal.write(
      "\(place.path): \(done.bytesBefore) bytes before, \(done.bytesAfter) after, \(done.recordsPacked) records packed\n"
    )
    return .success
  }
}
