import JSONText
package import Records
package import SQLite

/// Compares a ledger with the records, number by number.
package struct LedgerCheck: Sendable {
  package struct Result: Sendable, Equatable {
    package var line: Ledger.Line
    /// The first few numbers, for people; the counts are complete.
    package var missing: [Int] = []
    package var double: [Int] = []
    package var missingCount = 0
    package var doubleCount = 0
  }

  package var results: [Result]
  /// Numbers listed for each line.
  static let maxListed = 20

  package func missing(stream: String) -> Int {
    results.filter { $0.line.stream == stream }.reduce(0) { $0 + $1.missingCount }
  }
  package func double(stream: String) -> Int {
    results.filter { $0.line.stream == stream }.reduce(0) { $0 + $1.doubleCount }
  }
  package var streams: Set<String> { Set(results.map(\.line.stream)) }

  package init(_ ledger: Ledger, _ connection: SQLiteConnection) throws(CrossdockError) {
    results = []
    for stream in Set(ledger.lines.map(\.stream)).sorted() {
      let lines = ledger.lines.filter { $0.stream == stream }
      results += try Self.check(lines, of: stream, connection)
    }
  }

  private static func check(
    _ lines: [Ledger.Line], of stream: String, _ connection: SQLiteConnection
  ) throws(CrossdockError) -> [Result] {
    var tallies = lines.map { Tally($0) }
    let bySource = Dictionary(grouping: tallies.indices, by: { lines[$0].source })
    let statement = try connection.prepare(
      """
      SELECT n.name, r.body FROM streams s JOIN records r ON r.stream = s.id JOIN sources n ON n.id = r.source
      WHERE s.name = ?1
      """)
    statement.bind(stream, at: 1)
    while try statement.step() {
      guard let places = bySource[statement.text(0)],
        let body = try? JSONValue.parse(Array(statement.bytes(1)))
      else { continue }
      for place in places { tallies[place].count(body) }
    }
    return tallies.map { $0.result() }
  }

  /// For each number of a line: not seen, seen once, seen more often.
  private struct Tally {
    private let line: Ledger.Line
    private var seen: [UInt8]

    init(_ line: Ledger.Line) {
      self.line = line
      seen = [UInt8](repeating: 0, count: line.range.count)
    }

    mutating func count(_ body: JSONValue) {
      var value: JSONValue? = body
      for token in line.pointer {
        if case .array = value { value = Int(token).flatMap { value?[$0] } } else { value = value?[token] }
      }
      guard let number = value?.integer, line.range.contains(number) else { return }
      let place = number - line.range.lowerBound
      if seen[place] < UInt8.max { seen[place] += 1 }
    }

    func result() -> Result {
      var result = Result(line: line)
      for (place, times) in seen.enumerated() where times != 1 {
        let number = line.range.lowerBound + place
        if times == 0 {
          result.missingCount += 1
          if result.missing.count < maxListed { result.missing.append(number) }
        } else {
          result.doubleCount += Int(times) - 1
          if result.double.count < maxListed { result.double.append(number) }
        }
      }
      return result
    }
  }
}
