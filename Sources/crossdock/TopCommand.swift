import CLinux
import CommandSyntax
import Glibc
import LiveView
import Platform
import Records

/// The live view. On a terminal it redraws twice a second until `q`, SIGINT or SIGTERM; elsewhere it prints a line every 2 s.
struct TopCommand: Command {
  static let syntax = CommandSyntax(
    name: "top", summary: "watch the running agent",
    discussion: """
      Feeds with their rate and lag, the journal against its cap, the uplinks and what central has confirmed, models, plugins, alerts \
      and routes, twice a second. q ends it. When standard output is not a terminal, it is one line every two seconds.
      """,
    options: AgentClient.options + [
      CommandSyntax.Option("--note-file", "FILE", help: "show the first line of this file below the view")
    ],
    examples: ["crossdock top --config /etc/crossdock/agent.conf", "crossdock top --url http://127.0.0.1:7780"])

  private static let redrawMs: Int32 = 500
  private static let lineMs: Int32 = 2_000

  static func run(_ arguments: ParsedArguments) throws -> ExitCode {
    // Before any thread: they inherit the signal mask.
    let signals = SignalDescriptor()
    let poller = TopPoller(arguments)
    let note = NoteFile(path: arguments.value("--note-file"))
    if Terminal.isInteractive { draw(poller, note, signals) } else { try printLines(poller, note, signals) }
    return .success
  }

  private static func draw(_ poller: TopPoller, _ note: NoteFile, _ signals: SignalDescriptor) {
    let screen = TopScreen()
    defer { screen.restore() }
    let resize = resizeDescriptor()
    defer { if resize >= 0 { close(resize) } }
    while true {
      poller.poll()
      poller.screen.note = note.firstLine()
      screen.draw(poller.screen)
      let deadline = SystemClock.monotonicNs() + Int64(redrawMs) * 1_000_000
      while let left = remainingMs(deadline) {
        var polls = PollSet()
        let signal = polls.add(signals.fd)
        let keyboard = screen.hasKeyboard ? polls.add(STDIN_FILENO) : nil
        let resized = resize >= 0 ? polls.add(resize) : nil
        polls.wait(timeoutMs: left)
        if polls.isReadable(signal), signals.take() == .stop { return }
        if let keyboard, polls.isReadable(keyboard), screen.wantsToQuit() { return }
        if let resized, polls.isReadable(resized) {
          drain(resize)
          screen.draw(poller.screen)
        }
      }
    }
  }

  private static func printLines(_ poller: TopPoller, _ note: NoteFile, _ signals: SignalDescriptor) throws {
    var lastNote = ""
    var failures = 0
    while true {
      poller.poll()
      let text = note.firstLine()
      if text != lastNote, !text.isEmpty { Terminal.write("\(text)\n") }
      lastNote = text
      if let problem = poller.screen.problem {
        failures += 1
        // Who pipes the output wants an end, not the same line for ever.
        if failures >= 5 { throw poller.lastError ?? CrossdockError("watch the agent", at: "top", reason: problem) }
      } else if let status = poller.screen.status {
        failures = 0
        Terminal.write("\(SummaryLine.text(status))\n")
      }
      Terminal.flush()
      var polls = PollSet()
      let signal = polls.add(signals.fd)
      polls.wait(timeoutMs: lineMs)
      if polls.isReadable(signal), signals.take() == .stop { return }
    }
  }

  private static func remainingMs(_ deadlineNs: Int64) -> Int32? {
    let left = (deadlineNs - SystemClock.monotonicNs()) / 1_000_000
    return left > 0 ? Int32(left) : nil
  }

  /// Readable when the terminal has another size; -1 when the kernel has no descriptor left.
  private static func resizeDescriptor() -> Int32 {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGWINCH)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    return signalfd(-1, &signals, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
  }

  private static func drain(_ descriptor: Int32) {
    var info = signalfd_siginfo()
    _ = read(descriptor, &info, MemoryLayout<signalfd_siginfo>.size)
  }
}

/// A line that another process may change.
private struct NoteFile {
  private static let maxBytes = 4096
  let path: String?

  func firstLine() -> String {
    guard let path, let bytes = try? Files.read(path, limit: Self.maxBytes) else { return "" }
    return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
  }
}
