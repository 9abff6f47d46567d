// When the deviation of many signals becomes an alarm, and when the alarm ends.
//
// It opens at the threshold. It ends when `clearCount` rows in a row were followed by one more that is below the threshold, or
// below `recoveredShare` of the greatest deviation of this alarm: after a fault that was put right a machine often runs on at a
// level that is a little different, and this is to be told as over. Then it opens again only where the deviation is
// `reopenFactor` times the least that it has been since, or has been below the threshold in between. So a score that dithers
// about the threshold is one alarm, and the rest of one that is over is none.

package struct DeviationAlarm: Equatable, Sendable {
  static let clearCount: UInt8 = 10
  static let recoveredShare = 0.15
  static let reopenFactor = 1.5

  package internal(set) var isOpen = false
  /// Greatest deviation of the open alarm.
  var greatest = 0.0
  /// Rows since it opened.
  package internal(set) var openCount: UInt32 = 0
  /// Rows in a row that are not in alarm.
  var clearRun: UInt8 = 0
  /// Least deviation since an alarm ended above the threshold; 0: it has been below.
  var rest = 0.0

  package init() {}

  mutating func observe(_ deviation: Double, threshold: Double) {
    if isOpen {
      greatest = max(greatest, deviation)
      if openCount < .max { openCount += 1 }
      guard deviation < max(threshold, Self.recoveredShare * greatest) else {
        clearRun = 0
        return
      }
      clearRun += 1
      guard clearRun > Self.clearCount else { return }
      self = DeviationAlarm()
      rest = deviation >= threshold ? deviation : 0
      return
    }
    if rest > 0 { rest = deviation < threshold ? 0 : min(rest, deviation) }
    guard deviation >= max(threshold, Self.reopenFactor * rest) else { return }
    self = DeviationAlarm()
    isOpen = true
    greatest = deviation
  }
}
