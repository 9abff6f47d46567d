internal import JSONText

/// What `crossdock layout check` says of a file.
package enum LayoutCheck {
  package struct Report: Sendable {
    package var findings: [LayoutFinding]
    /// Of a layout that can be used.
    package var summary: String
    /// The file says that it is a layout, whatever is wrong with it.
    package var isLayout: Bool
  }

  package static func check(_ bytes: [UInt8]) -> Report {
    let found: LayoutReader.Examination
    do throws(JSONSyntaxError) {
      let document = try JSONValue.parse(bytes)
      found = LIFImport.isLIF(document) ? LIFImport.examine(document) : LayoutReader.examine(document)
    } catch {
      let finding = LayoutFinding(line: error.line, column: error.column, text: error.reason)
      return Report(findings: [finding], summary: "", isLayout: false)
    }
    let findings = LayoutFinding.list(found.faults, found.further, at: found.furtherMember, in: bytes)
    guard findings.isEmpty, let layout = found.layout else {
      return Report(findings: findings, summary: "", isLayout: found.isLayout)
    }
    var parts = [Self.count(layout.locationCount, "location"), Self.count(layout.depots.count, "depot")]
    if !layout.floors.isEmpty { parts.append(Self.count(layout.aisles.count - layout.nodes.count, "aisle")) }
    if layout.floors.count > 1 { parts.append("\(layout.floors.count) floors") }
    if !layout.nodes.isEmpty { parts.append(Self.count(layout.nodes.count, "node")) }
    let method = layout.isPlain ? "routes are proven shortest" : "routes are searched, with a bound"
    return Report(
      findings: [],
      summary: "layout \(layout.id), version \(layout.version): \(parts.joined(separator: ", ")); \(method)",
      isLayout: true)
  }

  private static func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }
}
