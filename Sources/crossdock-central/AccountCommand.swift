import CentralService
import CommandSyntax
import Platform
import Records
import SQLite

/// `crossdock-central account`
struct AccountCommand: Command {
  static let syntax = CommandSyntax(
    name: "account", summary: "say what was received of what there is",
    discussion: """
      Counts the stored records, stream by stream, against the heads that the agents have reported, less what they declared
      dropped. With a ledger (written by `crossdock simulate`) it also looks for every published number in the records. The
      last line is `central: N of N records, M missing, D double`; the exit code is 0 only when nothing is missing or double.

      It reads beside a running central.
      """,
    options: [
      .init("--data", "DIR", help: "central's data folder"),
      .init("--ledger", "FILE", help: "what was published and acknowledged"),
      .init("--json", help: "print the account as one line of JSON before the last line"),
    ],
    examples: ["crossdock-central account --data /var/lib/crossdock-central"])

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    guard let folder = arguments.value("--data") else {
      throw CrossdockError(
        "read the command line", at: "--data", reason: "the data folder is not given", hint: "add --data DIR",
        exitCode: .wrongUsage)
    }
    let path = "\(folder)/\(CentralDatabase.fileName)"
    guard Files.exists(path) else {
      throw CrossdockError(
        "open the database", at: path, reason: "there is no such file",
        hint: "give the data folder of a central that ran",
        exitCode: .badInput)
    }
    let ledger = try arguments.value("--ledger").map { path throws(CrossdockError) in try Ledger(path: path) }
    let connection = try CentralDatabase.openReadOnly(path)
    // One snapshot for everything that is counted.
    try connection.execute("BEGIN")
    let account = try CentralAccount.read(connection, countsRows: true)
    let check = try ledger.map { ledger throws(CrossdockError) in try LedgerCheck(ledger, connection) }
    try connection.execute("COMMIT")

    report(account, check)
    let verdict = AccountVerdict(account, check)
    if arguments.has("--json") { Terminal.write(bytes: account.json()) } else { table(account) }
    Terminal.write(verdict.line + "\n")
    return verdict.isRight ? .success : .failure
  }

  /// What is wrong, in words, on stderr.
  private static func report(_ account: CentralAccount, _ check: LedgerCheck?) {
    for stream in account.streams where stream.missing > 0 || stream.double > 0 {
      let place = "\(stream.agent) \(stream.epoch) \(stream.stream)"
      Terminal.writeError(
        "\(place): \(stream.missing) missing, \(stream.double) double (head \(stream.head), watermark "
          + "\(stream.watermark), \(stream.records) records, \(stream.dropped) declared dropped)\n")
    }
    for result in check?.results ?? [] where result.missingCount > 0 || result.doubleCount > 0 {
      Terminal.writeError(
        "\(result.line.stream) \(result.line.source): of \(result.line.range.count) published numbers "
          + "\(result.missingCount) missing\(list(result.missing, of: result.missingCount)), "
          + "\(result.doubleCount) double\(list(result.double, of: result.doubleCount))\n")
    }
  }

  private static func list(_ numbers: [Int], of count: Int) -> String {
    if numbers.isEmpty { return "" }
    return " (\(numbers.map(String.init).joined(separator: " "))\(count > numbers.count ? " …" : ""))"
  }

  private static func table(_ account: CentralAccount) {
    for stream in account.streams {
      Terminal.write(
        "\(stream.agent) \(stream.epoch) \(stream.stream): \(stream.records) of \(stream.expected), "
          + "watermark \(stream.watermark) of \(stream.head), \(stream.dropped) dropped in \(stream.gaps) gaps\n")
    }
  }
}
