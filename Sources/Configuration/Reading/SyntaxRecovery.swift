/// Finds every syntax error of a file, although toml++ stops at the first: the statement at fault is replaced by one that
/// parses, and the rest is parsed again, until nothing is wrong. A damaged value becomes `TOMLNode.unreadable`, so that its
/// key does not also count as missing; a damaged header is mended where its name can be read, and otherwise becomes
/// `[[__unreadable__]]`, which swallows the keys below it.
///
/// Lines keep their numbers. Every round changes a line that was not given up before, so the loop ends.
struct SyntaxRecovery {
  /// More than this and the file is not a configuration.
  static let maxSyntaxErrors = 64
  static let unreadableTable = "__unreadable__"

  private var lines: [[UInt8]]
  private var mended: Set<Int> = []
  private(set) var errors: [TOMLSyntaxError] = []
  private(set) var root: TOMLTable?

  init(_ text: [UInt8]) {
    lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
    while errors.count < Self.maxSyntaxErrors {
      switch TOMLTable.parse(joined(0..<lines.count)) {
      case .success(let table):
        root = table
        return
      case .failure(let error):
        guard mend(error) else { return }
      }
    }
  }

  /// Reports the error and changes the statement at fault; false when there is nothing left to change.
  private mutating func mend(_ error: TOMLSyntaxError) -> Bool {
    let line = min(error.position.line - 1, lines.count - 1)
    if error.message.contains("cannot redefine") || error.message.contains("cannot insert") {
      var error = error
      if let column = keyColumn(line, before: error.position.column) { error.position.column = column }
      report(error)
      return replace(line, by: isHeader(line) ? Array("[[\(Self.unreadableTable)]]".utf8) : [])
    }
    if let start = unclosedStart(before: line) {
      var unclosed = error
      unclosed.position = SourcePosition(line: start + 1, column: openingColumn(start))
      unclosed.message = "what is opened here is never closed"
      report(unclosed)
      var next = start + 1
      while next < line, !startsStatement(next) {
        lines[next] = []
        next += 1
      }
      return replace(start, by: unreadableStatement(start))
    }
    report(error)
    return mendStatement(around: line)
  }

  private mutating func mendStatement(around line: Int) -> Bool {
    if isHeader(line) { return replace(line, by: mendedHeader(line)) }
    if startsStatement(line) {
      // The lines of a multi-line value go with it.
      if !isComplete(line..<(line + 1)) {
        var next = line + 1
        while next < lines.count, !startsStatement(next), looksLikeContinuation(next) {
          lines[next] = []
          next += 1
        }
      }
      return replace(line, by: unreadableStatement(line))
    }
    guard let start = statementStart(before: line), !isComplete(start..<(start + 1)) else {
      return replace(line, by: unreadableStatement(line))
    }
    for within in (start + 1)...line { lines[within] = [] }
    var next = line + 1
    while next < lines.count, !startsStatement(next), looksLikeContinuation(next) {
      lines[next] = []
      next += 1
    }
    return replace(start, by: unreadableStatement(start))
  }

  private mutating func report(_ error: TOMLSyntaxError) {
    var error = error
    if error.message.contains("unescaped control characters"), error.position.line <= lines.count {
      let length = String(decoding: lines[error.position.line - 1], as: UTF8.self).unicodeScalars.count
      error.message =
        error.position.column > length
        ? "a string is not closed in its line" : "a control character in a string; write it as \\uXXXX"
    }
    if !errors.contains(where: { $0.position.line == error.position.line }) { errors.append(error) }
  }

  /// Puts the text in the line's place; what was replaced before, or does not parse, becomes an empty line.
  private mutating func replace(_ line: Int, by text: [UInt8]) -> Bool {
    if mended.contains(line) || lines[line].isEmpty {
      if lines[line].isEmpty { return false }
      lines[line] = []
      return true
    }
    mended.insert(line)
    lines[line] = Self.parses(text) ? text : []
    return true
  }

  // MARK: - Reading lines

  private func joined(_ range: Range<Int>) -> [UInt8] {
    Array(lines[range].joined(separator: [UInt8(ascii: "\n")]))
  }

  private static func parses(_ text: [UInt8]) -> Bool {
    if case .success = TOMLTable.parse(text) { return true }
    return false
  }

  private func isComplete(_ range: Range<Int>) -> Bool { Self.parses(joined(range)) }

  private func trimmed(_ line: Int) -> ArraySlice<UInt8> {
    lines[line].drop { $0 == 0x20 || $0 == 0x09 }
  }

