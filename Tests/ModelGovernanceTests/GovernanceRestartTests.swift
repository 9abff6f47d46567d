import StateCoding
import Testing

@testable import ModelGovernance

@Suite struct GovernanceRestartTests {
  private let versions: [(stage: String, model: SampleModel)] = [
    ("active", SampleModel()),
    (
      "shadow",
      SampleModel(
        version: "1.1.0", leaves: (10, 21),
        more: ",\"agreement\":{\"within\":2},\"promote\":{\"evaluations\":37,\"agreement\":0.5},\"compare_every\":11")
    ),
  ]

  private func restarted(_ governance: ModelGovernance, decided: Int = 0) throws -> ModelGovernance {
    let state = StateWriter(reserving: 1024)
    governance.encode(into: state)
    let next = try ModelGovernance.of(versions, decided: decided)
    var reader = StateReader(state.bytes[...])
    try next.restore(from: &reader)
    #expect(reader.isAtEnd)
    return next
  }

  /// The store still says what it said: the decisions of the checkpoint hold.
  @Test func restartAtAnyPointGivesTheSameVerdictsAndEvents() throws {
    let values = (0..<80).map { Double(($0 * 37) % 101) }
    let whole = try ModelGovernance.of(versions)
    var expected: [Judged] = []
    var expectedEvents: [String] = []
    for (index, value) in values.enumerated() {
      expected += whole.feed([value], from: UInt64(index + 1), source: UInt32(index % 3))
      expectedEvents += whole.eventTexts
    }
    #expect(Set(expected.map(\.version)) == ["1.0.0", "1.1.0"])
    for cut in stride(from: 0, through: 80, by: 5) {
      var governance = try ModelGovernance.of(versions)
      var judged: [Judged] = []
      var events: [String] = []
      for (index, value) in values.enumerated() {
        if index == cut { governance = try restarted(governance) }
        judged += governance.feed([value], from: UInt64(index + 1), source: UInt32(index % 3))
        events += governance.eventTexts.filter { !$0.contains("the store has not taken it") }
      }
      #expect(judged == expected, "cut at \(cut)")
      #expect(events == expectedEvents, "cut at \(cut)")
    }
  }

  private static let promotion =
    #"{"revision":4,"time":"2026-11-29T21:00:00Z","kind":"promoted","version":"1.1.0","from":"1.0.0","reason":"it is better"}"#
  private static let rollback =
    #"{"revision":5,"time":"2026-11-29T22:00:00Z","kind":"rolled-back","version":"1.0.0","from":"1.1.0","reason":""}"#

  private func reopened(
    _ state: [UInt8]?, revision: Int, changes: [String], life: String = "1", isActiveSecond: Bool = true
  ) throws -> ModelGovernance {
    let (first, second) = (versions[0].model, versions[1].model)
    let next = try ModelGovernance.of(
      [("active", isActiveSecond ? second : first), ("previous", isActiveSecond ? first : second)], life: life,
      revision: revision, changes: changes.joined(separator: ","))
    guard let state else { return next }
    var reader = StateReader(state[...])
    try next.restore(from: &reader)
    return next
  }

  private func state(of governance: ModelGovernance) -> [UInt8] {
    let state = StateWriter(reserving: 1024)
    governance.encode(into: state)
    return state.bytes
  }

