import CommandSyntax
import Records
import Testing

@Suite struct CommandParserTests {
  @Test func valueMayStandApartOrAfterEqualsSign() throws {
    for words in [["tail", "s", "--since", "c1"], ["tail", "--since=c1", "s"]] {
      let arguments = try #require(try Sample.arguments(words))
      #expect(arguments.positionals == ["s"])
      #expect(arguments.value("--since") == "c1")
    }
  }

  @Test func inlineValueKeepsLaterEqualsSignsAndMayBeEmpty() throws {
    #expect(try Sample.arguments(["tail", "s", "--since=a=b"])?.value("--since") == "a=b")
    #expect(try Sample.arguments(["tail", "s", "--since="])?.value("--since") == "")
  }

  @Test func defaultIsThereUnlessTheOptionIsGiven() throws {
    #expect(try Sample.arguments(["tail", "s"])?.value("--config") == "/etc/crossdock/agent.conf")
    #expect(try Sample.arguments(["tail", "s", "--config", "x"])?.values("--config") == ["x"])
    #expect(try Sample.arguments(["tail", "s"])?.has("--follow") == false)
    #expect(try Sample.arguments(["tail", "--follow", "s"])?.has("--follow") == true)
  }

  @Test func repeatedOptionKeepsAllOthersKeepTheLast() throws {
    let arguments = try #require(
      try Sample.arguments(Sample.words("tail s --source a --source=b --since 1 --since 2")))
    #expect(arguments.values("--source") == ["a", "b"])
    #expect(arguments.values("--since") == ["2"])
  }

  @Test func twoDashesEndTheOptions() throws {
    #expect(try Sample.arguments(["journal", "inspect", "--", "--help", "-x"])?.positionals == ["--help", "-x"])
  }

  @Test func dashAndNegativeNumbersArePositionals() throws {
    #expect(try Sample.arguments(["journal", "inspect", "-", "-4.5"])?.positionals == ["-", "-4.5"])
    #expect(try Sample.arguments(["tail", "s", "--since", "-5"])?.value("--since") == "-5")
  }

  @Test func helpWinsOverWhatIsWrong() {
    #expect(Sample.text("tail --nonsense --help").hasPrefix("crossdock tail: print"))
    #expect(Sample.text("tail -h").hasPrefix("crossdock tail: print"))
  }

  @Test func valuesAreCheckedByRangeAndChoice() throws {
    let arguments = ParsedArguments(positionals: [], options: ["--limit": ["12"], "--format": ["cvs"], "--x": ["nan"]])
    #expect(try arguments.integer("--limit", in: 1...20) == 12)
    #expect(try arguments.integer("--other", in: 1...20) == nil)
    #expect(throws: CrossdockError.self) { try arguments.integer("--limit", in: 1...11) }
    #expect(throws: CrossdockError.self) { try arguments.number("--x", in: 0...1) }
    let error = #expect(throws: CrossdockError.self) { try arguments.choice("--format", of: ["ndjson", "csv"]) }
    #expect(
      error?.description
        == "cannot read the command line: --format: \"cvs\" is none of ndjson, csv; did you mean csv?")
    #expect(error?.exitCode == .wrongUsage)
  }
}

@Suite struct CommandErrorTests {
  /// Typed words and the whole text, the exit code in front.
  static let cases: [(String, String)] = [
    (
      "",
      "64 crossdock: cannot read the command line: crossdock: no command given\n"
        + "  hint: `crossdock --help` lists the commands"
    ),
    (
      "tial s",
      "64 crossdock: cannot read the command line: tial: no such command\n"
        + "  hint: did you mean `crossdock tail`? `crossdock --help` lists the commands"
    ),
    (
      "frobnicate",
      "64 crossdock: cannot read the command line: frobnicate: no such command\n"
        + "  hint: `crossdock --help` lists the commands"
    ),
    (
      "--verson",
      "64 crossdock: cannot read the command line: --verson: no such option\n"
        + "  hint: did you mean `crossdock --version`? `crossdock --help` lists the commands"
    ),
    (
      "jurnal verify",
      "64 crossdock: cannot read the command line: jurnal: no such command\n"
        + "  hint: did you mean `crossdock journal verify`? `crossdock --help` lists the commands"
    ),
    (
      "journal",
      "64 crossdock: cannot read the command line: journal: the command goes on\n"
        + "  hint: there are `crossdock journal inspect`, `crossdock journal verify`"
    ),
    (
      "journal verfy",
      "64 crossdock: cannot read the command line: journal verfy: no such command\n"
        + "  hint: did you mean `crossdock journal verify`?"
    ),
    (
      "tail",
      "64 crossdock: cannot read the command line: tail STREAM: the argument is missing\n"
        + "  hint: see `crossdock tail --help`"
    ),
    (
      "tail a b",
      "64 crossdock: cannot read the command line: tail b: one argument too many\n"
        + "  hint: see `crossdock tail --help`"
    ),
    (
      "tail a --sinse 3",
      "64 crossdock: cannot read the command line: tail --sinse: no such option\n"
        + "  hint: did you mean --since? see `crossdock tail --help`"
    ),
    (
      "tail a --since",
      "64 crossdock: cannot read the command line: tail --since: the option needs a value: "
        + "--since CURSOR\n  hint: see `crossdock tail --help`"
    ),
    (
      "tail a --since --follow",
      "64 crossdock: cannot read the command line: tail --since: the option needs a value: "
        + "--since CURSOR\n  hint: see `crossdock tail --help`"
    ),
    (
      "tail a --follow=yes",
      "64 crossdock: cannot read the command line: tail --follow: the option takes no value\n"
        + "  hint: see `crossdock tail --help`"
    ),
    (
      "tail a -f",
      "64 crossdock: cannot read the command line: tail -f: no such option\n"
        + "  hint: see `crossdock tail --help`"
    ),
  ]

