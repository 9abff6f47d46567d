internal import JSONText

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

  init(_ error: MemberError, in bytes: [UInt8]) {
    let (line, column) = JSONPlaces.find(error.member, in: bytes)
    self.init(line: line, column: column, text: error.text)
  }

  var place: String { ":\(line):\(column)" }
}

/// Finds the line and column of a member in the text of a JSON document, by its path: `locations[3].y`. Of a path that leads
/// nowhere (a member that is missing) the last part that is there is found. The document must be valid JSON.
enum JSONPlaces {
  static func find(_ path: String, in bytes: [UInt8]) -> (line: Int, column: Int) {
    var scanner = Scanner(bytes: bytes)
    scanner.skipSpace()
    var place = scanner.at
    for part in parts(path) {
      guard let found = scanner.enter(part) else { break }
      place = found
    }
    let before = bytes[..<place]
    let line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
    let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return (line, place - start + 1)
  }

  private enum Part {
    case key([UInt8])
    case index(Int)
  }

  private static func parts(_ path: String) -> [Part] {
    var parts: [Part] = []
    for step in path.split(separator: ".") {
      let pieces = step.split(separator: "[", omittingEmptySubsequences: false)
      if let key = pieces.first, !key.isEmpty { parts.append(.key(Array(key.utf8))) }
      for piece in pieces.dropFirst() {
        if let index = Int(piece.dropLast()) { parts.append(.index(index)) }
      }
    }
    return parts
  }

  private struct Scanner {
    let bytes: [UInt8]
    var at = 0

    mutating func skipSpace() {
      while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
    }

    /// To the value of a member or an element of the value here; returns where it begins (a member: its key).
    mutating func enter(_ part: Part) -> Int? {
      guard at < bytes.count, bytes[at] == UInt8(ascii: "{") || bytes[at] == UInt8(ascii: "[") else { return nil }
      let isObject = bytes[at] == UInt8(ascii: "{")
      at += 1
      var index = 0
      while true {
        skipSpace()
        guard at < bytes.count, bytes[at] != UInt8(ascii: "}"), bytes[at] != UInt8(ascii: "]") else { return nil }
        let place = at
        var isFound = false
        if isObject {
          let key = at + 1
          skipValue()
          if case .key(let wanted) = part { isFound = bytes[key..<at - 1].elementsEqual(wanted) }
          skipSpace()
          at += 1
          skipSpace()
        } else if case .index(let wanted) = part {
          isFound = index == wanted
        }
        if isFound { return place }
        skipValue()
        skipSpace()
        if at < bytes.count, bytes[at] == UInt8(ascii: ",") { at += 1 }
        index += 1
      }
    }

    private mutating func skipValue() {
      var depth = 0
      repeat {
        guard at < bytes.count else { return }
        switch bytes[at] {
        case UInt8(ascii: "\""):
          at += 1
          while at < bytes.count, bytes[at] != UInt8(ascii: "\"") { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
          at += 1
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          depth += 1
          at += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          depth -= 1
          at += 1
        default:
          if depth > 0 {
            at += 1
          } else {
            while at < bytes.count, !",]} \t\r\n".utf8.contains(bytes[at]) { at += 1 }
          }
        }
      } while depth > 0
    }
  }
}

/// What `crossdock layout check` says of a file.
package enum LayoutCheck {
  package struct Report: Sendable {
    package var findings: [LayoutFinding]
    /// Of a layout that can be used.
    package var summary: String
  }

  package static func check(_ bytes: [UInt8]) -> Report {
    let (layout, findings) = LayoutReader.check(bytes)
    guard let layout else { return Report(findings: findings, summary: "") }
    var parts = ["\(layout.locationCount) locations", "\(layout.depots.count) depots"]
    if !layout.floors.isEmpty { parts.append("\(layout.aisles.count - layout.nodes.count) aisles") }
    if layout.floors.count > 1 { parts.append("\(layout.floors.count) floors") }
    if !layout.nodes.isEmpty { parts.append("\(layout.nodes.count) nodes") }
    let method = layout.isPlain ? "routes are proven shortest" : "routes are searched, with a bound"
    return Report(
      findings: findings,
      summary: "layout \(layout.id), version \(layout.version): \(parts.joined(separator: ", ")); \(method)")
  }
}