  /// `crossdock model promote` and `model rollback` change the store first: the instance tells of it with its first new record.
  @Test func changeOfTheStoreByACommandIsToldOnce() throws {
    let before = try ModelGovernance.of(versions, life: "1", revision: 3)
    before.feed([40])
    let old = state(of: before)
    // Opened twice from the checkpoint of before: a kill came before the first commit, and nothing of it was kept.
    for _ in 0..<2 {
      let next = try reopened(old, revision: 4, changes: [Self.promotion])
      next.isReplaying = true
      next.feed([41], from: 2)
      #expect(next.eventTexts.isEmpty && !next.takeWishForCheckpoint())
      next.isReplaying = false
      next.feed([80], from: 3)
      let told = next.eventTexts
      #expect(told.count == 1, "\(told)")
      for part in [
        #""kind":"promoted""#, #""from":"1.0.0""#, #""to":"1.1.0""#, #""by":"command""#, #""reason":"it is better""#,
        #""evidence":{"revision":4,"time":"2026-11-29T21:00:00Z"}"#, #""first":3"#,
      ] { #expect(told.first?.contains(part) == true, "\(part) in \(told)") }
      // The store has it already: it is no decision that the agent has to write there.
      #expect(told.first?.contains("\"number\"") == false)
      #expect(next.takeWishForCheckpoint())
      let again = try reopened(state(of: next), revision: 4, changes: [Self.promotion])
      again.feed([80], from: 4)
      #expect(again.eventTexts.isEmpty)
      let back = try reopened(
        state(of: again), revision: 5, changes: [Self.promotion, Self.rollback], isActiveSecond: false)
      back.feed([80], from: 5)
      let second = back.eventTexts
      #expect(second.count == 1 && second.first?.contains("\"rolled-back\"") == true, "\(second)")
    }
    // Both while the agent was down.
    let both = try reopened(old, revision: 5, changes: [Self.promotion, Self.rollback], isActiveSecond: false)
    both.feed([80], from: 3)
    #expect(both.eventTexts.count == 2)
    // Without a checkpoint nobody knows what has been told.
    let new = try reopened(nil, revision: 5, changes: [Self.promotion, Self.rollback], isActiveSecond: false)
    new.feed([80])
    #expect(new.eventTexts.isEmpty)
  }

  @Test func decisionThatTheStoreHasIsNotTakenTwice() throws {
    let governance = try ModelGovernance.of(versions)
    #expect(governance.command(#"{"command":"promote","model":"pump-life"}"#))
    let state = StateWriter(reserving: 1024)
    governance.encode(into: state)
    // The store has it: the same two versions, one step on.
    let next = try ModelGovernance.of([("active", versions[1].model), ("previous", versions[0].model)], decided: 1)
    var reader = StateReader(state.bytes[...])
    try next.restore(from: &reader)
    #expect(next.feed([80]).map(\.version) == ["1.1.0"])
    #expect(next.command(#"{"command":"rollback","model":"pump-life"}"#))
    #expect(next.eventTexts.last?.contains("\"number\":2") == true)
  }

  @Test func decisionThatNoLongerFitsChangesNothing() throws {
    let governance = try ModelGovernance.of(versions)
    #expect(governance.command(#"{"command":"promote","model":"pump-life"}"#))
    let state = StateWriter(reserving: 1024)
    governance.encode(into: state)
    // Meanwhile somebody has taken another version into use.
    let other = SampleModel(version: "3.0.0", leaves: (1, 2))
    let next = try ModelGovernance.of([("active", other), ("previous", versions[0].model)])
    var reader = StateReader(state.bytes[...])
    try next.restore(from: &reader)
    #expect(next.feed([80]).map(\.version) == ["3.0.0"])
  }

  @Test func damagedStateIsAnErrorAndNeverATrap() throws {
    let governance = try ModelGovernance.of(versions)
    governance.feed([40, 60, 80])
    let state = StateWriter(reserving: 1024)
    governance.encode(into: state)
    let bytes = state.bytes
    for count in stride(from: 0, to: bytes.count, by: 23) {
      let next = try ModelGovernance.of(versions)
      var reader = StateReader(bytes[..<count])
      #expect(throws: (any Error).self) { try next.restore(from: &reader) }
    }
    var refused = 0
    for place in stride(from: 0, to: bytes.count, by: 11) {
      var changed = bytes
      changed[place] ^= 0x81
      let next = try ModelGovernance.of(versions)
      var reader = StateReader(changed[...])
      if (try? next.restore(from: &reader)) == nil { refused += 1 }
    }
    #expect(refused > 0)
  }
}
