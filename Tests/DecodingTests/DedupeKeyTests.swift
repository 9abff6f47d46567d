import Decoding
import Seeded
import Testing

@Suite struct DedupeKeyTests {
  static func key(_ text: String, source: UInt32 = 5) throws -> UInt64? {
    let decoder = try FeedDecoder(DecoderOptions(format: .json, dedupe: ["/a", "/b"]))
    let message = DecodedMessage(Array(text.utf8), by: decoder, source: source)
    #expect(message.dedupeKeys.count == 1)
    return message.dedupeKeys[0]
  }

  @Test func keyDependsOnTheNamedValuesAndTheSourceAlone() throws {
    let key = try #require(try Self.key(#"{"a":"x","b":1}"#))
    #expect(try Self.key(#"{"b": 1, "c":2, "a":"x"}"#) == key)
    #expect(try Self.key(#"{"a":"x","b":1}"#, source: 6) != key)
    for other in [
      #"{"a":"x","b":2}"#, #"{"a":"x","b":"1"}"#, #"{"a":"x","b":1.0}"#, #"{"a":"y","b":1}"#, #"{"a":1,"b":"x"}"#,
    ] {
      #expect(try Self.key(other) != key)
    }
  }

  @Test func boundaryBetweenValuesCounts() throws {
    #expect(try Self.key("{\"a\":12,\"b\":3}") != Self.key("{\"a\":1,\"b\":23}"))
    #expect(try Self.key("{\"a\":\"\",\"b\":\"\\u0000\"}") != Self.key("{\"a\":\"\\u0000\",\"b\":\"\"}"))
  }

  @Test func missingOrNullValueGivesNoKey() throws {
    #expect(try Self.key(#"{"a":1}"#) == nil)
    #expect(try Self.key(#"{"a":1,"b":null}"#) == nil)
  }

  /// Keys lie in journals: this value, computed apart from the code by the description in DedupeKey.swift, never changes.
  @Test func keyIsStableAcrossVersions() throws {
    #expect(try Self.key(#"{"a":"order-000001","b":42}"#) == 0x8287_442B_7C33_9489)
  }

  @Test func everyBitOfTheInputReachesEveryBitOfTheKey() throws {
    var random = SeededNumbers()
    var flips = [Int](repeating: 0, count: 64)
    let rounds = 4000
    for _ in 0..<rounds {
      let number = UInt64.random(in: 1 << 40...1 << 41, using: &random)
      let bit = UInt64.random(in: 0..<30, using: &random)
      let a = try #require(try Self.key("{\"a\":\(number),\"b\":0}"))
      let b = try #require(try Self.key("{\"a\":\(number ^ (1 << bit)),\"b\":0}"))
      for i in 0..<64 where (a ^ b) >> UInt64(i) & 1 == 1 { flips[i] += 1 }
    }
    // Six standard deviations of a fair coin.
    let bound = 6 * (Double(rounds) / 4).squareRoot()
    for count in flips { #expect(abs(Double(count) - Double(rounds) / 2) < bound) }
  }

  @Test func ordinaryKeysDoNotCollide() throws {
    let decoder = try FeedDecoder(DecoderOptions(format: .json, dedupe: ["/id"]))
    var seen: Set<UInt64> = []
    for number in 0..<30_000 {
      let message = DecodedMessage(Array("{\"id\":\"order-\(number)\"}".utf8), by: decoder)
      seen.insert(try #require(message.dedupeKeys[0]))
    }
    #expect(seen.count == 30_000)
    #expect(Set(seen.map { $0 >> 32 }).count > 29_000)
  }
}
