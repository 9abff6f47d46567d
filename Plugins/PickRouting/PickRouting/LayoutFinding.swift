/// Something wrong with a layout file, and where.
package struct LayoutFinding: Equatable, Sendable {
  /// Counted from 1.
  package var line: Int
  package var column: Int
  /// Begins with the member's path, where there is one.
  package var text: String

  init(line: Int, column: Int, text: String) {
    self.line = line
    self.column = column
    self.text = text
  }

  /// - Parameters:
  ///   - further: how many more there are, from the member `furtherMember` on.
  static func list(
    _ faults: [MemberError], _ further: Int, at furtherMember: String, in bytes: [UInt8]
  ) -> [LayoutFinding] {
    let places = JSONPlaces.find(faults.map(\.member) + [furtherMember], in: bytes)
    var findings = zip(places, faults).map { LayoutFinding(line: $0.line, column: $0.column, text: $1.text) }
    if further > 0 {
      let first = places[faults.count]
      findings.append(
        LayoutFinding(line: first.line, column: first.column, text: "and \(further) more, of which this is the first"))
    }
    return findings
  }

  var place: String { ":\(line):\(column)" }
}
