import JSONText
import Testing

@testable import Simulator

/// A second of 2026, for all worlds of these tests.
let startNs: Int64 = 1_795_000_000_000_000_000

struct Recorded: Equatable {
  var topic: String
  var payload: String
}

func play(_ settings: World.Settings, seconds: Int64, stepNs: Int64 = .max) throws -> [Recorded] {
  var messages: [Recorded] = []
  let world = try World(settings, run: "r", startNs: startNs) { series, payload in
    messages.append(Recorded(topic: series.topic, payload: String(decoding: payload, as: UTF8.self)))
  }
  let end = seconds * 1_000_000_000
  var now: Int64 = 0
  while now < end {
    now = stepNs > end - now ? end : now + stepNs
    world.advance(to: now)
  }
  return messages
}

@Suite struct WorldTests {
  private static var settings: World.Settings {
    var settings = World.Settings()
    settings.seed = 42
    settings.ratePerS = 50
    return settings
  }

  @Test func sameSeedGivesSamePayloads() throws {
    let once = try play(Self.settings, seconds: 12)
    #expect(once.count > 700)
    #expect(try play(Self.settings, seconds: 12) == once)
  }

  @Test func payloadsDoNotDependOnHowOftenTheWorldIsLookedAt() throws {
    #expect(try play(Self.settings, seconds: 6, stepNs: 7_000_000) == play(Self.settings, seconds: 6))
  }

  @Test func otherSeedGivesOtherPayloads() throws {
    var other = Self.settings
    other.seed = 43
    #expect(try play(other, seconds: 3) != play(Self.settings, seconds: 3))
  }

  @Test func anotherSiteDoesNotChangeTheFirst() throws {
    var both = Self.settings
    both.sites = ["hamburg", "rotterdam"]
    let alone = try play(Self.settings, seconds: 6).filter { $0.topic.hasPrefix("hamburg/") }
    #expect(try play(both, seconds: 6).filter { $0.topic.hasPrefix("hamburg/") } == alone)
  }

  @Test func numbersCountFromOneWithoutGapsAndIdsAreUnique() throws {
    var last: [String: Int] = [:]
    var ids: Set<String> = []
    for message in try play(Self.settings, seconds: 12) {
      let document = try JSONValue.parse(Array(message.payload.utf8))
      let number = try #require(document["n"]?.integer)
      #expect(number == last[message.topic, default: 0] + 1)
      last[message.topic] = number
      #expect(ids.insert(try #require(document["id"]?.string)).inserted)
      #expect(document["ts"]?.string?.hasSuffix("Z") == true)
    }
  }

  @Test func pacedLoadKeepsItsRate() throws {
    var settings = Self.settings
    settings.ratePerS = 1_999
    let load = try play(settings, seconds: 3).filter { $0.topic.contains("/load/") }
    // Due at 0, 1/r, …, and one at the end itself.
    #expect(load.count == 3 * 1_999 + 1)
  }

  @Test func wornBearingStrikesAndSoundOneDoesNot() throws {
    var settings = World.Settings()
    settings.faultAfterS = 5
    var kurtosis: [String: [Double]] = [:]
    for message in try play(settings, seconds: 70) where message.topic.hasSuffix("/vibration") {
      let samples = try JSONValue.parse(Array(message.payload.utf8))["samples"]?.array?.compactMap(\.number) ?? []
      #expect(samples.count == 1024)
      kurtosis[message.topic, default: []].append(self.kurtosis(samples))
    }
    let worn = try #require(kurtosis["hamburg/conveyor/motor-1/vibration"])
    let sound = try #require(kurtosis["hamburg/conveyor/motor-2/vibration"])
    #expect(worn.prefix(10).max()! < 4)
    #expect(worn.suffix(10).min()! > 5)
    #expect(sound.max()! < 4)
  }

  private func kurtosis(_ samples: [Double]) -> Double {
    let mean = samples.reduce(0, +) / Double(samples.count)
    let squares = samples.map { ($0 - mean) * ($0 - mean) }
    let variance = squares.reduce(0, +) / Double(samples.count)
    return squares.reduce(0) { $0 + $1 * $1 } / Double(samples.count) / (variance * variance)
  }

  @Test func blockedMotorOverheatsAndOthersDoNot() throws {
    var settings = World.Settings()
    settings.faultAfterS = 10
    var highest: [String: Double] = [:]
    for message in try play(settings, seconds: 80) where message.topic.hasSuffix("/temperature") {
      let value = try #require(try JSONValue.parse(Array(message.payload.utf8))["value"]?.number)
      highest[message.topic] = max(value, highest[message.topic] ?? 0)
    }
    #expect(highest["hamburg/forklift/drive-2/temperature"]! > 48)
    for (topic, value) in highest where !topic.contains("drive-2") { #expect(value < 45, "\(topic)") }
  }

  /// Published examples: GTIN-13 of the General Specifications, GTIN-13 and GTIN-14 of GS1's guides, SSCC.
  @Test(arguments: [("629104150021", 3), ("950110153000", 3), ("0950110153000", 3), ("10614141234567890", 8)])
  func checkDigitIsThatOfPublishedExamples(_ digits: String, _ expected: Int) {
    #expect(GS1.checkDigit(of: digits) == expected)
  }

  @Test func scansHaveValidCheckDigits() throws {
    var labels = 0
    for message in try play(World.Settings(), seconds: 60) where message.topic.hasSuffix("/scan") {
      let code = try #require(try JSONValue.parse(Array(message.payload.utf8))["code"]?.string)
      let key = code.hasPrefix("00") ? code.dropFirst(2).prefix(18) : code.dropFirst(2).prefix(14)
      #expect(code.hasPrefix("00") ? code.utf8.count == 20 : code.hasPrefix("01"))
      #expect(GS1.checkDigit(of: String(key.dropLast())) == key.last?.wholeNumberValue)
      labels += 1
    }
    #expect(labels > 50)
  }
}
