import JSONText
import Seeded
import Testing

@Suite struct JSONParserTests {
  @Test(arguments: [
    ("null", JSONValue.null), (" true ", .bool(true)), ("-0.5e1", .number(-5)),
    ("\"a\\u00e9\\ud83d\\ude00\\n\"", .string("aé😀\n")),
    ("[]", .array([])), ("[1,[2]]", .array([.number(1), .array([.number(2)])])), ("{}", .object([])),
    ("{\"a\":1,\"b\":null}", .object([("a", .number(1)), ("b", .null)])), ("1e-400", .number(0)),
  ]) func valueIsRead(_ text: String, _ expected: JSONValue) throws {
    #expect(try JSONValue.parse(text) == expected)
  }

  @Test(arguments: [
    ("", "line 1, column 1: the text ends where a value should be"),
    ("{\n  \"a\": 1,\n  \"a\": 2\n}", "line 3, column 3: duplicate key \"a\""),
    ("[1,\n2 3]", "line 2, column 3: expected ',' or the closing bracket"),
    ("{\"a\"}", "line 1, column 5: expected ':'"), ("[1] 2", "line 1, column 5: unexpected text after the document"),
    ("\"\\ud800\"", "line 1, column 2: half a surrogate pair"),
    ("01", "line 1, column 1: a number has no leading zero"),
    ("1e400", "line 1, column 1: the number is too large"),
    ("\"a\tb\"", "line 1, column 3: a control character must be escaped"),
    ("{\"k\": tru}", "line 1, column 7: expected true"), ("\"abc", "line 1, column 1: the text ends inside a string"),
  ]) func refusalSaysWhere(_ text: String, _ expected: String) {
    let error = #expect(throws: JSONSyntaxError.self) { try JSONValue.parse(text) }
    #expect(error?.description == expected)
  }

  @Test func nestingIsBoundedTheSameForObjectsAndArraysFullAndEmpty() {
    func nested(_ depth: Int, _ inner: String) -> String {
      String(repeating: "[", count: depth) + inner + String(repeating: "]", count: depth)
    }
    for inner in ["", "1", "\"x\""] {
      #expect(throws: Never.self) { try JSONValue.parse(nested(JSONValue.maxDepth, inner)) }
      #expect(throws: JSONSyntaxError.self) { try JSONValue.parse(nested(JSONValue.maxDepth + 1, inner)) }
    }
    #expect(throws: JSONSyntaxError.self) { try JSONValue.parse(nested(JSONValue.maxDepth, "{}")) }
  }

  @Test func keysAreComparedByBytes() throws {
    // "é" as one scalar and as two: equal as Swift strings, different keys in JSON.
    let value = try JSONValue.parse("{\"\u{e9}\":1,\"e\u{301}\":2}")
    #expect(value["\u{e9}"] == .number(1))
    #expect(value["e\u{301}"] == .number(2))
    #expect(throws: JSONSyntaxError.self) { try JSONValue.parse("{\"a\":1,\"\\u0061\":2}") }
  }

  @Test func accessorsGiveNilForOtherKinds() throws {
    let value = try JSONValue.parse("{\"n\":1.5,\"i\":7,\"s\":\"x\",\"b\":false,\"a\":[1],\"z\":null}")
    #expect(value["i"]?.integer == 7 && value["n"]?.integer == nil && value["n"]?.number == 1.5)
    #expect(value["s"]?.string == "x" && value["s"]?.number == nil && value["b"]?.bool == false)
    #expect(value["a"]?[0] == .number(1) && value["a"]?[1] == nil && value["a"]?["x"] == nil && value["q"] == nil)
    #expect(value.object?.count == 6 && value["a"]?.array?.count == 1 && value["z"]?.string == nil)
  }
}

@Suite struct JSONWriterTests {
  @Test func commasAreWhereTheyBelong() {
    var json = JSONWriter()
    json.object {
      $0.member("a", 1)
      $0.member(
        "b",
        array: {
          $0.value("x")
          $0.null()
          $0.object { _ in }
          $0.array { $0.value(true) }
        })
      $0.member("c", object: { $0.member("d", 2.5) })
      $0.member("e", nil as String?)
      $0.key("raw")
      $0.raw("{\n\"k\": 1}".utf8)
    }
    #expect(json.text() == #"{"a":1,"b":["x",null,{},[true]],"c":{"d":2.5},"e":null,"raw":{ "k": 1}}"#)
  }

  @Test(
    arguments: [
      (0.0, "0"), (-0.0, "-0.0"), (1e15, "1000000000000000"), (0.1, "0.1"), (1e300, "1e+300"), (-2.5e-9, "-2.5e-09"),
      (.nan, "null"),
      (.infinity, "null"), (9_007_199_254_740_992, "9007199254740992.0"),
    ] as [(Double, String)]) func numberIsTheShortestThatReadsBack(_ number: Double, _ expected: String) throws
  {
    var json = JSONWriter()
    json.value(number)
    #expect(json.text() == expected)
    if number.isFinite { #expect(try JSONValue.parse(json.text()).number?.bitPattern == number.bitPattern) }
  }

  @Test func everyStringReadsBack() throws {
    let text = String(String.UnicodeScalarView((0..<0x250).compactMap(Unicode.Scalar.init))) + "日本😀\u{2028}"
    var json = JSONWriter()
    json.value(text)
    #expect(try JSONValue.parse(json.text()) == .string(text))
    #expect(!json.bytes.contains { $0 < 0x20 })
  }

  @Test func bytesThatAreNotUTF8AreReplaced() throws {
    var json = JSONWriter()
    json.value(utf8: [0x61, 0xFF, 0x62])
    #expect(try JSONValue.parse(json.bytes) == .string("a\u{FFFD}b"))
  }

  @Test func removeAllBeginsAnew() {
    var json = JSONWriter()
    json.value(1)
    json.removeAll()
    json.value(2)
    #expect(json.text() == "2")
  }

  @Test func randomTreesReadBackTheSame() throws {
    var random = SeededNumbers()
    for _ in 0..<500 {
      let tree = Self.tree(depth: 4, &random)
      var json = JSONWriter()
      json.tree(tree)
      try #require(try JSONValue.parse(json.text()) == tree)
    }
  }

  private static func tree(depth: Int, _ random: inout SeededNumbers) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .number(Double(Int64.random(in: -1 << 60...1 << 60, using: &random)) / 1024)
    case 3:
      let number = Double(bitPattern: random.next())
      return .number(number.isFinite ? number : 0)
    case 4: return .string(["", "a\"b", "\\", "\u{0}\u{1F}", "é😀"].randomElement(using: &random)!)
    case 5: return .array((0..<Int.random(in: 0...3, using: &random)).map { _ in tree(depth: depth - 1, &random) })
    default:
      return .object(
        (0..<Int.random(in: 0...3, using: &random)).map { ("k\($0)", tree(depth: depth - 1, &random)) })
    }
  }
}
