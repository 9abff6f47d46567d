import Testing

@testable import MQTTFeed

/// A generator that always gives the same word.
private struct Constant: RandomNumberGenerator {
  var word: UInt64
  mutating func next() -> UInt64 { word }
}

@Suite struct SessionStateTests {
  @Test func connectsAtOnceAndWaitsAfterAFailure() {
    var state = SessionState(nowMs: 100, backoffMinMs: 200, backoffMaxMs: 1000)
    #expect(state.shouldConnect(nowMs: 100))
    state.connecting(nowMs: 100)
    #expect(!state.shouldConnect(nowMs: 100))
    var highest = Constant(word: .max)
    var waits: [Int64] = []
    for _ in 0..<6 {
      state.lost(nowMs: 0, random: &highest)
      if case .waiting(let until) = state.phase { waits.append(until) }
    }
    #expect(waits == [200, 400, 800, 1000, 1000, 1000])
    #expect(state.reconnects == 0)
  }

  @Test func jitterIsFullAndNeverBeyondTheCeiling() {
    var random = SystemRandomNumberGenerator()
    var lowest = Int64.max
    var highest = Int64.min
    for _ in 0..<2000 {
      var state = SessionState(nowMs: 0, backoffMinMs: 100, backoffMaxMs: 100)
      state.lost(nowMs: 1000, random: &random)
      guard case .waiting(let until) = state.phase else { continue }
      lowest = min(lowest, until)
      highest = max(highest, until)
    }
    #expect(lowest >= 1000 && lowest < 1010)
    #expect(highest <= 1100 && highest > 1090)
  }

  @Test func stableConnectionStartsTheBackoffAnewAnUnstableOneDoesNot() {
    var highest = Constant(word: .max)
    var state = SessionState(nowMs: 0, backoffMinMs: 100, backoffMaxMs: 10_000)
    for _ in 0..<4 { state.lost(nowMs: 0, random: &highest) }
    state.connecting(nowMs: 0)
    state.connected(nowMs: 0)
    state.lost(nowMs: SessionState.stableMs - 1, random: &highest)
    #expect(state.phase == .waiting(untilMs: SessionState.stableMs - 1 + 1600))
    state.connecting(nowMs: 20_000)
    state.connected(nowMs: 20_000)
    state.lost(nowMs: 20_000 + SessionState.stableMs, random: &highest)
    #expect(state.phase == .waiting(untilMs: 20_000 + SessionState.stableMs + 100))
    #expect(state.reconnects == 2)
  }

  @Test func connectThatIsNotAnsweredTimesOut() {
    var state = SessionState(nowMs: 0, backoffMinMs: 1, backoffMaxMs: 1)
    state.connecting(nowMs: 5)
    #expect(!state.hasTimedOut(nowMs: 5 + SessionState.answerTimeoutMs - 1))
    #expect(state.hasTimedOut(nowMs: 5 + SessionState.answerTimeoutMs))
    state.connected(nowMs: 6)
    #expect(!state.hasTimedOut(nowMs: .max))
  }

  @Test func stoppedStaysStopped() {
    var state = SessionState(nowMs: 0, backoffMinMs: 1, backoffMaxMs: 1)
    var random = SystemRandomNumberGenerator()
    state.stop()
    state.lost(nowMs: 1, random: &random)
    #expect(state.phase == .stopped)
    #expect(state.nextWakeMs == nil)
  }
}
