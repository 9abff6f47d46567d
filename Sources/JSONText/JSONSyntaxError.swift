/// Where and why a text is not JSON (RFC 8259). Line and column count from 1; the column counts bytes.
package struct JSONSyntaxError: Error, Equatable, CustomStringConvertible {
  package let reason: String
  package let offset: Int
  package let line: Int
  package let column: Int

  package init(reason: String, offset: Int, in text: UnsafeRawBufferPointer) {
    self.reason = reason
    self.offset = offset
    let before = text[..<min(offset, text.count)]
    line = 1 + before.reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
    column = 1 + before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0)
  }

  package var description: String { "line \(line), column \(column): \(reason)" }
}
