import SignalFeatures
import StateCoding
import Testing

@testable import ModelGovernance

/// What a checkpoint keeps when something else has changed meanwhile, and what is told when the host did not keep it.
@Suite struct GovernanceKeepingTests {
  private let shadow = SampleModel(
    version: "1.1.0", leaves: (10, 20), more: ",\"promote\":{\"evaluations\":3,\"agreement\":0.9}")
  private let other = SampleModel(version: "1.1.0", leaves: (10, 30))
  private let reference =
    #"{"rows":100,"features":[{"name":"pressure_mean","edges":[45,55],"shares":[0.3,0.4,0.3]}]}"#

  private func moved(_ governance: ModelGovernance, to next: ModelGovernance) throws {
    let state = StateWriter(reserving: 1024)
    governance.encode(into: state)
    var reader = StateReader(state.bytes[...])
    try next.restore(from: &reader)
    #expect(reader.isAtEnd)
  }

  @Test func versionWithOtherContentsKeepsItsDevicesAndCountsAnew() throws {
    let first = try ModelGovernance.of([("active", SampleModel(reference: reference)), ("shadow", shadow)])
    first.feed([10])
    let next = try ModelGovernance.of([("active", SampleModel()), ("shadow", shadow)])
    try moved(first, to: next)
    // The mean of 10 and 80 is below the step.
    #expect(next.feed([80], from: 2).map(\.point) == [10])
    #expect(next.models[0].trial?.agreement.evaluations == 1)
  }

  @Test func devicesGoWithTheNameOfTheirStream() throws {
    let first = try ModelGovernance.of([("active", SampleModel())])
    first.feed([10])
    let next = try ModelGovernance(files: [SampleModel.state()] + SampleModel().entries("active"))
    next.bind(stream: 0, name: "newcomer", columns: ["other", "pressure"])
    next.bind(stream: 1, name: "telemetry", columns: ["other", "pressure"])
    try moved(first, to: next)
    #expect(next.feed([80], stream: 0).map(\.point) == [20])
    #expect(next.feed([80], from: 2, stream: 1).map(\.point) == [10])
    let last = try ModelGovernance(files: [SampleModel.state()] + SampleModel().entries("active"))
    last.bind(stream: 0, name: "newcomer", columns: ["other", "pressure"])
    try moved(next, to: last)
    #expect(last.models[0].assets.count == 1)
  }

  @Test func twoVersionsThatAreBothTooSlowDoNotChangePlacesForEver() throws {
    let more = ",\"deadline_us\":100,\"rollback\":{\"window\":10,\"deadline_misses\":3}"
    let versions = [("active", SampleModel(version: "1.1.0", more: more)), ("previous", SampleModel(more: more))]
    let governance = try ModelGovernance.of(versions)
    var now: Int64 = 0
    let clock = { () -> Int64 in
      now += 500
      return now
    }
    governance.feed(Array(repeating: 80, count: 10), clockUs: clock)
    let events = governance.eventTexts
    #expect(events.map { $0.contains("\"kind\":\"rolled-back\"") } == [true, false], "\(events)")
    #expect(events.last?.contains("\"kind\":\"limit\"") == true)
    let next = try ModelGovernance.of(versions)
    try moved(governance, to: next)
    next.feed(Array(repeating: 80, count: 40), clockUs: clock)
    #expect(!next.eventTexts.contains { $0.contains("\"number\":2") })
    // Whoever says so goes back all the same.
    #expect(next.command(#"{"command":"rollback","model":"pump-life"}"#))
    #expect(next.feed([80], from: 99).map(\.version) == ["1.1.0"])
  }

  /// The store was changed while the agent was down: what is replayed is judged by who judged it before, and what comes by the new one.
  @Test func recordsThatAreReplayedAreJudgedByTheVersionOfThatTime() throws {
    let first = try ModelGovernance.of([("active", SampleModel()), ("shadow", other)])
    first.feed([80])
    let next = try ModelGovernance.of([("active", other), ("previous", SampleModel())])
    try moved(first, to: next)
    next.isReplaying = true
    #expect(next.feed([80, 80], from: 2).map(\.version) == ["1.0.0", "1.0.0"])
    #expect(!next.takeWishForCheckpoint())
    // Killed once more while it was brought to where it was.
    let again = try ModelGovernance.of([("active", other), ("previous", SampleModel())])
    try moved(next, to: again)
    again.isReplaying = true
    #expect(again.feed([80], from: 4).map(\.version) == ["1.0.0"])
    again.isReplaying = false
    #expect(again.feed([80], from: 5).map(\.version) == ["1.1.0"])
    #expect(again.takeWishForCheckpoint())
  }

