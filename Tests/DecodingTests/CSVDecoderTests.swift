import Decoding
import JSONText
import Records
import Testing

@Suite struct CSVDecoderTests {
  static func options(
    fields: [DecoderOptions.Field] = [], time: String? = nil, dedupe: [String] = [],
    _ change: (inout DecoderOptions.CSV) -> Void = { _ in }
  ) -> DecoderOptions {
    var csv = DecoderOptions.CSV()
    change(&csv)
    return DecoderOptions(format: .csv, time: time, fields: fields, dedupe: dedupe, csv: csv)
  }

  static func bodies(_ text: String, _ options: DecoderOptions = options()) throws -> [String] {
    let message = try DecodedMessage(text, options)
    guard case .records(let count) = message.outcome else {
      Issue.record("\(message.outcome)")
      return []
    }
    #expect(message.batch.count == count + 1)
    for record in 0..<count { _ = try JSONValue.parse(message.body(record)) }
    return (0..<count).map { message.body($0) }
  }

  @Test func eachRowIsARecordWithTheNamesOfTheHeader() throws {
    let message = try DecodedMessage(
      "ts,motor,rpm\n1795417200,m7,1480.5\r\n1795417201,\"m,8\",",
      Self.options(
        fields: [.init("rpm", at: "rpm"), .init("x", at: "nothing")], time: "ts"))
    #expect(message.outcome == .records(2))
    #expect(message.body(0) == #"{"ts":1795417200,"motor":"m7","rpm":1480.5}"#)
    #expect(message.body(1) == #"{"ts":1795417201,"motor":"m,8","rpm":null}"#)
    #expect(message.columns(0)[0] == 1480.5 && message.columns(0)[1].isNaN)
    #expect(message.columns(1).allSatisfy { $0.isNaN })
    #expect(message.eventTimeNs(0) == 1_795_417_200_000_000_000)
    #expect(message.eventTimeNs(1) == 1_795_417_201_000_000_000)
  }

