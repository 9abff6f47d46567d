// The standard streams of a command.
//
// stdout is buffered as C programs do it: by line on a terminal, else in chunks; the rest leaves at exit. A command that
// waits for more (tail) calls `flush` before it waits. A reader that went away (`| head`) ends the process with 0 and no
// word; any other failure to write ends it with 73 and the reason.
import CLinux
import Glibc
import Records
import Synchronization

package enum Terminal {
  /// Bound of what is held back when stdout is not a terminal.
  static let bufferBytes = 32 * 1024

  private static let pending = Mutex<[UInt8]>([])

  /// Done once, by the first write at the latest.
  private static let isPrepared: Bool = {
    signal(SIGPIPE, SIG_IGN)
    atexit { Terminal.flush() }
    return true
  }()

  package static func prepare() {
    precondition(isPrepared)
  }

  package static func write(_ text: String) {
    var text = text
    text.withUTF8 { write(bytes: UnsafeRawBufferPointer($0)) }
  }

  package static func write(bytes: [UInt8]) {
    bytes.withUnsafeBytes { write(bytes: $0) }
  }

  package static func write(bytes: UnsafeRawBufferPointer) {
    prepare()
    pending.withLock { pending in
      pending.append(contentsOf: bytes)
      let isLineDone = isInteractive && bytes.contains(0x0A)
      if isLineDone || pending.count >= bufferBytes { drain(&pending) }
    }
  }

  package static func flush() {
    pending.withLock { drain(&$0) }
  }

  /// To stderr, at once; a failure is ignored: there is nowhere left to say it.
  package static func writeError(_ text: String) {
    prepare()
    flush()
    var text = text
    text.withUTF8 { _ = writeWhole(UnsafeRawBufferPointer($0), to: STDERR_FILENO) }
  }

  /// Whether stdout is a terminal.
  package static let isInteractive: Bool = isatty(STDOUT_FILENO) == 1

  /// Colours only for a person who did not refuse them (no-color.org: any non-empty value refuses).
  package static var hasColours: Bool {
    guard isInteractive else { return false }
    let refused = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    let isDumb = getenv("TERM").map { strcmp($0, "dumb") == 0 } ?? true
    return !refused && !isDumb
  }

  /// Of the terminal on stdout; 80 by 24 where there is none.
  package static var size: (columns: Int, rows: Int) {
    var columns: Int32 = 0
    var rows: Int32 = 0
    guard crossdock_terminal_size(STDOUT_FILENO, &columns, &rows) == 0, columns > 0, rows > 0 else { return (80, 24) }
    return (Int(columns), Int(rows))
  }

  private static func drain(_ pending: inout [UInt8]) {
    guard !pending.isEmpty else { return }
    let failure = pending.withUnsafeBytes { writeWhole($0, to: STDOUT_FILENO) }
    guard failure == 0 else { end(failure) }
    pending.removeAll(keepingCapacity: true)
  }

  /// 0, or the errno that stopped it.
  private static func writeWhole(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written >= 0 {
        rest = rest.dropFirst(written)
      } else if errno == EAGAIN {
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&wait, 1, -1)
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }

  /// Ends the process without `atexit`: the buffer cannot be written.
  private static func end(_ failure: Int32) -> Never {
    if failure == EPIPE { _exit(ExitCode.success.rawValue) }
    let error = CrossdockError(
      "write to the standard output", at: "stdout", reason: String(cString: strerror(failure)),
      hint: "is the disk full?", exitCode: .cannotWrite)
    var text = "\(error)\n"
    text.withUTF8 { _ = writeWhole(UnsafeRawBufferPointer($0), to: STDERR_FILENO) }
    _exit(ExitCode.cannotWrite.rawValue)
  }
}
