import Seeded
import Testing

@testable import AisleRouting

@Suite struct RouteInstanceParserTests {
  private static let text = """
    NAME first
    AISLES 2
    AISLE_X 0 12.5
    CROSS 2
    CROSS_Y 0 30
    DEPOT 1 1
    BLOCKED 1
    0 29
    PICKS 2
    0 7
    1 8.25
    EOF

    NAME second
    AISLES 1
    AISLE_X -3
    CROSS 3
    CROSS_Y 0 10 20
    DEPOT 0 1
    PICKS 0
    EOF
    """

  private func error(_ text: String) -> RouteInstanceSyntaxError? {
    do throws(RouteInstanceSyntaxError) {
      _ = try RouteInstanceParser.parse(Array(text.utf8))
      return nil
    } catch {
      return error
    }
  }

  @Test func instancesAreReadWithTheirScale() throws {
    let instances = try RouteInstanceParser.parse(Array(Self.text.utf8))
    #expect(instances.count == 2)
    #expect(instances[0].name == "first" && instances[0].scale == 100)
    #expect(instances[0].problem.layout == AisleLayout(aisleX: [0, 1250], crossY: [0, 3000]))
    #expect(instances[0].problem.start == AislePosition(aisle: 1, y: 3000))
    #expect(instances[0].problem.picks == [AislePosition(aisle: 0, y: 700), AislePosition(aisle: 1, y: 825)])
    #expect(instances[0].problem.blocks == [AislePosition(aisle: 0, y: 2900)])
    #expect([825, 700, 2905, -5].map { instances[0].text($0) } == ["8.25", "7", "29.05", "-0.05"])
    #expect(instances[1].scale == 1 && instances[1].problem.picks.isEmpty)
    #expect(instances[1].problem.start == AislePosition(aisle: 0, y: 10))
  }

  @Test func windowsLineEndsAndNoLastLineEndAreTheSame() throws {
    let expected = try RouteInstanceParser.parse(Array(Self.text.utf8))
    let windows = Self.text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n\r\n")
    #expect(try RouteInstanceParser.parse(Array(windows.utf8)) == expected)
    #expect(try RouteInstanceParser.parse([]) == [])
    #expect(try RouteInstanceParser.parse(Array("\n \r\n".utf8)) == [])
  }

  @Test(arguments: [
    ("AISLES 2", "AISLES two", 2, "expected number from 0 to 65536"),
    ("AISLES 2", "AISLES 0", 2, "expected AISLES with a number of 1 to 65536"),
    ("AISLE_X 0 12.5", "AISLE_X 0", 3, "expected AISLE_X with 2 ascending numbers"),
    ("AISLE_X 0 12.5", "AISLE_X 0 0", 3, "expected AISLE_X with 2 ascending numbers"),
    ("AISLE_X 0 12.5", "AISLE_X 0 1.2345", 3, "expected numbers with up to 3 decimals"),
    ("AISLE_X 0 12.5", "AISLE_X 0 9999999999999999999999", 3, "expected smaller numbers"),
    ("CROSS 2", "CROSS 1", 4, "expected CROSS with a number of 2 to 1024"),
    ("DEPOT 1 1", "DEPOT 2 1", 6, "expected aisle from 0 to 1"),
    ("DEPOT 1 1", "DEPOT 1 2", 6, "expected cross-aisle from 0 to 1"),
    ("0 29\n", "0 31\n", 8, "expected a y between the first and the last cross-aisle"),
    ("1 8.25", "1", 11, "expected an aisle and a y"),
    ("1 8.25", "EOF", 11, "expected an aisle and a y"),
    ("8.25\nEOF", "8.25\n", 14, "expected EOF"),
    ("PICKS 0", "PICK 0", 20, "expected BLOCKED or PICKS with a number of lines"),
  ])
  func mistakesAreNamedWithTheirLine(right: String, wrong: String, line: Int, reason: String) throws {
    var text = Self.text
    text.replaceSubrange(try #require(text.firstRange(of: right)), with: wrong)
    let found = error(text)
    #expect(found?.line == line)
    #expect(found?.reason.hasPrefix(reason) == true, "\(String(describing: found))")
  }

  @Test func textThatEndsTooEarlySaysSo() {
    #expect(
      error("NAME a\nAISLES 2\n")?.description
        == "line 2: expected AISLE_X with 2 ascending numbers, found the end of the text")
  }

  /// Whatever is done to the bytes, the answer is instances that the router takes, or an error.
  @Test func anyBytesGiveInstancesOrAnError() {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    let original = Array(Self.text.utf8)
    let words = ["NAME", "PICKS 3", "-", ".", "99999999999999999999", "\r", "\n", "EOF", "0", " "].map {
      Array($0.utf8)
    }
    let router = AisleRouter()
    var parsed = 0
    for _ in 0..<4000 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: at)
        case 2: bytes.insert(contentsOf: words.randomElement(using: &random)!, at: at)
        case 3: bytes.removeSubrange(at..<min(bytes.count, at + 20))
        default: bytes[at] = UInt8(ascii: "0") + UInt8.random(in: 0...9, using: &random)
        }
      }
      guard let instances = try? RouteInstanceParser.parse(bytes) else { continue }
      parsed += instances.count
      for instance in instances where instance.problem.layout.crossY.count <= 4 {
        let route = Result { () throws(RoutingError) in try router.route(instance.problem) }
        switch route {
        case .success, .failure(.unreachable): break
        case .failure(let error): Issue.record("seed \(seed): \(error) for \(String(decoding: bytes, as: UTF8.self))")
        }
      }
    }
    #expect(parsed > 0)
  }
}
