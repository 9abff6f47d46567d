import Records
import Testing

@testable import PluginBundles

/// The state of a model at any time of its history is what it was then.
@Suite struct ModelPastTests {
  private func version(_ text: String) throws -> SemanticVersion { try #require(SemanticVersion(text)) }

  private func install(_ state: inout ModelState, _ text: String, _ stage: ModelState.Stage, _ nowNs: Int64) throws {
    state.install(
      StoredVersion(version: try version(text), key: nil, installedNs: nowNs), as: stage, .init(nowNs: nowNs))
  }

  @Test func everyStateOfTheHistoryComesBack() throws {
    var state = ModelState(life: "1")
    var then: [ModelState] = []
    try install(&state, "1.0.0", .active, 10)
    then.append(state)
    try install(&state, "1.1.0", .shadow, 20)
    then.append(state)
    let promoted = ModelDecision(
      instance: "gov", number: 1, kind: .promoted, from: try version("1.0.0"), to: try version("1.1.0"), by: "rule",
      reason: "")
    let isTaken = state.apply(promoted, nowNs: 30)
    #expect(isTaken)
    then.append(state)
    try state.rollBack("m", .init(nowNs: 40))
    then.append(state)
    try install(&state, "1.2.0", .staged, 50)
    then.append(state)
    _ = try state.promote("m", .init(nowNs: 60))
    then.append(state)
    _ = try state.promote("m", .init(nowNs: 70))
    then.append(state)
    try state.drop("m", try version("1.0.0"), .init(nowNs: 80))
    then.append(state)
    for (i, expected) in then.enumerated() {
      for timeNs in [10 * Int64(i + 1), 10 * Int64(i + 1) + 9] {
        let past = try #require(state.asOf(timeNs))
        #expect(past.revision == expected.revision)
        #expect(past.kept == expected.kept, "\(timeNs)")
        for stage in ModelState.Stage.allCases { #expect(past[stage] == expected[stage], "\(stage) at \(timeNs)") }
        #expect(past.decided["gov"] ?? 0 == expected.decided["gov"] ?? 0, "\(timeNs)")
      }
    }
    #expect(state.asOf(0)?.active == then[0].active)
  }

  @Test func aHistoryThatIsNotWholeSaysNothing() throws {
    var state = ModelState(life: "1")
    try install(&state, "1.0.0", .active, 10)
    try install(&state, "1.1.0", .active, 20)
    for i in 0..<ModelState.maxHistory { try state.rollBack("m", .init(nowNs: 30 + Int64(i))) }
    #expect(state.asOf(25) == nil)
  }
}
