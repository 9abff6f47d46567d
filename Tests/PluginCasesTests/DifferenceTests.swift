import JSONText
import Records
import Testing

@testable import PluginCases

@Suite struct DifferenceTests {
  @Test(arguments: [
    (#"{"a":1,"b":[1,2]}"#, #"{"b":[1,2],"a":1.0}"#, [String]()),
    (#"{"a":"*"}"#, #"{"a":{"deep":[1]}}"#, []),
    (#"{"a":1}"#, #"{"a":2,"c":3}"#, ["body.a: expected 1, found 2", "body.c: not expected, found 3"]),
    (#"{"a":1}"#, #"{}"#, ["body.a: expected 1, and it is missing"]),
    (#"{"a":"*"}"#, #"{}"#, [#"body.a: expected "*", and it is missing"#]),
    (
      #"[1,{"x":null}]"#, #"[1,{"x":false},3]"#,
      ["body[1].x: expected null, found false", "body: expected 2 elements, found 3"]
    ),
    (#"1"#, #""1""#, [#"body: expected 1, found "1""#]),
  ])
  func whatDiffersIsNamed(expected: String, found: String, lines: [String]) throws {
    #expect(ValueDifference.lines(try .parse(expected), try .parse(found), at: "body") == lines)
  }

  @Test func membersKeepTheirBytes() throws {
    let line = Array(#" { "a" : 1700000000000000001 ,"b\"}":{"x":["}",",\\"],"y":{}}, "c":"t\"," ,"d":[] }"#.utf8)
    let raw = try RawMembers(line[...])
    #expect(raw.keys == ["a", "b\"}", "c", "d"])
    #expect(String(decoding: raw["a"]!, as: UTF8.self) == "1700000000000000001")
    #expect(String(decoding: raw["b\"}"]!, as: UTF8.self) == #"{"x":["}",",\\"],"y":{}}"#)
    #expect(String(decoding: raw["c"]!, as: UTF8.self) == #""t\",""#)
    #expect(String(decoding: raw["d"]!, as: UTF8.self) == "[]")
    #expect(try RawMembers(Array("{}".utf8)[...]).keys == [])
    #expect(throws: JSONSyntaxError.self) { try RawMembers(Array("[]".utf8)[...]) }
  }
}
