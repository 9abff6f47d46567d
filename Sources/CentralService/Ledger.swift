import JSONText
import Platform
package import Records

/// What was published and acknowledged, as `crossdock simulate --ledger` writes it: NDJSON lines
/// `{"stream":"vibration","source":"a/b/c","pointer":"/n","first":1,"last":4711}`. Every n of first…last, found in the body
/// at the pointer (RFC 6901), must be at central exactly once.
package struct Ledger: Sendable {
  package struct Line: Sendable, Equatable {
    package var stream: String
    package var source: String
    package var pointer: [String]
    package var range: ClosedRange<Int>
  }

  package var lines: [Line]

  static let maxFileBytes = 256 << 20
  /// Numbers of all lines together: a byte each is kept while checking.
  static let maxNumbers = 1 << 30

  package init(path: String) throws(CrossdockError) {
    try self.init(try Files.read(path, limit: Self.maxFileBytes), place: path)
  }

  package init(_ text: [UInt8], place: String) throws(CrossdockError) {
    lines = []
    var numbers = 0
    for (index, bytes) in text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    where !bytes.allSatisfy({ $0 <= 0x20 }) {
      func refuse(_ reason: String) -> CrossdockError {
        CrossdockError("read the ledger", at: "\(place):\(index + 1)", reason: reason, exitCode: .badInput)
      }
      let json: JSONValue
      do throws(JSONSyntaxError) {
        json = try JSONValue.parse(Array(bytes))
      } catch {
        throw refuse("no JSON: \(error)")
      }
      guard let stream = json["stream"]?.string, let source = json["source"]?.string,
        let pointer = json["pointer"]?.string.flatMap(Self.tokens), let first = json["first"]?.integer,
        let last = json["last"]?.integer
      else { throw refuse("stream, source, pointer, first and last are needed") }
      // A source that had nothing acknowledged.
      if last < first { continue }
      let (size, overflow) = last.subtractingReportingOverflow(first)
      guard !overflow, size < Self.maxNumbers - numbers else { throw refuse("more numbers than can be checked") }
      numbers += size + 1
      lines.append(Line(stream: stream, source: source, pointer: pointer, range: first...last))
    }
  }

  /// The reference tokens of a JSON Pointer; nil when it is none.
  static func tokens(_ pointer: String) -> [String]? {
    if pointer.isEmpty { return [] }
    guard pointer.hasPrefix("/") else { return nil }
    return pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { token in
      var text = ""
      var isEscaped = false
      for character in token {
        if isEscaped {
          text.append(character == "1" ? "/" : character == "0" ? "~" : "~\(character)")
          isEscaped = false
        } else if character == "~" {
          isEscaped = true
        } else {
          text.append(character)
        }
      }
      return text
    }
  }
}
