import ConditionMonitoring
import Seeded
import Testing

@testable import PredictiveMaintenance

@Suite struct GroupMonitorTests {
  /// Columns that have moved for good: with `relearn_count` their alert ends once, and what they are now is the new normal.
  @Test func whatIsRelearnedIsNotTheNextAlert() throws {
    var numbers = SeededNumbers(default: 17)
    var thresholds = AlarmState.Thresholds()
    thresholds.relearnCount = 200
    let monitor = try #require(GroupMonitor([.multivariate], columnCount: 2, nil))
    var transitions: [AlarmState.Transition] = []
    for i in 0..<3000 {
      let level = i < 600 ? 0.0 : 50
      let row = [level + numbers.gaussian(), level + numbers.gaussian()]
      let reading = row.withUnsafeBufferPointer { monitor.observe($0, sequence: UInt64(i), thresholds) }
      if let transition = reading.transition { transitions.append(transition) }
    }
    #expect(transitions == [.opened, .relearned])
  }
}
