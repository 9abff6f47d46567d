import Records
import Testing

@Suite struct PrintableTextTests {
  @Test func plainTextStaysAsItIs() {
    for text in ["", "a plain line", "Überlänge 30 °C", "日本", "a\\b \"q\""] {
      #expect(PrintableText.line(text) == text && PrintableText.escaped(text) == text)
    }
  }

  @Test func nothingEndsALineOrMovesACursor() {
    #expect(PrintableText.line("harmless\n<2>crossdock: lost\r\n") == #"harmless\u{a}<2>crossdock: lost\u{d}\u{a}"#)
    #expect(PrintableText.line("\u{1b}[2J\u{7f}\u{9b}\u{0}") == #"\u{1b}[2J\u{7f}\u{9b}\u{0}"#)
    #expect(PrintableText.line("a\u{202e}b\u{2028}c\u{feff}") == #"a\u{202e}b\u{2028}c\u{feff}"#)
    for value: UInt32 in 0..<0x3000 {
      guard let scalar = Unicode.Scalar(value), PrintableText.isHidden(scalar) else { continue }
      #expect(PrintableText.escaped(String(scalar)).utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
    }
  }

  @Test func longTextIsCutAndBytesThatAreNoTextAreReplaced() {
    #expect(PrintableText.line(String(repeating: "x", count: 1001)) == String(repeating: "x", count: 1000) + "…")
    #expect(PrintableText.line(String(repeating: "x", count: 1000)).utf8.count == 1000)
    #expect(PrintableText.line("abcdef", most: 3) == "abc…")
    #expect(PrintableText.line([0x61, 0xFF, 0x62]) == "a\u{fffd}b")
    #expect(PrintableText.line("aé", most: 2) == "a\u{fffd}…")
  }
}
