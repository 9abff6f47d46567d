import Decoding
import Records
import Seeded
import Testing

@Suite struct JSONDecoderTests {
  static let options = DecoderOptions(
    format: .json, time: "/ts",
    fields: [.init("rpm", at: "/rpm"), .init("t", at: "/m/t"), .init("on", at: "/on")], samples: "/s")

  @Test func fieldsSamplesTimeAndBodyArriveInTheBatch() throws {
    let text = #"{"ts":"2026-11-23T07:59:59.5Z","rpm":1480.25,"m":{"t":-3},"on":true,"s":[1, -2.5 ,3e2]}"#
    let message = try DecodedMessage(text, Self.options)
    #expect(message.outcome == .records(1))
    #expect(message.body() == text)
    #expect(message.columns() == [1480.25, -3, 1])
    #expect(message.batch.samples == [1, -2.5, 300])
    #expect(message.eventTimeNs() == DecodedMessage.nowNs - 500_000_000)
    #expect(message.flags() == [])
    #expect(message.batch.streams == [0, 3])
    #expect(message.batch.sources == [0, 5])
    #expect(message.batch.ingestTimesNs[1] == DecodedMessage.nowNs)
    #expect(message.batch.monotonicTimesNs[1] == 77)
    #expect(message.dedupeKeys.isEmpty)
  }

  @Test(
    arguments: [
      ("12.5", 12.5), ("\"12.5\"", 12.5), ("true", 1), ("false", 0), ("null", .nan), ("\"warm\"", .nan), ("\"\"", .nan),
      ("\" 8\\t\"", 8), ("\"\\u0037\"", 7), ("\" 8 \"", 8), ("\"1e3\"", 1000), ("\"+5\"", .nan), ("\"inf\"", .nan),
      ("\"nan\"", .nan),
      ("\"007\"", .nan),
      ("[1]", .nan), ("{}", .nan), ("\"1,5\"", .nan), ("\"0x10\"", .nan), ("-0", -0.0),
    ] as [(String, Double)]) func fieldBecomesANumberOrNaN(_ value: String, _ expected: Double) throws
  {
    let options = DecoderOptions(format: .json, fields: [.init("x", at: "/x")])
    let column = try #require(try DecodedMessage("{\"x\":\(value)}", options).columns().first)
    #expect(column.bitPattern == expected.bitPattern || (column.isNaN && expected.isNaN))
  }

  @Test func missingFieldIsNaNAndMissingSamplesAreNone() throws {
    let message = try DecodedMessage("{}", Self.options)
    #expect(message.columns().count == 3 && message.columns().allSatisfy { $0.isNaN })
    #expect(message.batch.samples.isEmpty)
    #expect(message.flags() == .eventTimeMissing)
    #expect(message.eventTimeNs() == DecodedMessage.nowNs)
  }

