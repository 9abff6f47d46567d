import ConditionMonitoring
import Seeded
import Testing

@Suite struct AlarmStateTests {
  private let thresholds = AlarmState.Thresholds()

  /// Feeds scores with sequences 1, 2, …; returns the transitions with their sequences.
  private func transitions(
    _ scores: [Double], _ thresholds: AlarmState.Thresholds? = nil, _ alarm: inout AlarmState
  ) -> [(UInt64, AlarmState.Transition)] {
    scores.enumerated().compactMap { i, score in
      alarm.observe(score: score, sequence: UInt64(i + 1), thresholds ?? self.thresholds).map { (UInt64(i + 1), $0) }
    }
  }

  @Test func twoDeviationsOfFiveAreNotAnAlert() {
    var alarm = AlarmState()
    let scores: [Double] = (0..<1000).map { [0, 9, 0, 9, 0][$0 % 5] }
    // …9 0 9 0 0 9…: never three within five.
    #expect(transitions(scores, nil, &alarm).isEmpty)
  }

  @Test func threeOfFiveOpenAnAlertWithItsRange() {
    var alarm = AlarmState()
    let found = transitions([0, 0, 7, 0, 7, 0, 7], nil, &alarm)
    #expect(found.map(\.0) == [7] && found.map(\.1) == [.opened])
    #expect(alarm.severity == .warning)
    #expect(alarm.firstSequence == 3 && alarm.openedSequence == 7 && alarm.lastSequence == 7)
  }

  @Test func criticalScoresOpenAsCriticalAndLaterOnesEscalate() {
    var atOnce = AlarmState()
    #expect(transitions([20, 20, 20], nil, &atOnce).map(\.1) == [.opened])
    #expect(atOnce.severity == .critical)
    var later = AlarmState()
    let found = transitions([7, 7, 7, 20, 20, 20, 7, 7, 7], nil, &later)
    #expect(found.map(\.0) == [3, 6] && found.map(\.1) == [.opened, .escalated])
    #expect(later.severity == .critical)
  }

  @Test func scoreBetweenClearAndWarningKeepsTheAlertOpen() {
    var alarm = AlarmState()
    let found = transitions([7, 7, 7] + Array(repeating: 4, count: 10_000), nil, &alarm)
    #expect(found.map(\.1) == [.opened])
    #expect(alarm.isOpen)
  }

  @Test func tenRecoveredValuesInARowClearAndThenRefractoryHolds() {
    var alarm = AlarmState()
    let recovering = [7.0, 7, 7] + Array(repeating: 1.0, count: 9) + [4] + Array(repeating: 1.0, count: 10)
    #expect(transitions(recovering, nil, &alarm).map(\.0) == [3, 23])
    let again = transitions(Array(repeating: 7, count: 40), nil, &alarm)
    #expect(again.map(\.0) == [31] && again.map(\.1) == [.opened])
  }

  @Test func ditheringScoreOpensAtMostOneAlertEachRefractoryPeriod() {
    var numbers = SeededNumbers(default: 6)
    var alarm = AlarmState()
    let scores = (0..<100_000).map { _ in numbers.uniform() * 12 }
    let opened = transitions(scores, nil, &alarm).filter { $0.1 == .opened }.map(\.0)
    #expect(!opened.isEmpty)
    for (a, b) in zip(opened, opened.dropFirst()) {
      #expect(b - a > UInt64(thresholds.refractoryCount + thresholds.clearCount))
    }
  }

  @Test func relearnCountEndsAnAlertThatStays() {
    var relearning = thresholds
    relearning.relearnCount = 100
    var alarm = AlarmState()
    let found = transitions(Array(repeating: 8, count: 103), relearning, &alarm)
    #expect(found.map(\.1) == [.opened, .relearned] && found.map(\.0) == [3, 103])
  }

  @Test func transitionsAlternateWhateverTheScores() {
    var numbers = SeededNumbers(default: 7)
    for _ in 0..<200 {
      var alarm = AlarmState()
      var level = 0.0
      var isOpen = false
      for sequence in 1...500 as ClosedRange<UInt64> {
        if numbers.uniform() < 0.05 { level = numbers.uniform() * 20 }
        let transition = alarm.observe(score: level + numbers.pairedGaussian(), sequence: sequence, thresholds)
        switch transition {
        case .opened:
          #expect(!isOpen)
          isOpen = true
        case .escalated: #expect(isOpen && alarm.severity == .critical)
        case .cleared, .relearned:
          #expect(isOpen)
          isOpen = false
        case nil: break
        }
        #expect(alarm.isOpen == isOpen)
      }
    }
  }

  @Test func healthFallsFromOneThroughAHalfAtCritical() {
    #expect(AlarmState.health(score: -5, thresholds) == 1)
    #expect(AlarmState.health(score: 0, thresholds) == 1)
    #expect(AlarmState.health(score: 12, thresholds) == 0.5)
    #expect(AlarmState.health(score: 1e6, thresholds) < 1e-6)
  }
}