  private func isHeader(_ line: Int) -> Bool {
    let text = trimmed(line)
    guard text.first == UInt8(ascii: "[") else { return false }
    let name = text.drop { $0 == UInt8(ascii: "[") }
    guard let first = name.first, Self.isBare(first) else { return false }
    return !name.contains(UInt8(ascii: ","))
  }

  private func startsStatement(_ line: Int) -> Bool {
    if isHeader(line) { return true }
    let rest = trimmed(line).drop { Self.isBare($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "\"") }
    guard rest.count < trimmed(line).count else { return false }
    return rest.drop { $0 == 0x20 || $0 == 0x09 }.first == UInt8(ascii: "=")
  }

  private func looksLikeContinuation(_ line: Int) -> Bool {
    guard let first = trimmed(line).first else { return false }
    return [UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "{")]
      .contains(first)
  }

  private func statementStart(before line: Int) -> Int? {
    (0..<line).reversed().first { startsStatement($0) }
  }

  /// The statement that swallowed this line: one that does not parse by itself nor with the lines up to here, when this
  /// line is right by itself or the file ends here.
  private func unclosedStart(before line: Int) -> Int? {
    let isRight = trimmed(line).isEmpty || (startsStatement(line) && isComplete(line..<(line + 1)))
    let isEnd = lines[(line + 1)...].allSatisfy(\.isEmpty)
    guard isRight || isEnd, let nearest = statementStart(before: line) else { return nil }
    if isUnclosed(nearest, before: line) { return nearest }
    guard isEnd, let first = firstUnclosedStart(before: line), isUnclosed(first, before: line) else { return nil }
    return first
  }

  private func isUnclosed(_ start: Int, before line: Int) -> Bool {
    !isHeader(start) && !isComplete(start..<(start + 1)) && !isComplete(start..<line)
  }

  /// What is opened and runs to the end of the file: the lines before it parse, with it they do not (bisection).
  private func firstUnclosedStart(before line: Int) -> Int? {
    let starts = (0..<line).filter(startsStatement)
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if isComplete(0..<starts[middle]) { low = middle } else { high = middle }
    }
    return starts.indices.contains(low) ? starts[low] : nil
  }

  /// Column of the first character of the value, counted in characters as toml++ does.
  private func openingColumn(_ line: Int) -> Int {
    let text = lines[line]
    guard let equals = text.firstIndex(of: UInt8(ascii: "=")) else { return 1 }
    let value = text[(equals + 1)...].firstIndex { $0 != 0x20 && $0 != 0x09 } ?? equals
    return String(decoding: text[..<value], as: UTF8.self).unicodeScalars.count + 1
  }

  /// Column of the key whose value begins at a column; nil: none stands there.
  private func keyColumn(_ line: Int, before column: Int) -> Int? {
    let text = Array(String(decoding: lines[line], as: UTF8.self).unicodeScalars)
    var at = min(column - 1, text.count)
    func skipBlanks() { while at > 0, text[at - 1] == " " || text[at - 1] == "\t" { at -= 1 } }
    skipBlanks()
    guard at > 0, text[at - 1] == "=" else { return nil }
    at -= 1
    skipBlanks()
    let end = at
    while at > 0 {
      let last = text[at - 1]
      if last == "\"" || last == "'", let opening = text[..<(at - 1)].lastIndex(of: last) {
        at = opening
      } else if last == "." || (last.isASCII && Self.isBare(UInt8(last.value))) {
        at -= 1
      } else {
        break
      }
    }
    return at < end ? at + 1 : nil
  }

  // MARK: - Replacements

  /// `key = <unreadable>` with the key of the line, as far as it has one.
  private func unreadableStatement(_ line: Int) -> [UInt8] {
    let text = trimmed(line)
    var key = text.prefix { Self.isBare($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "\"") }
    if startsStatement(line), let equals = text.firstIndex(of: UInt8(ascii: "=")) { key = text[..<equals] }
    return key + Array(" = \"\\u0001unreadable\"".utf8)
  }

  private func mendedHeader(_ line: Int) -> [UInt8] {
    let text = trimmed(line)
    let isArray = text.starts(with: [UInt8(ascii: "["), UInt8(ascii: "[")]) || text.contains(sequence: "]]")
    let name = text.drop { $0 == UInt8(ascii: "[") }.prefix { Self.isBare($0) || $0 == UInt8(ascii: ".") }
    let header = Array((isArray ? "[[" : "[").utf8) + name + Array((isArray ? "]]" : "]").utf8)
    return Self.parses(header) ? header : Array("[[\(Self.unreadableTable)]]".utf8)
  }

  private static func isBare(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension ArraySlice<UInt8> {
  fileprivate func contains(sequence text: String) -> Bool {
    let wanted = Array(text.utf8)
    return indices.contains { self[$0...].starts(with: wanted) }
  }
}
