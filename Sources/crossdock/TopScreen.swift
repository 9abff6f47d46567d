import CLinux
import CommandSyntax
import Glibc
import LiveView

/// The terminal while the live view has it: alternate screen, no cursor, keys at once and unseen. `restore` gives it back.
final class TopScreen {
  private var saved: termios?

  init() {
    Terminal.prepare()
    if isatty(STDIN_FILENO) == 1 {
      var mode = termios()
      if tcgetattr(STDIN_FILENO, &mode) == 0 {
        saved = mode
        // ISIG stays: Ctrl-C is a signal for everyone in the foreground.
        mode.c_lflag &= ~tcflag_t(ICANON | ECHO)
        tcsetattr(STDIN_FILENO, TCSANOW, &mode)
      }
    }
    Terminal.write("\u{1B}[?1049h\u{1B}[?25l")
    Terminal.flush()
  }

  var hasKeyboard: Bool { saved != nil }

  func restore() {
    Terminal.write("\u{1B}[?25h\u{1B}[?1049l")
    Terminal.flush()
    if var saved { tcsetattr(STDIN_FILENO, TCSANOW, &saved) }
    saved = nil
  }

  func draw(_ screen: LiveScreen) {
    let (columns, rows) = Terminal.size
    let hasColours = Terminal.hasColours
    var text = "\u{1B}[H"
    let lines = screen.lines(columns: columns, rows: rows)
    for (i, line) in lines.enumerated() {
      text += (hasColours ? line.ansi : line.plain) + "\u{1B}[K" + (i + 1 < lines.count ? "\r\n" : "")
    }
    Terminal.write(text + "\u{1B}[J")
    Terminal.flush()
  }

  /// Reads the keys that were pressed.
  func wantsToQuit() -> Bool {
    var keys = [UInt8](repeating: 0, count: 64)
    let count = read(STDIN_FILENO, &keys, keys.count)
    if count <= 0 {
      // The terminal has gone; signals still end the view.
      saved = nil
      return false
    }
    return keys[..<count].contains { $0 == UInt8(ascii: "q") || $0 == UInt8(ascii: "Q") }
  }
}
