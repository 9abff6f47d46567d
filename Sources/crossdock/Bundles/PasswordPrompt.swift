import CLinux
import CommandSyntax
import Glibc
import Platform
import Records

/// A password from a file or from the terminal, never from the command line, where everyone sees it.
enum PasswordPrompt {
  static let option = CommandSyntax.Option(
    "--password-file", "FILE", help: "the key's password, on one line; otherwise it is asked for on the terminal")
  private static let maxBytes = 1024

  static func password(_ arguments: ParsedArguments, for place: String, isNew: Bool) throws(CrossdockError) -> [UInt8] {
    if let path = arguments.value(option.name) {
      var bytes = try Files.readInput(path, limit: maxBytes)
      while bytes.last == 0x0A || bytes.last == 0x0D { bytes.removeLast() }
      guard !bytes.isEmpty else { throw failure(path, "it holds no password") }
      return bytes
    }
    let first = try ask("Password for \(place): ")
    if isNew {
      guard !first.isEmpty else {
        throw failure(place, "an empty password", hint: "--no-password makes a key without one")
      }
      guard try ask("Once more: ") == first else { throw failure(place, "the two passwords differ") }
    }
    return first
  }

  private static func ask(_ question: String) throws(CrossdockError) -> [UInt8] {
    let fd = crossdock_open("/dev/tty", O_RDWR, 0)
    guard fd >= 0 else {
      throw failure("the terminal", "there is none to ask for the password", hint: "--password-file FILE")
    }
    defer { close(fd) }
    var before = termios()
    guard tcgetattr(fd, &before) == 0 else { throw Files.failure("read the password", "/dev/tty") }
    var silent = before
    silent.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(fd, TCSAFLUSH, &silent)
    defer { tcsetattr(fd, TCSAFLUSH, &before) }
    write(fd, question, question.utf8.count)
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while line.count < maxBytes, read(fd, &byte, 1) == 1, byte != 0x0A { line.append(byte) }
    write(fd, "\n", 1)
    return line
  }

  private static func failure(_ place: String, _ reason: String, hint: String = "") -> CrossdockError {
    CrossdockError("read the password", at: place, reason: reason, hint: hint, exitCode: .wrongUsage)
  }
}
