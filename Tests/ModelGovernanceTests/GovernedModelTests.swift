import JSONText
import Seeded
import SignalFeatures
import StateCoding
import Testing

@testable import ModelGovernance

@Suite struct GovernedModelTests {
  private let agreeing = SampleModel(
    version: "1.1.0", leaves: (10, 20.0000000001),
    more: ",\"promote\":{\"evaluations\":5,\"agreement\":0.9},\"compare_every\":3")
  private let differing = SampleModel(
    version: "1.1.0", leaves: (10, 30), more: ",\"promote\":{\"evaluations\":5,\"agreement\":0.9},\"compare_every\":4")

  @Test func activeVersionJudgesAndTheShadowDoesNot() throws {
    let governance = try ModelGovernance.of([("active", SampleModel()), ("shadow", differing)])
    #expect(
      governance.feed([40, 60, 80])
        == [40, 60, 80].enumerated().map { Judged(version: "1.0.0", point: $0.0 < 2 ? 10 : 20) })
    #expect(governance.isFed(by: 0) && !governance.isFed(by: 1))
    #expect(governance.eventTexts == [])
  }

  @Test func shadowThatAgreesIsPromotedByItsRule() throws {
    let governance = try ModelGovernance.of([("active", SampleModel()), ("shadow", agreeing)])
    #expect(governance.feed([40, 80, 80, 80]).last?.version == "1.0.0")
    #expect(governance.eventTexts.map { $0.contains("\"kind\":\"comparison\"") } == [true])
    #expect(governance.feed([80, 80], from: 5).map(\.version) == ["1.0.0", "1.1.0"])
    let events = governance.eventTexts
    #expect(events.count == 1)
    #expect(
      events[0].hasPrefix(
        "{\"event\":\"model-event\",\"kind\":\"promoted\",\"model\":\"pump-life\",\"instance\":\"pumps\",\"number\":1,"
          + "\"from\":\"1.0.0\",\"to\":\"1.1.0\",\"by\":\"rule\""), "\(events)")
    #expect(events[0].hasSuffix("\"inputs\":{\"stream\":\"telemetry\",\"first\":5,\"last\":5}}"))
  }

  @Test func shadowThatDiffersStaysAndIsCompared() throws {
    let governance = try ModelGovernance.of([("active", SampleModel()), ("shadow", differing)])
    #expect(governance.feed(Array(repeating: 80, count: 12)).allSatisfy { $0.version == "1.0.0" })
    let events = governance.eventTexts
    #expect(events.count == 3)
    #expect(
      events[2].contains(
        "\"evaluations\":12,\"agreed\":0,\"agreement\":0,\"undefined\":0,\"mean_difference\":10,\"max_difference\":10"))
  }

  @Test func commandsPromoteAndRollBackAndRefuseWithTheReason() throws {
    let governance = try ModelGovernance.of([("active", SampleModel()), ("shadow", differing)])
    governance.feed([80])
    #expect(!governance.command(#"{"command":"promote","model":"other"}"#))
    #expect(!governance.command("nonsense"))
    #expect(governance.command(#"{"command":"rollback","model":"pump-life"}"#))
    #expect(governance.eventTexts.map { $0.contains("there is no version before") } == [true])
    #expect(governance.command(#"{"command":"promote","model":"pump-life","version":"9.0.0"}"#))
    #expect(
      governance.eventTexts.map { $0.contains("the command is about version 9.0.0, and it would be 1.1.0") } == [true])
    #expect(governance.command(#"{"command":"promote","model":"pump-life","version":"1.1.0","reason":"tried"}"#))
    #expect(governance.feed([80], from: 2) == [Judged(version: "1.1.0", point: 30)])
    #expect(governance.command(#"{"command":"rollback","model":"pump-life"}"#))
    #expect(governance.feed([80], from: 3) == [Judged(version: "1.0.0", point: 20)])
    #expect(governance.eventTexts.map { $0.contains("\"by\":\"command\"") } == [true, true])
  }

  @Test func versionThatMissesItsDeadlineGivesWay() throws {
    let slow = SampleModel(
      version: "2.0.0", leaves: (10, 30),
      more: ",\"deadline_us\":100,\"rollback\":{\"window\":10,\"deadline_misses\":3}")
    let governance = try ModelGovernance.of([("active", slow), ("previous", SampleModel())])
    var nowUs: Int64 = 0
    var isSlow = false
    let clock = { () -> Int64 in
      nowUs += isSlow ? 200 : 5
      return nowUs
    }
    #expect(governance.feed(Array(repeating: 80, count: 15), clockUs: clock).allSatisfy { $0.version == "2.0.0" })
    isSlow = true
    #expect(
      governance.feed([80, 80, 80, 80], from: 16, clockUs: clock).map(\.version) == [
        "2.0.0", "2.0.0", "2.0.0", "1.0.0",
      ])
    let events = governance.eventTexts
    #expect(
      events.count == 1 && events[0].contains("\"kind\":\"rolled-back\"") && events[0].contains("\"by\":\"deadline\""))
    #expect(events[0].contains("took longer than 100 µs"))
    // No record brings that back.
    #expect(governance.takeWishForCheckpoint() && !governance.takeWishForCheckpoint())
  }

  /// By the window of the bundle it would hold up every commit for a hundred evaluations.
  @Test(arguments: [(51_000, 20), (120_000, 9), (400_000, 3), (30_000_000, 2)] as [(Int64, Int)])
  func aSecondOfLateEvaluationsInARowIsEnough(us: Int64, evaluations: Int) throws {
    let governance = try ModelGovernance.of([("active", SampleModel(version: "2.0.0")), ("previous", SampleModel())])
    var nowUs: Int64 = 0
    var number = 0
    // Every other look at the clock ends an evaluation. One pause of the box, and late ones with others in time between them, change nothing.
    let took = { (index: Int) -> Int64 in
      switch index {
      case 10: 5_000_000
      case 20..<80: index % 2 == 0 ? 60_000 : 10
      case 100...: us
      default: 10
      }
    }
    let judged = governance.feed(
      Array(repeating: 80, count: 140),
      clockUs: {
        number += 1
        if number % 2 == 0 { nowUs += took(number / 2 - 1) }
        return nowUs
      })
    #expect(judged.firstIndex { $0.version == "1.0.0" } == 100 + evaluations)
    let events = governance.eventTexts
    // The one before is as slow on this box, and stays: it is told once.
    #expect(events.map { $0.contains("\"kind\":\"rolled-back\"") } == [true, false], "\(events)")
    #expect(events.first?.contains("\(evaluations) in a row 1000 ms or more together") == true, "\(events)")
  }

  @Test func versionWhoseFeaturesDriftGivesWayAndOneWithoutAnotherIsToldOnce() throws {
    let reference =
      "{\"features\":[{\"name\":\"pressure_mean\",\"edges\":[10,20,30],\"shares\":[0.25,0.25,0.25,0.25]}]}"
    let drifting = SampleModel(
      version: "2.0.0", leaves: (10, 30), more: ",\"rollback\":{\"window\":60,\"psi\":0.25}", reference: reference)
    let governance = try ModelGovernance.of([("active", drifting), ("previous", SampleModel())])
    let judged = governance.feed(Array(repeating: 80, count: 61))
    #expect(judged.map(\.version) == Array(repeating: "2.0.0", count: 60) + ["1.0.0"])
    let events = governance.eventTexts
    #expect(
      events.count == 2 && events[1].contains("\"by\":\"drift\"") && events[1].contains("\"feature\":\"pressure_mean\"")
    )
    let request = try JSONValue.parse(Array(events[0].utf8))
    #expect(request["event"]?.string == "retrain-request" && request["component"]?.string == "pump-life")
    for range in [request["ranges"]?[0], request["inputs"]] {
      #expect(range?["stream"]?.string == "telemetry")
      #expect(range?["first"]?.integer == 1 && range?["last"]?.integer == 60)
    }
    #expect(request["ranges"]?[0]?["from"]?.string == "1970-01-01T00:00:01.000Z")
    #expect(request["ranges"]?[0]?["to"]?.string == "1970-01-01T00:01:00.000Z")
    #expect(request["model"]?["name"]?.string == "pump-life" && request["model"]?["version"]?.string == "2.0.0")
    #expect(request["model"]?["features"]?.string == "pump/1.0.0")
    #expect(request["model"]?["features_hash"]?.string?.count == 16)

    let alone = try ModelGovernance.of([("active", drifting)])
    #expect(alone.feed(Array(repeating: 80, count: 100)).allSatisfy { $0.version == "2.0.0" })
    let told = alone.eventTexts
    #expect(
      told.count == 2 && told[1].contains("\"kind\":\"limit\"") && told[1].contains("there is no version to go back to")
    )
  }

  /// Windows of 50 rows, 60 of them: by chance the index alone is beyond its limit in more than a fourth.
  @Test func healthyVersionStaysOverSmallWindowsAndGivesWayAfterAShift() throws {
    let seed = SeededNumbers.seed(default: 54)
    var numbers = SeededNumbers(seed)
    let version = SampleModel(
      version: "2.0.0", more: ",\"rollback\":{\"window\":20,\"psi\":0.25}", featureCount: 1, reference: Self.normal)
    let governance = try ModelGovernance.of([("active", version), ("previous", SampleModel())])
    let healthy = governance.feed((0..<3000).map { _ in numbers.pairedGaussian() })
    #expect(healthy.allSatisfy { $0.version == "2.0.0" } && governance.eventTexts == [], "SEED=\(seed)")
    let shifted = governance.feed((0..<300).map { _ in numbers.pairedGaussian() + 1.5 }, from: 3001)
    #expect(shifted.last?.version == "1.0.0", "SEED=\(seed)")
    #expect(
      governance.eventTexts.last?.contains("of it by chance); the limit is 0.25") == true,
      "\(governance.eventTexts), SEED=\(seed)")
  }

  /// Of normal values.
  private static let normal: String = {
    let edges = [-1.281552, -0.841621, -0.524401, -0.253347, 0, 0.253347, 0.524401, 0.841621, 1.281552]
    return
      "{\"rows\":5000,\"features\":[{\"name\":\"pressure_mean\",\"edges\":[\(edges.map { "\($0)" }.joined(separator: ","))],"
      + "\"shares\":[\(edges.map { _ in "0.1" }.joined(separator: ",")),0.1]}]}"
  }()

  /// Three devices by turns, each value 0.95 of that device's before and noise: from one row of the stream to the next nothing shows. The
  /// same over a restart in the middle of a window.
  @Test func healthyVersionStaysWhereRowsOfSeveralDevicesAreSlow() throws {
    let seed = SeededNumbers.seed(default: 57)
    var numbers = SeededNumbers(seed)
    let version = SampleModel(
      version: "2.0.0", more: ",\"rollback\":{\"window\":100,\"psi\":0.25}", featureCount: 1, reference: Self.normal)
    let stages: [(stage: String, model: SampleModel)] = [("active", version), ("previous", SampleModel())]
    var (governance, whole) = (try ModelGovernance.of(stages), try ModelGovernance.of(stages))
    var values = (0..<3).map { _ in numbers.pairedGaussian() }
    func feed(_ range: ClosedRange<UInt64>) {
      for sequence in range {
        let device = Int(sequence % 3)
        values[device] = 0.95 * values[device] + (1 - 0.95 * 0.95).squareRoot() * numbers.pairedGaussian()
        for one in [governance, whole] { one.feed([values[device]], from: sequence, source: UInt32(device)) }
      }
    }
    feed(1...2050)
    let state = StateWriter(reserving: 0)
    governance.encode(into: state)
    var reader = StateReader(state.bytes[...])
    governance = try ModelGovernance.of(stages)
    try governance.restore(from: &reader)
    feed(2051...3000)
    #expect(whole.eventTexts == [] && governance.eventTexts == [], "SEED=\(seed)")
    let (continued, unbroken) = (StateWriter(reserving: 0), StateWriter(reserving: 0))
    governance.encode(into: continued)
    whole.encode(into: unbroken)
    #expect(continued.bytes == unbroken.bytes, "SEED=\(seed)")
  }

  @Test func verdictNamesTheRecordsThatItsWindowsCoverAndFewMore() throws {
    for length in [1, 2, 7, 100, 1000] {
      var model = SampleModel()
      model.featureCount = length
      let governance = try ModelGovernance.of([("active", model)])
      for sequence in 1...2500 as ClosedRange<UInt64> {
        [0, 40.0].withUnsafeBufferPointer { columns in
          governance.observe(
            GovernedSample(
              stream: 0, source: 0, sequence: sequence, timeNs: Int64(sequence), columns: columns,
              samples: UnsafeBufferPointer(start: nil, count: 0))
          ) { verdict, row in
            let covered = Int(row.lastSequence) - Int(verdict.firstSequence) + 1
            #expect(covered >= min(length, Int(sequence)) && covered <= length + length / 4, "\(length) \(sequence)")
          }
        }
      }
    }
  }

  /// It would hold up the commits of everything else.
  @Test func shadowThatIsLateSitsOutAsManyRowsAsItTookDeadlines() throws {
    let slow = SampleModel(version: "2.0.0", leaves: (10, 30), more: ",\"deadline_us\":100")
    let governance = try ModelGovernance.of([("active", SampleModel()), ("shadow", slow)])
    // Each look at the clock is 250 µs after the one before.
    var nowUs: Int64 = 0
    var looks = 0
    let judged = governance.feed(
      Array(repeating: 80, count: 30),
      clockUs: {
        looks += 1
        nowUs += 250
        return nowUs
      })
    #expect(judged.count == 30)
    // Two looks a row of the active one; of the shadow in one row of three.
    #expect(looks == 2 * 30 + 2 * 10)
  }

  /// Its stream is in agent.conf, and not among what the plugin reads.
  @Test func modelThatNothingFeedsIsTold() throws {
    let governance = try ModelGovernance.of([("active", SampleModel())])
    #expect(governance.feed(Array(repeating: 80, count: 999), stream: 9) == [])
    #expect(governance.eventTexts == [])
    #expect(governance.feed(Array(repeating: 80, count: 2000), from: 1000, stream: 9) == [])
    let told = governance.eventTexts
    #expect(told.count == 1 && told[0].contains("1000 records have come, and none from a stream with the columns"))

    let fed = try ModelGovernance.of([("active", SampleModel())])
    #expect(fed.feed([80]).count == 1)
    #expect(fed.feed(Array(repeating: 80, count: 2000), from: 2, stream: 9) == [])
    #expect(fed.eventTexts == [])
  }

  @Test func versionWhoseGoldenCasesFailIsNeverUsed() throws {
    let broken = SampleModel(version: "2.0.0", goldenOutput: "point\n1\n2\n3\n4\n")
    let governance = try ModelGovernance.of([("active", broken), ("previous", SampleModel())])
    #expect(governance.feed([80]) == [Judged(version: "1.0.0", point: 20)])
    #expect(
      governance.eventTexts.map { $0.contains("\"kind\":\"rolled-back\"") && $0.contains("\"by\":\"golden\"") } == [
        true
      ])

    let alone = try ModelGovernance.of([("active", broken)])
    #expect(alone.feed([80, 80]) == [])
    #expect(alone.eventTexts.map { $0.contains("\"kind\":\"refused\"") } == [true])

    let shadow = try ModelGovernance.of([("active", SampleModel()), ("shadow", broken)])
    #expect(shadow.feed([80]).map(\.version) == ["1.0.0"])
    #expect(shadow.command(#"{"command":"promote","model":"pump-life"}"#))
    #expect(shadow.eventTexts.map { $0.contains("\"kind\":\"refused\"") } == [true, true])
  }

  @Test func damageThatTheStoreFoundCountsAsAGoldenFailure() throws {
    let governance = try ModelGovernance.of(
      [("active", SampleModel(version: "2.0.0")), ("previous", SampleModel())],
      damage: #""2.0.0":"tree.txt was changed""#)
    #expect(governance.feed([80]).map(\.version) == ["1.0.0"])
    #expect(governance.eventTexts.map { $0.contains("tree.txt was changed") } == [true])
  }

  @Test func versionBeforeHasItsWindowsFullWhenItTakesOver() throws {
    // Another window: features of its own, kept warm all the time.
    let longer = SampleModel(version: "2.0.0", featureCount: 4)
    let governance = try ModelGovernance.of([("active", longer), ("previous", SampleModel())])
    governance.feed([100, 100, 20, 20])
    #expect(governance.command(#"{"command":"rollback","model":"pump-life"}"#))
    // The mean of the last two, not of one alone: 40.
    #expect(governance.feed([60], from: 5) == [Judged(version: "1.0.0", point: 10)])
  }

  @Test func versionThatNoStreamHasTheColumnsForIsToldAndNotUsed() throws {
    let governance = try ModelGovernance(files: [SampleModel.state()] + SampleModel().entries("active"))
    governance.bind(stream: 0, name: "telemetry", columns: ["other", "flow"])
    #expect(governance.feed([80, 80]) == [])
    let events = governance.eventTexts
    #expect(events.count == 1 && events[0].contains("\"by\":\"inputs\""), "\(events)")
    #expect(events[0].contains("has all the columns that it needs (pressure)"))
  }

  @Test func entriesThatAreNoModelAreRefused() {
    #expect(throws: GovernanceError.self) { try ModelGovernance(files: [("layout.json", [])]) }
    #expect(throws: GovernanceError.self) { try ModelGovernance(files: [("model:x/state.json", [0x7B])]) }
  }

  @Test func deviceNotHeardFromForLongestMakesRoom() throws {
    let governance = try ModelGovernance.of([("active", SampleModel())])
    for source in 0..<(UInt32(GovernanceLimits.assets) + 5) { governance.feed([60], source: source) }
    #expect(governance.models[0].assets.count == GovernanceLimits.assets - GovernanceLimits.assets / 16 + 5)
    #expect(governance.models[0].assets.evicted == UInt64(GovernanceLimits.assets / 16))
  }

  @Test func commandThatThereIsNotIsRefusedByTheModelThatItNames() throws {
    let governance = try ModelGovernance.of([("active", SampleModel())])
    #expect(governance.command(#"{"command":"promot","model":"pump-life"}"#))
    let told = governance.eventTexts
    #expect(
      told.count == 1 && told[0].contains(#""kind":"refused""#) && told[0].contains(#"no command \"promot\""#),
      "\(told)")
    #expect(!governance.command(#"{"command":"promote","model":"another"}"#))
    #expect(governance.eventTexts.isEmpty)
  }
}
