/// One line of the screen: pieces of text with a style each.
package struct StyledLine: Equatable, Sendable {
  package enum Style: Equatable, Sendable {
    case plain, strong, faint, good, warning, bad

    /// SGR parameters (ECMA-48 8.3.117).
    fileprivate var code: String {
      switch self {
      case .plain: "0"
      case .strong: "1"
      case .faint: "2"
      case .good: "32"
      case .warning: "33"
      case .bad: "1;31"
      }
    }
  }

  private var pieces: [(text: String, style: Style)] = []

  init(_ text: String = "", _ style: Style = .plain) {
    if !text.isEmpty { pieces = [(Self.printable(text), style)] }
  }

  mutating func add(_ text: String, _ style: Style = .plain) {
    pieces.append((Self.printable(text), style))
  }

  package static func == (a: StyledLine, b: StyledLine) -> Bool {
    a.pieces.count == b.pieces.count
      && zip(a.pieces, b.pieces).allSatisfy { $0.text == $1.text && $0.style == $1.style }
  }

  package var plain: String { pieces.map(\.text).joined() }

  /// Cut to so many columns; every character counts one.
  func cut(to columns: Int) -> StyledLine {
    guard plain.count > columns else { return self }
    var left = max(0, columns - 1)
    var line = StyledLine()
    for piece in pieces where left > 0 {
      line.add(String(piece.text.prefix(left)), piece.style)
      left -= min(left, piece.text.count)
    }
    if columns > 0 { line.add("…") }
    return line
  }

  /// With escape sequences, ending in the plain style.
  package var ansi: String {
    pieces.map { $0.style == .plain ? $0.text : "\u{1B}[\($0.style.code)m\($0.text)\u{1B}[0m" }.joined()
  }

  static func fit(_ text: String, _ width: Int) -> String {
    text.count <= width ? text : String(text.prefix(max(0, width - 1))) + (width > 0 ? "…" : "")
  }

  /// Names and errors come from elsewhere: a control character must not reach the terminal.
  private static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) else {
      return text
    }
    return String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "?" : $0 }))
  }
}
