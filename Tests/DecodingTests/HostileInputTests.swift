import Decoding
import JSONText
import Records
import Testing

/// Payloads as a broken or malicious device sends them.
@Suite struct HostileInputTests {
  static let options = DecoderOptions(
    format: .json, time: "/t", fields: [.init("a", at: "/a"), .init("b", at: "/b/c")], samples: "/s", dedupe: ["/id"])

  @Test(arguments: ["[", "{\"a\":", "{\"b\":{\"c\":", "{\"s\":[", "[{\"a\":[", "{\"x\":[1,"])
  func nestingIsBoundedWhateverIsNested(_ opening: String) throws {
    let payload = Array(String(repeating: opening, count: 50_000).utf8)
    let message = try DecodedMessage(payload, Self.options)
    #expect(message.reason == .tooDeep)
    #expect(message.isBatchAsBefore)
  }

  @Test func deepestDocumentThatIsAllowedIsDecoded() throws {
    let text = "{\"a\":7,\"s\":" + String(repeating: "[", count: 63) + String(repeating: "]", count: 63) + "}"
    let message = try DecodedMessage(text, Self.options)
    #expect(message.outcome == .records(1))
    #expect(message.columns()[0] == 7)
    // The one element of the array is no number.
    #expect(message.batch.samples.count == 1 && message.batch.samples[0].isNaN)
    #expect(try DecodedMessage("[" + text + "]", Self.options).reason == .tooDeep)
  }

  @Test(
    arguments: [
      ("1e308", 1e308), ("1e-400", 0), ("-1e-400", -0.0), ("0e999999999999999999999", 0),
      ("18446744073709551616", 18_446_744_073_709_551_616),
      ("-9223372036854775809", -0x1p63), ("99999999999999999999999999999999999999", 1e38),
      ("0.00000000000000000000000000000000000000000000000000000000000000000001", 1e-68), ("1E+0", 1),
      ("1234567890123456789", 1_234_567_890_123_456_768),
      ("9007199254740992.0", 9007199254740992), ("9007199254740993.0", 9007199254740992),
      ("0.10000000000000000000000", 0.1),
    ] as [(String, Double)]) func numberOfAnySizeIsTheNearestDouble(_ text: String, _ expected: Double) throws
  {
    for quoted in [text, "\"\(text)\""] {
      let message = try DecodedMessage("{\"a\":\(quoted),\"s\":[\(text)]}", Self.options)
      #expect(message.columns()[0].bitPattern == expected.bitPattern, "\(quoted)")
      #expect(message.batch.samples == [Float(expected)])
    }
  }

  @Test func numberBeyondEveryDoubleIsRefusedWhereverItStands() throws {
    let long = String(repeating: "9", count: 400)
    for number in ["1e309", "-1e309", "1e999999999999999999999999", long, "-\(long).5"] {
      #expect(try DecodedMessage("{\"a\":\(number)}", Self.options).reason == .numberTooLarge)
      #expect(try DecodedMessage("{\"s\":[\(number)]}", Self.options).reason == .numberTooLarge)
      #expect(try DecodedMessage("{\"x\":\(number)}", Self.options).reason == .numberTooLarge)
      // As text it is only text.
      #expect(try DecodedMessage("{\"a\":\"\(number)\"}", Self.options).columns()[0].isNaN)
    }
    let endless = "1." + String(repeating: "0", count: 2000)
    for place in ["{\"a\":\(endless)}", "{\"s\":[\(endless)]}", "{\"x\":\(endless)}"] {
      #expect(try DecodedMessage(place, Self.options).reason == .numberTooLong)
    }
  }

  @Test(arguments: [
    "\\ud800", "\\udfff", "\\udc00\\ud800", "\\ud800\\ud800", "\\ud800\\u0041", "\\ud83d\\n", "\\ud83d", "\\uD83Dx",
  ]) func halfASurrogatePairIsRefusedInKeysAndValues(_ escape: String) throws {
    for text in ["{\"a\":\"\(escape)\"}", "{\"\(escape)\":1}", "{\"s\":[\"\(escape)\"]}", "\"\(escape)\""] {
      let message = try DecodedMessage(text, Self.options)
      #expect(message.reason == .loneSurrogate, "\(text)")
      #expect(message.isBatchAsBefore)
      #expect(throws: JSONSyntaxError.self) { try JSONValue.parse(text) }
    }
  }