  @Test(arguments: cases) func errorSaysWhatAndWhatToDo(_ line: String, _ expected: String) {
    #expect(Sample.text(line) == expected)
  }
}

@Suite struct HelpTextTests {
  @Test func commandHelpIsAligned() {
    #expect(
      Sample.text("tail --help") == """
        crossdock tail: print a stream's records as they are stored

        usage: crossdock tail [options] STREAM

        Prints one JSON object a line: the records that the agent has stored, oldest
        first, and then those that it stores while the command runs.

          {"stream":"scans","sequence":1}

        The agent must run.

        Arguments:
          STREAM  the stream's name, as in agent.conf

        Options:
          --config FILE   the agent's configuration (default: /etc/crossdock/agent.conf)
          --since CURSOR  where to begin: a cursor of an earlier call, or a time such as
                          2026-11-23T08:00:00Z
          --source NAME   only this source (may be given several times)
          --follow        wait for more
          --a-very-long-option-name AND-A-VALUE
                          stands alone
          -h, --help      show this text

        Examples:
          crossdock tail scans
          crossdock tail vibration --since 2026-11-23T08:00:00Z | head

        Exit codes: 0 done, 1 the answer is "no" or something failed, 64 wrong usage,
        65 bad input data, 69 a service is not there, 73 cannot write,
        78 bad configuration.

        """)
  }

  @Test(arguments: ["--help", "-h", "help"]) func programHelpListsTheCommands(_ line: String) {
    #expect(
      Sample.text(line) == """
        crossdock 0.1.0
        The edge agent.

        usage: crossdock COMMAND [options] [arguments]

        Commands:
          tail             print a stream's records as they are stored
          journal inspect  what is in a journal
          journal verify   whether a journal is whole

        Everywhere:
          COMMAND --help      what the command does, its options and examples
          version, --version  the version of this program

        Exit codes: 0 done, 1 the answer is "no" or something failed, 64 wrong usage,
        65 bad input data, 69 a service is not there, 73 cannot write,
        78 bad configuration.

        """)
  }

  @Test(arguments: ["journal --help", "help journal"]) func groupHelpListsItsCommands(_ line: String) {
    #expect(
      Sample.text(line) == """
        usage: crossdock journal COMMAND [options] [arguments]

        Commands:
          journal inspect  what is in a journal
          journal verify   whether a journal is whole

        `crossdock journal inspect --help` says more about one of them.

        """)
  }

  @Test func helpOfANestedCommandShowsOptionalRepeatedArguments() {
    #expect(Sample.text("help journal inspect").contains("usage: crossdock journal inspect [FILE ...]\n"))
    #expect(Sample.text("journal inspect -h") == Sample.text("help journal inspect"))
  }

  @Test(arguments: ["version", "--version", "-V"]) func versionIsNameAndNumber(_ line: String) {
    #expect(Sample.text(line) == "crossdock 0.1.0\n")
  }

  @Test func nearestWordNeedsToBeNear() {
    #expect(Suggestion.nearest(to: "check", of: ["check-config", "export"]) == "check-config")
    #expect(Suggestion.nearest(to: "exprot", of: ["check-config", "export"]) == "export")
    #expect(Suggestion.nearest(to: "x", of: ["y", "z"]) == nil)
    #expect(Suggestion.nearest(to: "simulate", of: ["status", "stops"]) == nil)
  }
}
