import Testing

@testable import PluginRuntime

@Suite struct SupervisionTests {
  @Test func pauseGrowsWithEachFailureInARowAndASuccessSetsItBack() {
    var state = SupervisionState(nowMs: 0)
    state.started()
    var pauses: [Int64] = []
    for _ in 0..<4 {
      state.failed("crash", nowMs: 1000)
      guard case .waiting(let until) = state.phase else { Issue.record("\(state.phase)"); return }
      pauses.append(until - 1000)
      state.started()
    }
    #expect(pauses == [50, 100, 200, 400])
    state.succeeded()
    state.failed("crash", nowMs: 2000)
    #expect(state.phase == .waiting(untilMs: 2050))
    #expect(state.restarts == 4)
    #expect(state.failures == 5)
  }

  @Test func tooManyFailuresInARowParkIt() {
    var state = SupervisionState(nowMs: 0)
    for _ in 1...SupervisionState.maxFailuresInARow {
      state.started()
      state.failed("crash", nowMs: 0)
    }
    #expect(state.phase == .parked("failed 10 times in a row, last: crash"))
  }

  @Test func failuresThatASuccessSeparatesParkItWhenThereAreTooManyInAnHour() {
    var state = SupervisionState(nowMs: 0)
    for number in 0..<Int64(SupervisionState.maxFailuresPerHour) {
      #expect(state.phase != .parked(""))
      state.started()
      state.succeeded()
      state.failed("poison", nowMs: number * 1000)
    }
    #expect(state.phase == .parked("failed 100 times within an hour, last: poison"))
  }

  @Test func failuresOfAnEarlierHourDoNotCount() {
    var state = SupervisionState(nowMs: 0)
    for number in 0..<Int64(500) {
      state.started()
      state.succeeded()
      state.failed("poison", nowMs: number * 60_000)
    }
    guard case .waiting = state.phase else { Issue.record("\(state.phase)"); return }
  }

  @Test func noSuccessExcusesTakingWhatIsNotItsOwn() {
    var state = SupervisionState(nowMs: 0)
    var pauses: [Int64] = []
    for number in 1...Int64(SupervisionState.maxExcessesPerHour) {
      state.started()
      state.succeeded()
      state.failed("it spins", nowMs: number * 100_000, isExcess: true)
      if case .waiting(let until) = state.phase { pauses.append(until - number * 100_000) }
    }
    #expect(pauses == [1000, 2000, 4000, 8000])
    #expect(state.phase == .parked("took more than it may 5 times within an hour, last: it spins"))
  }
}
