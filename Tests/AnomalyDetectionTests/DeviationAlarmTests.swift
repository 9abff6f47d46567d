import Testing

@testable import AnomalyDetection

@Suite struct DeviationAlarmTests {
  private func run(_ deviations: [Double]) -> [Bool] {
    var alarm = DeviationAlarm()
    return deviations.map {
      alarm.observe($0, threshold: 3)
      return alarm.isOpen
    }
  }

  @Test func aScoreThatDithersIsOneAlarm() {
    let states = run((0..<200).map { $0 % 7 == 0 ? 3.1 : 2.9 })
    #expect(states.allSatisfy { $0 })
  }

  @Test func itEndsAfterTenRowsAndOneMoreBelow() {
    let states = run([2, 3] + [Double](repeating: 2.9, count: 12))
    #expect(states == [false] + [Bool](repeating: true, count: 11) + [false, false])
  }

  @Test func whatIsLeftOfALargeOneIsOver() {
    let states = run([100] + [Double](repeating: 12, count: 11) + [12, 11, 13, 12])
    #expect(states[10] && !states[11] && !states[15])
    // It rises again from what was left: another alarm.
    #expect(run([100] + [Double](repeating: 12, count: 12) + [18]).last == true)
    // It was normal in between: an alarm at the threshold.
    #expect(run([100] + [Double](repeating: 12, count: 12) + [1, 3]).last == true)
  }

  @Test func aPlateauThatIsNotMuchLessStays() {
    #expect(run([100] + [Double](repeating: 20, count: 500)).last == true)
  }
}