  @Test func elementsThatAreNoNumbersKeepTheirPlaceAmongTheSamples() throws {
    let message = try DecodedMessage(#"{"s":[1,null,"a,]b\"",[2,3],{"a":[4,5]},6]}"#, Self.options)
    let samples = message.batch.samples
    #expect(samples.count == 6 && samples[0] == 1 && samples[5] == 6)
    #expect(samples[1...4].allSatisfy { $0.isNaN })
    #expect(try DecodedMessage(#"{"s":[ ]}"#, Self.options).batch.samples.isEmpty)
    #expect(try DecodedMessage(#"{"s":"no"}"#, Self.options).batch.samples.isEmpty)
  }

  @Test func scalarDocumentIsReadThroughTheEmptyPointer() throws {
    let options = DecoderOptions(format: .json, fields: [.init("value", at: "")])
    #expect(try DecodedMessage(" 23.5\n", options).columns() == [23.5])
  }

  @Test func undecodableMessageLeavesTheBatchAsItWas() throws {
    for text in ["", "{\"rpm\":1", "{\"s\":[1,2,}", "nope", "{\"rpm\":1}x"] {
      let message = try DecodedMessage(text, Self.options)
      #expect(message.reason != nil)
      #expect(message.isBatchAsBefore)
    }
    #expect(try DecodedMessage("", Self.options).reason == .empty)
    let message = try DecodedMessage(Array("{\"a\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8), Self.options)
    #expect(message.outcome == .undecodable(DecodeFault(.invalidUTF8, at: 6)))
    #expect(message.isBatchAsBefore)
  }

  @Test func payloadOfOneMebibyteIsDecodedWhole() throws {
    let samples = (0..<150_000).map { "\($0 % 977).5" }
    var text = "{\"rpm\":7,\"s\":[\(samples.joined(separator: ","))],\"pad\":\""
    text += String(repeating: "é", count: ((1 << 20) - text.utf8.count - 2) / 2) + "\"}"
    #expect((1 << 20) - text.utf8.count <= 1)
    let message = try DecodedMessage(text, Self.options)
    #expect(message.outcome == .records(1))
    #expect(message.batch.samples.count == 150_000)
    #expect(message.batch.samples[976] == 976.5)
    #expect(message.batch.bodies.count == text.utf8.count + 6)
  }

  @Test func flagsOfTheArrivalAreKept() throws {
    var clock = DecodedMessage.now
    clock.isSynchronised = false
    let message = try DecodedMessage("{}", Self.options, at: clock, isRetained: true)
    #expect(message.flags() == [.clockUnsynchronised, .retained, .eventTimeMissing])
  }

  @Test func numbersAreTheNearestDouble() throws {
    var random = SeededNumbers()
    let decoder = try FeedDecoder(DecoderOptions(format: .json, fields: [.init("x", at: "/0")]))
    var texts = [
      "9007199254740993", "0.1", "1e22", "1e23", "123456789012345678", "2.2250738585072014e-308", "5e-324", "4e-324",
      "0.000000000000000000000000000000000000000000000000001", "1797693134862315708145274237317043567981e269",
      "100000000000000000000000000000000000", "9007199254740992.5", "0." + String(repeating: "3", count: 900), "1e-400",
    ]
    for _ in 0..<3000 {
      let double = Double(bitPattern: random.next())
      if double.isFinite { texts.append("\(double)") }
      texts.append(
        "\(Int64.random(in: -1 << 60 ... 1 << 60, using: &random))e\(Int.random(in: -40...40, using: &random))")
      texts.append("\(Double(Int64.random(in: -1_000_000...1_000_000, using: &random)) / 1000)")
    }
    for text in texts {
      let message = DecodedMessage(Array("[\(text)]".utf8), by: decoder)
      try #require(message.columns().first?.bitPattern == Double(text)?.bitPattern, "\(text)")
    }
  }

  @Test func optionsThatMakeNoSenseAreRefused() {
    #expect(throws: CrossdockError.self) { try FeedDecoder(DecoderOptions(format: .json, time: "ts")) }
    #expect(throws: CrossdockError.self) { try FeedDecoder(DecoderOptions(format: .json, samples: "/a~")) }
    #expect(throws: CrossdockError.self) { try FeedDecoder(DecoderOptions(format: .raw, time: "/ts")) }
    #expect(throws: CrossdockError.self) { try FeedDecoder(DecoderOptions(format: .raw, dedupe: ["/id"])) }
    #expect(throws: CrossdockError.self) { try FeedDecoder(DecoderOptions(format: .csv, samples: "s")) }
  }
}

@Suite struct RawDecoderTests {
  @Test func bytesAreKeptVerbatim() throws {
    let bytes: [UInt8] = [0, 0xFF, 0x22, 0xC3]
    let message = try DecodedMessage(bytes, DecoderOptions(format: .raw))
    #expect(message.outcome == .records(1))
    #expect(Array(message.batch.bodies.dropFirst(6)) == bytes)
    #expect(message.columns().isEmpty)
    #expect(message.flags() == .eventTimeMissing)
  }

  @Test func emptyPayloadIsUndecodable() throws {
    let message = try DecodedMessage("", DecoderOptions(format: .raw))
    #expect(message.outcome == .undecodable(DecodeFault(.empty, at: 0)))
    #expect(message.isBatchAsBefore)
  }
}
