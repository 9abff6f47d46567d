import CrossdockPlugin
import Fixtures
import Foundation
import JSONText
import Testing

@testable import StopSequencing

/// The plugin folder's testcases: `input.ndjson` has one message a line, `expected.ndjson` what is answered (the body without
/// `time_us`).
@Suite struct TestcaseTests {
  private static let folder = Repository.root.appending(path: "Plugins/StopSequencing/testcases")

  static let cases = ["delay-and-closure"]

  private static func lines(_ path: String) throws -> [JSONValue] {
    try Data(contentsOf: folder.appending(path: path)).split(separator: 0x0A).map { try JSONValue.parse(Array($0)) }
  }

  private static func withoutTime(_ body: JSONValue) -> JSONValue {
    .object((body.object ?? []).filter { $0.key != "time_us" })
  }

  @Test func everyCaseHasATest() throws {
    #expect(Set(try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)) == Set(Self.cases))
  }

  @Test(arguments: cases)
  func caseGivesWhatIsExpected(name: String) throws {
    let bench = try PlanBench()
    var found: [JSONValue] = []
    for message in try Self.lines("\(name)/input.ndjson") {
      var body = JSONWriter()
      body.tree(try #require(message["body"]))
      found += try bench.send(body.text())
    }
    let facts = found.map(Self.withoutTime)
    let expected = try Self.lines("\(name)/expected.ndjson").compactMap { $0["body"] }.map(Self.withoutTime)
    #expect(facts.count == expected.count)
    for (i, fact) in facts.enumerated() {
      var text = JSONWriter()
      text.tree(fact)
      #expect(fact == (i < expected.count ? expected[i] : .null), "found \(text.text())")
    }
  }
}