  @Test func nulIsRefusedRawAndTakenEscaped() throws {
    for text in ["{\"a\0\":1}", "{\"a\":\"\0\"}", "\0{}", "{}\0", "{\"a\":1\0}"] {
      #expect(try DecodedMessage(text, Self.options).reason != nil, "\(text.debugDescription)")
    }
    let message = try DecodedMessage("{\"a\\u0000\":1,\"a\":2,\"id\":\"\\u0000\"}", Self.options)
    #expect(message.columns()[0] == 2)
    #expect(message.dedupeKeys.count == 1 && message.dedupeKeys[0] != nil)
  }

  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xE2, 0x82], [0xC3],
    ] as [[UInt8]]) func textThatIsNotUTF8IsRefusedAtEveryOffset(_ bytes: [UInt8]) throws
  {
    for offset in 0..<20 {
      let filler = String(repeating: "x", count: offset)
      let payload = Array("{\"note\":\"\(filler)".utf8) + bytes + Array("\(filler)\",\"a\":1}".utf8)
      let message = try DecodedMessage(payload, Self.options)
      #expect(message.outcome == .undecodable(DecodeFault(.invalidUTF8, at: 9 + offset)))
    }
    #expect(try DecodedMessage(Array("a\n".utf8) + bytes, DecoderOptions(format: .csv)).reason == .invalidUTF8)
  }

  @Test func stringOfAQuarterMebibyteIsDecodedWhateverIsInIt() throws {
    for piece in ["x", "\\n", "\\u00e9", "é", "\\ud83d\\ude00", "12345678\\\\"] {
      let string = String(repeating: piece, count: 262_144 / piece.utf8.count)
      let message = try DecodedMessage(
        "{\"\(string)\":0,\"a\":1,\"id\":\"\(string)\",\"t\":\"\(string)\"}", Self.options)
      #expect(message.outcome == .records(1))
      #expect(message.columns()[0] == 1)
      #expect(message.dedupeKeys[0] != nil)
      #expect(message.flags() == .eventTimeClamped)
      let cut = try DecodedMessage("{\"a\":1,\"id\":\"\(string)", Self.options)
      #expect(cut.reason == .unterminatedString && cut.isBatchAsBefore)
    }
  }

  /// The last one counts, and nothing that an earlier one left is mixed into it.
  @Test func duplicateKeysLeaveOnlyTheLastOne() throws {
    func columns(_ text: String) throws -> [Double] { try DecodedMessage(text, Self.options).columns() }
    #expect(try columns("{\"a\":1,\"a\":2}")[0] == 2)
    #expect(try columns("{\"a\":1,\"a\":null}")[0].isNaN)
    #expect(try columns("{\"a\":1,\"a\":\"x\"}")[0].isNaN)
    #expect(try columns("{\"b\":{\"c\":1},\"b\":{}}")[1].isNaN)
    #expect(try columns("{\"b\":{\"c\":1},\"b\":{\"c\":true}}")[1] == 1)
    #expect(try DecodedMessage("{\"s\":[1,2],\"s\":[3]}", Self.options).batch.samples == [3])
    #expect(try DecodedMessage("{\"s\":[1,2],\"s\":7}", Self.options).batch.samples.isEmpty)
    #expect(try DecodedMessage("{\"s\":[1,2],\"s\":[]}", Self.options).batch.samples.isEmpty)
    #expect(try DecodedMessage("{\"s\":7,\"s\":[1]}", Self.options).batch.samples == [1])
    let first = try DecodedMessage("{\"id\":1,\"id\":2}", Self.options).dedupeKeys
    #expect(try DecodedMessage("{\"id\":2}", Self.options).dedupeKeys == first)
  }

  @Test func samplesOfOneMessageAreNotThoseOfTheNext() throws {
    let decoder = try FeedDecoder(Self.options)
    for (text, expected) in [
      ("{\"s\":[1,2,3]}", [1, 2, 3]), ("{}", []), ("{\"s\":[4]}", [4]), ("{\"s\":[5,", []), ("{\"s\":\"x\"}", []),
    ] as [(String, [Float])] {
      #expect(DecodedMessage(Array(text.utf8), by: decoder).batch.samples == expected)
    }
  }

  @Test func elementOfTheSamplesCanBeAFieldToo() throws {
    let options = DecoderOptions(
      format: .json, fields: [.init("x", at: "/s/1"), .init("y", at: "/s/2/k"), .init("all", at: "/s")], samples: "/s")
    let message = try DecodedMessage("{\"s\":[1,2.5,{\"k\":3}]}", options)
    #expect(message.columns()[0] == 2.5 && message.columns()[1] == 3 && message.columns()[2].isNaN)
    #expect(message.batch.samples.count == 3 && message.batch.samples[2].isNaN)
  }

  @Test func manySmallElementsFitIntoTheSamples() throws {
    let text = "[" + Array(repeating: "1", count: 100_000).joined(separator: ",") + "]"
    let options = DecoderOptions(format: .json, samples: "")
    #expect(try DecodedMessage(text, options).batch.samples == Array(repeating: 1, count: 100_000))
    #expect(try DecodedMessage("[1]", options).batch.samples == [1])
  }

  @Test func csvWithHostileShapesIsRefusedAndLeavesNothing() throws {
    var csv = DecoderOptions.CSV()
    csv.maxRows = 100
    let options = DecoderOptions(format: .csv, csv: csv)
    for (text, reason) in [
      (String(repeating: ",", count: 300), .tooManyColumns),
      (String(repeating: "n", count: 300) + "\n1", .columnNameTooLong),
      ("a,a\n1,2", .duplicateColumn), ("a\n" + String(repeating: "1\n", count: 101), .tooManyRows),
      ("a\n\"", .unterminatedQuote),
      ("a\n\"x\"y", .textAfterQuote), ("a,b\n1", .unequalRows), ("\n\n\r\n", .noRows), ("a\n", .noRows),
      (String(repeating: "\"", count: 100_001), .unterminatedQuote),
    ] as [(String, DecodeFault.Reason)] {
      let message = try DecodedMessage(text, options)
      #expect(message.reason == reason)
      #expect(message.isBatchAsBefore)
    }
  }
}
