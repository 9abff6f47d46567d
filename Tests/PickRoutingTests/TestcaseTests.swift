import CrossdockPlugin
import Fixtures
import Foundation
import JSONText
import Testing

@testable import PickRouting

/// The plugin folder's testcases: `input.ndjson` has one message a line (`stream`, `source`, `body`), `expected.ndjson` what is
/// emitted for them (`source`, `topic`, `body` without `time_us`). All are in hall-a.
@Suite struct TestcaseTests {
  private static let folder = Repository.root.appending(path: "Plugins/PickRouting")

  private static func lines(_ path: String) throws -> [JSONValue] {
    let text = try Data(contentsOf: folder.appending(path: path))
    return try text.split(separator: 0x0A).map { try JSONValue.parse(Array($0)) }
  }

  @Test func everyCaseHasATest() throws {
    let found = try FileManager.default.contentsOfDirectory(atPath: Self.folder.appending(path: "testcases").path)
    #expect(Set(found) == Set(Self.cases))
  }

  static let cases = ["round-trip", "blocked-aisle", "short-pick", "refusals"]

  @Test(arguments: cases)
  func caseGivesWhatIsExpected(name: String) throws {
    let layout = try Data(contentsOf: Self.folder.appending(path: "layouts/hall-a.layout.json"))
    let bench = try PickingBench(layouts: [String(decoding: layout, as: UTF8.self)])
    var found: [JSONValue] = []
    for message in try Self.lines("testcases/\(name)/input.ndjson") {
      var body = JSONWriter()
      body.tree(try #require(message["body"]))
      let (stream, source) = (try #require(message["stream"]?.string), try #require(message["source"]?.string))
      for answer in try bench.send(body.text(), source: source, stream: stream) {
        found.append(
          .object([
            ("source", .string(answer.emitted.source)), ("topic", .string(answer.emitted.replyTopic)),
            ("body", answer.facts),
          ]))
      }
    }
    let expected = try Self.lines("testcases/\(name)/expected.ndjson")
    #expect(found.count == expected.count)
    for (i, found) in found.enumerated() {
      var text = JSONWriter()
      text.tree(found)
      #expect(found == (i < expected.count ? expected[i].withoutMeasure : .null), "found \(text.text())")
    }
  }
}

extension JSONValue {
  /// An expected answer without the one member that is measured.
  fileprivate var withoutMeasure: JSONValue {
    .object(
      (object ?? []).map { member in
        guard member.key == "body", let body = member.value.object else { return member }
        return (member.key, .object(body.filter { $0.key != "time_us" }))
      })
  }
}
