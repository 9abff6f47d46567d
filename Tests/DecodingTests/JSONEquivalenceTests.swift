import Decoding
import JSONText
import Seeded
import Testing

/// Two independent readers of the same grammar: they accept and refuse the same texts. The tree reader refuses duplicate
/// keys, the scanner takes the last; such texts are left out.
@Suite struct JSONEquivalenceTests {
  private struct DocumentMaker {
    var random = SeededNumbers(for: "JSONEquivalenceTests")

    mutating func document() -> String {
      space() + value(depth: Int.random(in: 0...5, using: &random)) + space()
    }

    mutating func value(depth: Int) -> String {
      switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
      case 0: return ["null", "true", "false"].randomElement(using: &random)!
      case 1, 2: return number()
      case 3, 4: return string()
      case 5, 6:
        let members = (0..<Int.random(in: 0...4, using: &random)).map { index in
          "\(space())\(key(index))\(space()):\(space())\(value(depth: depth - 1))\(space())"
        }
        return "{\(members.joined(separator: ","))\(members.isEmpty ? space() : "")}"
      default:
        let elements = (0..<Int.random(in: 0...4, using: &random)).map { _ in
          "\(space())\(value(depth: depth - 1))\(space())"
        }
        return "[\(elements.joined(separator: ","))]"
      }
    }

    mutating func key(_ index: Int) -> String { "\"\(index)\(string().dropFirst())" }

    mutating func space() -> String {
      Bool.random(using: &random) ? "" : [" ", "\n", "\t", "\r\n", "  "].randomElement(using: &random)!
    }

    mutating func number() -> String {
      switch Int.random(in: 0..<4, using: &random) {
      case 0: return String(Int64.random(in: .min ... .max, using: &random))
      case 1: return "\(Double.random(in: -1e6...1e6, using: &random))"
      case 2: return "\(Int.random(in: -9...9, using: &random))e\(Int.random(in: -330...330, using: &random))"
      default: return ["0", "-0", "0.0", "1E+2", "5e-324"].randomElement(using: &random)!
      }
    }

    mutating func string() -> String {
      let pieces = [
        "a", "key", "12345678", "é", "日", "😀", "\\n", "\\\"", "\\\\", "\\u00e9", "\\ud83d\\ude00", " ", "/",
      ]
      let count = Int.random(in: 0...6, using: &random)
      return "\"" + (0..<count).map { _ in pieces.randomElement(using: &random)! }.joined() + "\""
    }

    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
      var bytes = bytes
      let interesting = Array("{}[]\":,\\0e-.tn\u{1}é".utf8) + [0xFF, 0xC0, 0xED]
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let at = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0 where at < bytes.count: bytes.remove(at: at)
        case 1 where at < bytes.count: bytes[at] = interesting.randomElement(using: &random)!
        case 2: bytes = Array(bytes[..<at])
        default: bytes.insert(interesting.randomElement(using: &random)!, at: at)
        }
      }
      return bytes
    }
  }

  @Test func scannerAndTreeReaderAgreeOnRandomTexts() throws {
    var maker = DocumentMaker()
    let extractor = JSONExtractor([])
    var counts = (accepted: 0, refused: 0, duplicates: 0)
    for round in 0..<6000 {
      var bytes = Array(maker.document().utf8)
      if round % 3 != 0 { bytes = maker.mutated(bytes) }
      let fault = bytes.withUnsafeBytes { extractor.scan($0) }
      var error: JSONSyntaxError?
      do { _ = try JSONValue.parse(bytes) } catch let refusal { error = refusal }
      if error?.reason.hasPrefix("duplicate key") == true {
        counts.duplicates += 1
        continue
      }
      try #require(
        (fault == nil) == (error == nil), "\(String(decoding: bytes, as: UTF8.self)): \(String(describing: fault))")
      if fault == nil { counts.accepted += 1 } else { counts.refused += 1 }
    }
    print("JSONEquivalenceTests: \(counts)")
    #expect(counts.accepted > 1000 && counts.refused > 1000)
  }

  @Test func scannerAndTreeReaderFindTheSameValues() throws {
    var maker = DocumentMaker()
    for _ in 0..<400 {
      var places: [(String, JSONValue)] = []
      let text = maker.document()
      guard let tree = try? JSONValue.parse(text) else { continue }
      Self.collect(tree, "", into: &places)
      let bytes = Array(text.utf8)
      let extractor = JSONExtractor(try places.map { try JSONPointer(parsing: $0.0) })
      try #require(bytes.withUnsafeBytes { extractor.scan($0) } == nil)
      for (index, place) in places.enumerated() {
        let found = try JSONValue.parse(Array(bytes[extractor.span(of: index).range]))
        try #require(found == place.1, "\(place.0) in \(text)")
      }
    }
  }

  private static func collect(_ value: JSONValue, _ pointer: String, into places: inout [(String, JSONValue)]) {
    places.append((pointer, value))
    switch value {
    case .array(let elements):
      for (index, element) in elements.enumerated() { collect(element, "\(pointer)/\(index)", into: &places) }
    case .object(let members):
      for member in members {
        let token = member.key.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
          .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
        collect(member.value, "\(pointer)/\(token)", into: &places)
      }
    default: break
    }
  }
}