  /// Where who judged them is gone, those that are there do.
  @Test func recordsThatAreReplayedAreJudgedByTheActiveVersionWhereTheOtherIsGone() throws {
    let first = try ModelGovernance.of([("active", SampleModel())])
    first.feed([80])
    let next = try ModelGovernance.of([("active", other)])
    try moved(first, to: next)
    next.isReplaying = true
    #expect(next.feed([80], from: 2).map(\.version) == ["1.1.0"])
  }

  /// A damaged file was mended while the agent was down: nobody had judged those records, and nobody does now.
  @Test func recordsThatNobodyJudgedStayUnjudged() throws {
    let first = try ModelGovernance.of([("active", SampleModel(goldenOutput: "point\n1\n2\n3\n4\n"))])
    #expect(first.feed([80]).isEmpty)
    let next = try ModelGovernance.of([("active", SampleModel())])
    try moved(first, to: next)
    next.isReplaying = true
    #expect(next.feed([80], from: 2).isEmpty)
    next.isReplaying = false
    #expect(next.feed([80], from: 3).map(\.version) == ["1.0.0"])
    #expect(next.takeWishForCheckpoint())
  }

  @Test func decisionsAboutAModelThatWasInstalledAnewAreNotOfIt() throws {
    let versions = [("active", SampleModel()), ("shadow", shadow)]
    let first = try ModelGovernance.of(versions, life: "one")
    #expect(first.command(#"{"command":"promote","model":"pump-life"}"#))
    let next = try ModelGovernance.of(versions, life: "two")
    try moved(first, to: next)
    #expect(next.feed([80]).map(\.version) == ["1.0.0"])
    #expect(next.eventTexts == [])
  }

  @Test func decisionThatTheStoreDoesNotHaveIsToldAgain() throws {
    let versions = [("active", SampleModel()), ("shadow", shadow)]
    let first = try ModelGovernance.of(versions)
    #expect(first.command(#"{"command":"promote","model":"pump-life"}"#))
    let next = try ModelGovernance.of(versions)
    try moved(first, to: next)
    next.feed([80])
    let events = next.eventTexts
    #expect(
      events.count == 1 && events[0].contains("\"number\":1,\"from\":\"1.0.0\",\"to\":\"1.1.0\",\"by\":\"command\""))
    next.feed([80], from: 2)
    #expect(next.eventTexts == [])
  }

  /// The records that are replayed after a restart were judged before, and what they told is there; what is found out at the start is not.
  @Test func whatIsFoundWhileRecordsAreReplayedIsToldAfterwards() throws {
    let governance = try ModelGovernance.of([
      ("active", SampleModel(version: "1.1.0", goldenOutput: "point\n1\n2\n3\n4\n")), ("previous", SampleModel()),
    ])
    governance.isReplaying = true
    #expect(governance.feed([80]).isEmpty)
    #expect(governance.takeEvents() == [] && !governance.takeWishForCheckpoint())
    governance.isReplaying = false
    #expect(governance.feed([80], from: 2).map(\.version) == ["1.0.0"])
    let events = governance.eventTexts
    #expect(events.count == 1 && events[0].contains("\"by\":\"golden\""), "\(events)")
    #expect(governance.takeWishForCheckpoint() && !governance.takeWishForCheckpoint())
  }

  @Test func memoryOfDevicesIsBoundedByWhatOneTakes() throws {
    let governance = try ModelGovernance.of([("active", SampleModel(featureCount: 60_000))])
    let model = governance.models[0]
    let bytes = model.tracks[0].plan.assetBytes
    #expect(bytes > 8 * 60_000)
    #expect(model.assets.limit == GovernanceLimits.assetsBytes / bytes)
    #expect(try ModelGovernance.of([("active", SampleModel())]).models[0].assets.limit == GovernanceLimits.assets)
  }
}
