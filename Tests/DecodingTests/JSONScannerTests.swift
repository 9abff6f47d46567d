import Decoding
import JSONText
import Records
import Testing

@Suite struct JSONScannerTests {
  static func scan(_ bytes: [UInt8], _ pointers: [String] = []) throws -> (DecodeFault?, JSONExtractor) {
    let extractor = JSONExtractor(try pointers.map { try JSONPointer(parsing: $0) })
    return (bytes.withUnsafeBytes { extractor.scan($0) }, extractor)
  }

  /// The text of each pointer's value; nil where it is missing.
  static func values(_ text: String, _ pointers: [String]) throws -> [String?] {
    let bytes = Array(text.utf8)
    let (fault, extractor) = try scan(bytes, pointers)
    #expect(fault == nil)
    return pointers.indices.map {
      let span = extractor.span(of: $0)
      return span.kind == .missing ? nil : String(decoding: bytes[span.range], as: UTF8.self)
    }
  }

  @Test(arguments: JSONSyntaxCases.valid) func validDocumentIsAccepted(_ text: String) throws {
    #expect(try Self.scan(Array(text.utf8)).0 == nil)
    #expect(throws: Never.self) { try JSONValue.parse(text) }
  }

  @Test(arguments: JSONSyntaxCases.invalid) func invalidTextIsRefused(_ text: String) throws {
    let fault = try Self.scan(Array(text.utf8)).0
    #expect(fault != nil)
    #expect(fault.map { (0...text.utf8.count).contains($0.offset) } == true)
    #expect(throws: JSONSyntaxError.self) { try JSONValue.parse(text) }
  }

  @Test(arguments: JSONSyntaxCases.notUTF8) func invalidUTF8IsRefusedWithItsOffset(_ bytes: [UInt8], _ at: Int) throws {
    #expect(try Self.scan(bytes).0 == DecodeFault(.invalidUTF8, at: at))
    #expect(throws: JSONSyntaxError.self) { try JSONValue.parse(bytes) }
  }

  @Test(arguments: [
    ("{\"a\":}", DecodeFault.Reason.expectedValue, 5), ("{\"a\" 1}", .expectedColon, 5), ("[1 2]", .expectedComma, 3),
    ("{\"a\":1,}", .expectedKey, 7), ("[1", .endsEarly, 2), ("[] x", .textAfterDocument, 3), ("01", .leadingZero, 0),
    ("[1.]", .expectedDigit, 3), ("\"a\\q\"", .unknownEscape, 2), ("\"\\ud800\"", .loneSurrogate, 1),
    ("[\"abc]", .unterminatedString, 1), ("[1e999]", .numberTooLarge, 1), ("tru", .expectedLiteral, 0),
    ("\"a\u{2}\"", .controlCharacter, 2), ("\"\\u00g0\"", .expectedHexDigits, 1),
  ]) func faultSaysWhatAndWhere(_ text: String, _ reason: DecodeFault.Reason, _ offset: Int) throws {
    #expect(try Self.scan(Array(text.utf8)).0 == DecodeFault(reason, at: offset))
  }

  /// The examples of RFC 6901, section 5, and what else is special about tokens.
  @Test func pointersFindTheirValues() throws {
    let text =
      #"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8,"0":{"0":9}}"#
    let pointers = [
      "/foo", "/foo/0", "/foo/1", "/foo/2", "/foo/01", "/foo/-", "/", "/a~1b", "/c%d", "/e^f", "/g|h", "/i\\j", "/k\"l",
      "/ ", "/m~0n", "/0/0", "/nothing", "/foo/0/deeper",
    ]
    #expect(
      try Self.values(text, pointers) == [
        "[\"bar\",\"baz\"]", "\"bar\"", "\"baz\"", nil, nil, nil, "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", nil,
        nil,
      ])
    #expect(try Self.values(" [1] ", [""]) == ["[1]"])
  }

  @Test func equalPointersAndNestedOnesAreAllFound() throws {
    #expect(try Self.values("{\"a\":{\"b\":1}}", ["/a", "/a/b", "/a"]) == ["{\"b\":1}", "1", "{\"b\":1}"])
  }

  @Test func lastOfDuplicateKeysCountsWithAllBelowIt() throws {
    #expect(try Self.values("{\"a\":1,\"a\":2}", ["/a"]) == ["2"])
    #expect(try Self.values("{\"a\":{\"b\":1},\"a\":{\"c\":2}}", ["/a/b", "/a/c"]) == [nil, "2"])
    #expect(try Self.values("{\"a\":{\"b\":1},\"\\u0061\":3}", ["/a", "/a/b"]) == ["3", nil])
  }

  @Test func escapedKeysAreFound() throws {
    #expect(try Self.values(#"{"t\u00e4":1,"\ud83d\ude00":2,"\/\n":3}"#, ["/tä", "/😀", "/~1\n"]) == ["1", "2", "3"])
    #expect(try Self.values(#"{"\u0061\u0061\u0061\u0061":1,"a":2}"#, ["/a"]) == ["2"])
  }

  @Test func nothingIsLeftOfTheDocumentBefore() throws {
    let extractor = JSONExtractor([try JSONPointer(parsing: "/a")])
    for (text, kind) in [("{\"a\":1}", JSONKind.number), ("{}", .missing), ("{\"a\":1", .missing), ("", .missing)] {
      _ = Array(text.utf8).withUnsafeBytes { extractor.scan($0) }
      #expect(extractor.span(of: 0).kind == kind)
    }
  }

  @Test(arguments: [("a", "did you mean"), ("/a~", "~ stands"), ("/~2", "~ stands")])
  func pointerThatMakesNoSenseIsRefused(_ text: String, _ reason: String) {
    let error = #expect(throws: CrossdockError.self) { try JSONPointer(parsing: text) }
    #expect(error?.reason.contains(reason) == true)
  }

  @Test func deepNestingIsRefusedEarly() throws {
    #expect(try Self.scan(Array(repeating: UInt8(ascii: "["), count: 1 << 20)).0 == DecodeFault(.tooDeep, at: 64))
    #expect(throws: JSONSyntaxError.self) { try JSONValue.parse(String(repeating: "{\"a\":", count: 100_000)) }
  }

  @Test func longStringsAreCheckedAtEveryAlignment() throws {
    for length in 0..<40 {
      let filler = String(repeating: "x", count: length)
      for (special, isValid) in [
        ("\\n", true), ("\n", false), ("\u{1F}", false), (" ", true), ("é", true), ("\\", false),
      ] {
        let text = "\"\(filler)\(special)\(filler)\""
        let accepted = try Self.scan(Array(text.utf8)).0 == nil
        let byParser = (try? JSONValue.parse(text)) != nil
        #expect(accepted == byParser)
        if length == 0 || special != "\\" { #expect(accepted == isValid) }
      }
    }
  }
}
