import CommandSyntax
import Glibc
import Records
import Testing

/// Each in a process of its own: what is tested ends the process.
@Suite struct TerminalTests {
  @Test func readerThatWentAwayEndsTheProcessQuietly() async throws {
    let result = try await #require(processExitsWith: .exitCode(0), observing: [\.standardErrorContent]) {
      var ends: [Int32] = [0, 0]
      precondition(pipe(&ends) == 0)
      close(ends[0])
      dup2(ends[1], STDOUT_FILENO)
      while true { Terminal.write("a line that nobody reads\n") }
    }
    #expect(!String(decoding: result.standardErrorContent, as: UTF8.self).contains("cannot"))
  }

  @Test func fullDiskEndsTheProcessWith73AndTheReason() async throws {
    let result = try await #require(processExitsWith: .exitCode(73), observing: [\.standardErrorContent]) {
      let full = open("/dev/full", O_WRONLY)
      precondition(full >= 0)
      dup2(full, STDOUT_FILENO)
      Terminal.write("text\n")
      exit(0)
    }
    #expect(
      String(decoding: result.standardErrorContent, as: UTF8.self)
        .contains("cannot write to the standard output: stdout: No space left on device"))
  }

  @Test func whatIsBufferedLeavesAtExitWhole() async throws {
    let result = try await #require(processExitsWith: .exitCode(3), observing: [\.standardOutputContent]) {
      for number in 0..<20_000 { Terminal.write("line \(number)\n") }
      Terminal.write(bytes: Array("end\n".utf8))
      exit(3)
    }
    let text = String(decoding: result.standardOutputContent, as: UTF8.self)
    let expected = (0..<20_000).map { "line \($0)\n" }.joined() + "end\n"
    #expect(text.contains(expected))
  }

  @Test func colourlessWhenNotATerminal() async {
    await #expect(processExitsWith: .exitCode(0)) {
      let null = open("/dev/null", O_WRONLY)
      dup2(null, STDOUT_FILENO)
      precondition(!Terminal.isInteractive && !Terminal.hasColours && Terminal.size == (80, 24))
      exit(0)
    }
  }

  @Test func commandThatFailsEndsWithItsCodeAndItsWords() async throws {
    let result = try await #require(processExitsWith: .exitCode(65), observing: [\.standardErrorContent]) {
      CommandProgram.main(
        name: "crossdock", version: "0.1.0", summary: "", commands: Sample.commands,
        arguments: ["crossdock", "journal", "verify"])
    }
    #expect(
      String(decoding: result.standardErrorContent, as: UTF8.self).contains(
        "crossdock: cannot open the journal: journal.db: no such file\n  hint: give the agent's data folder\n"))
  }

  @Test func helpGoesToStandardOutput() async throws {
    let result = try await #require(
      processExitsWith: .exitCode(0), observing: [\.standardOutputContent, \.standardErrorContent]
    ) {
      CommandProgram.main(
        name: "crossdock", version: "0.1.0", summary: "", commands: Sample.commands, arguments: ["crossdock", "--help"])
    }
    #expect(String(decoding: result.standardOutputContent, as: UTF8.self).contains("usage: crossdock COMMAND"))
    #expect(!String(decoding: result.standardErrorContent, as: UTF8.self).contains("usage"))
  }
}
