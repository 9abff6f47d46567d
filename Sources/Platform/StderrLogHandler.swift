internal import CLinux
internal import Glibc
package import Logging
internal import Records

/// Log lines on stderr that journald understands: `<priority>message key=value …`, one write a line. On a terminal the
/// priority is a word instead. Values with spaces or quotes are quoted; nothing can break a line or
/// begin another.
package struct StderrLogHandler: LogHandler {
  package var metadata: Logger.Metadata = [:]
  package var logLevel: Logger.Level {
    get { own ?? shared.level }
    set { own = newValue }
  }
  /// Set for this logger alone; nil: the shared one counts.
  private var own: Logger.Level?
  private let shared: SharedLogLevel
  private let label: String
  private let isTerminal = isatty(STDERR_FILENO) == 1

  package init(label: String, level: Logger.Level) {
    self.init(label: label, level: SharedLogLevel(level))
  }

  /// - Parameter level: of every logger that was made with it, and of their copies.
  package init(label: String, level: SharedLogLevel) {
    self.label = label
    shared = level
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var line = isTerminal ? "\(event.level) \(label): " : "<\(Self.priority(event.level))>\(label): "
    line += PrintableText.escaped(event.message.description)
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    for (key, value) in all.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(Self.quoted(value.description))" }
    line += "\n"
    line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  private static func priority(_ level: Logger.Level) -> Int {
    switch level {
    case .critical: 2
    case .error: 3
    case .warning: 4
    case .notice: 5
    case .info: 6
    case .debug, .trace: 7
    }
  }

  private static func quoted(_ text: String) -> String {
    let isPlain =
      !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x5C && $0 != 0x3D && $0 != 0x7F }
      && !text.unicodeScalars.contains(where: PrintableText.isHidden)
    if isPlain { return text }
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": out += "\\\(scalar)"
      case "\n": out += "\\n"
      default: out += PrintableText.escaped(String(scalar))
      }
    }
    return out + "\""
  }
}
