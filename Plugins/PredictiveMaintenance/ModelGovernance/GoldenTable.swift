/// A table of a bundle's golden cases: a header and lines of cells with commas between them, no quotes.
struct GoldenTable {
  let file: String
  let header: [String]
  private let lines: [Substring]

  init(_ bytes: [UInt8], file: String) throws(GovernanceError) {
    guard bytes.count <= GovernanceLimits.goldenBytes, let text = String(validating: bytes, as: UTF8.self) else {
      throw GovernanceError(
        file: file, reason: "it is no text of at most \(GovernanceLimits.goldenBytes) bytes")
    }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasSuffix("\r") ? line.dropLast() : line
    }
    if lines.last?.isEmpty == true { lines.removeLast() }
    guard let first = lines.first, lines.count > 1 else {
      throw GovernanceError(file: file, reason: "it has no rows")
    }
    guard lines.count - 1 <= GovernanceLimits.goldenRows else {
      throw GovernanceError(file: file, reason: "it has more than \(GovernanceLimits.goldenRows) rows")
    }
    self.file = file
    header = Self.cells(first).map(String.init)
    self.lines = Array(lines.dropFirst())
    for name in header where header.filter({ $0 == name }).count > 1 {
      throw GovernanceError(file: file, reason: "line 1: the column \"\(name)\" stands twice")
    }
  }

  var rowCount: Int { lines.count }

  func column(_ name: String) -> Int? { header.firstIndex(of: name) }

  func requiredColumn(_ name: String) throws(GovernanceError) -> Int {
    guard let column = column(name) else {
      throw GovernanceError(file: file, reason: "line 1: the column \"\(name)\" is missing")
    }
    return column
  }

  func cells(row: Int) throws(GovernanceError) -> [Substring] {
    let cells = Self.cells(lines[row])
    guard cells.count == header.count else {
      throw GovernanceError(
        file: file, reason: "line \(row + 2): \(cells.count) cells, and the header has \(header.count)")
    }
    return cells
  }

  /// An empty cell is a value that is missing.
  func number(_ cell: Substring, row: Int, column: Int) throws(GovernanceError) -> Double {
    if cell.isEmpty { return .nan }
    guard let number = Double(cell) else {
      throw GovernanceError(
        file: file, reason: "line \(row + 2), column \"\(header[column])\": \"\(cell.prefix(32))\" is no number")
    }
    return number
  }

  private static func cells(_ line: Substring) -> [Substring] {
    line.split(separator: ",", omittingEmptySubsequences: false)
  }
}