  @Test(arguments: [
    ("a\n\"x\"\"y\"", #"{"a":"x\"y"}"#), ("a\n\"two\nlines\"", #"{"a":"two\u000alines"}"#), ("a\n007", #"{"a":"007"}"#),
    ("a\n\"12\"", #"{"a":"12"}"#), ("a\n 12.5 ", #"{"a":12.5}"#), ("a\n x ", #"{"a":" x "}"#),
    ("a\n\"\"", #"{"a":""}"#),
    ("a\n1e999", #"{"a":"1e999"}"#), ("a\nNaN", #"{"a":"NaN"}"#), ("a\n12\" pipe", #"{"a":"12\" pipe"}"#),
    ("\"a \"\"b\"\"\"\n1", #"{"a \"b\"":1}"#), ("größe,\\\n1,\\", #"{"größe":1,"\\":"\\"}"#),
    ("\u{FEFF}a\n1", #"{"a":1}"#), ("\n\na\n\n1\n\n", #"{"a":1}"#), ("a,b\n,", #"{"a":null,"b":null}"#),
    ("a,b\r\n\"1\",2\r\n", #"{"a":"1","b":2}"#), ("a\n\u{1}", #"{"a":"\u0001"}"#),
  ]) func fieldsKeepTheirMeaning(_ text: String, _ expected: String) throws {
    #expect(try Self.bodies(text) == [expected])
  }

  /// A model is trained on the body out of an export and fed with the column: both are the same number.
  @Test(arguments: ["12", " 12\t", "\" 12 \"", "true", "007", "1e3", "inf", "\"1e3\"", "\"\t5\""])
  func bodyIsTheSameNumberAsTheColumn(_ field: String) throws {
    let message = try DecodedMessage("a\n" + field, Self.options(fields: [.init("x", at: "a")]))
    let json = DecoderOptions(format: .json, fields: [.init("x", at: "/a")])
    let again = try DecodedMessage(message.body(0), json).columns(0)
    #expect(message.columns(0)[0].bitPattern == again[0].bitPattern, "\(message.body(0))")
  }

  @Test func headerAndDelimiterAreOptions() throws {
    #expect(
      try Self.bodies(
        "1;2\n3;4",
        Self.options {
          $0.delimiter = UInt8(ascii: ";"); $0.hasHeader = false
        })
        == [#"{"1":1,"2":2}"#, #"{"1":3,"2":4}"#])
    #expect(
      try Self.bodies(
        "1\t2",
        Self.options {
          $0.delimiter = 9
          $0.hasHeader = false
          $0.columns = ["x", "y"]
        }) == [#"{"x":1,"y":2}"#])
  }

  @Test func headerMayChangeFromMessageToMessage() throws {
    let decoder = try FeedDecoder(Self.options(fields: [.init("b", at: "b")]))
    for (text, expected) in [("a,b\n1,2", 2.0), ("b,a\n1,2", 1), ("b,a\n3,2", 3), ("a\n1", .nan), ("a,b\n1,4", 4)] {
      let column = DecodedMessage(Array(text.utf8), by: decoder).columns()[0]
      #expect(column == expected || (column.isNaN && expected.isNaN))
    }
    let unnamed = try FeedDecoder(Self.options { $0.hasHeader = false })
    #expect(DecodedMessage(Array("1,2".utf8), by: unnamed).body() == #"{"1":1,"2":2}"#)
    #expect(DecodedMessage(Array("1".utf8), by: unnamed).body() == #"{"1":1}"#)
  }

  @Test(arguments: [
    ("a,b\n1\n", DecodeFault.Reason.unequalRows, 4), ("a,b\n1,2\n1,2,3", .unequalRows, 8),
    ("a,a\n1,2", .duplicateColumn, 2),
    ("a\n", .noRows, 2), ("\n", .noRows, 1), ("", .empty, 0), ("a\n\"x", .unterminatedQuote, 2),
    ("a\n\"x\"y", .textAfterQuote, 5), ("a\n1\n2\n3\n4", .tooManyRows, 8), ("a,b,c,d\n", .tooManyColumns, 6),
    ("long-name\n1", .columnNameTooLong, 0),
    ("a,b\n1,\"\(String(repeating: "x", count: 60))\"\n1,2", .expandedTooFar, 69),
  ]) func badTableIsUndecodableWhole(_ text: String, _ reason: DecodeFault.Reason, _ offset: Int) throws {
    let options = Self.options(dedupe: ["a"]) {
      $0.maxRows = 3
      $0.maxColumns = 3
      $0.maxNameBytes = 8
      $0.maxExpandedBytes = 80
    }
    let message = try DecodedMessage(text, options)
    #expect(message.outcome == .undecodable(DecodeFault(reason, at: offset)))
    #expect(message.isBatchAsBefore)
    #expect(message.dedupeKeys.isEmpty)
  }

  @Test func invalidUTF8IsUndecodableWithItsOffset() throws {
    let message = try DecodedMessage(Array("a\n1\n".utf8) + [0xE2, 0x28, 0xA1], Self.options())
    #expect(message.outcome == .undecodable(DecodeFault(.invalidUTF8, at: 4)))
    #expect(message.isBatchAsBefore)
  }

  @Test func timesAreReadAndFlagged() throws {
    let message = try DecodedMessage(
      "t,v\n2026-11-23T07:00:00Z,1\n\"1795417200250\",1\n,1\nsoon,1\n0,1", Self.options(time: "t"))
    #expect(message.outcome == .records(5))
    #expect(message.eventTimeNs(0) == 1_795_417_200_000_000_000)
    #expect(message.eventTimeNs(1) == 1_795_417_200_250_000_000)
    #expect(message.flags(2) == .eventTimeMissing)
    #expect(message.flags(3) == .eventTimeClamped && message.flags(4) == .eventTimeClamped)
  }

  @Test func optionsThatMakeNoSenseAreRefused() {
    #expect(throws: CrossdockError.self) { try FeedDecoder(Self.options { $0.delimiter = UInt8(ascii: "\"") }) }
    #expect(throws: CrossdockError.self) {
      try FeedDecoder(
        Self.options {
          $0.hasHeader = false; $0.columns = ["a", "a"]
        })
    }
    #expect(throws: CrossdockError.self) {
      try FeedDecoder(
        Self.options(time: "ts") {
          $0.hasHeader = false; $0.columns = ["a"]
        })
    }
  }
}
