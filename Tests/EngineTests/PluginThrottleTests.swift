import Records
import Testing

@testable import Engine

@Suite struct PluginThrottleTests {
  @Test func pluginWithinItsShareNeverWaits() {
    var throttle = PluginThrottle(PluginLimits(cpuPercent: 50))
    for second in Int64(0)..<1000 {
      #expect(throttle.pauseMs(nowMs: second * 1000, cpuMs: second * 400, records: 10, bytes: 1000) == 0)
    }
  }

  @Test func pluginThatTakesAllOfACoreIsHeldToItsShare() {
    var throttle = PluginThrottle(PluginLimits(cpuPercent: 20))
    var (nowMs, cpuMs): (Int64, Int64) = (0, 0)
    while nowMs < 3_600_000 {
      nowMs += 100
      cpuMs += 100
      nowMs += throttle.pauseMs(nowMs: nowMs, cpuMs: cpuMs, records: 0, bytes: 0)
    }
    let share = Double(cpuMs) / Double(nowMs)
    #expect(share > 0.19 && share < 0.22)
  }

  @Test func outputsBeyondTheRateAreSpreadOverTime() {
    var throttle = PluginThrottle(PluginLimits(outputRecordsPerS: 1000, outputKbPerS: 1024))
    var (nowMs, records): (Int64, Int) = (0, 0)
    while records < 100_000 {
      records += 500
      nowMs += 1 + throttle.pauseMs(nowMs: nowMs, cpuMs: 0, records: 500, bytes: 500)
    }
    #expect(nowMs > 97_000 && nowMs < 101_000)
  }

  @Test func newProcessBeginsWithoutTheTimeOfTheOldOne() {
    var throttle = PluginThrottle(PluginLimits(cpuPercent: 10))
    _ = throttle.pauseMs(nowMs: 0, cpuMs: 0, records: 0, bytes: 0)
    _ = throttle.pauseMs(nowMs: 60_000, cpuMs: 5000, records: 0, bytes: 0)
    throttle.restarted()
    #expect(throttle.pauseMs(nowMs: 60_001, cpuMs: 10, records: 0, bytes: 0) == 0)
  }

  @Test func rateIsKeptAlsoWhereOneBatchIsWorthMinutes() {
    var throttle = PluginThrottle(PluginLimits(outputRecordsPerS: 1))
    var (nowMs, records): (Int64, Int) = (0, 0)
    while records < 10_000 {
      records += 500
      nowMs += 1 + throttle.pauseMs(nowMs: nowMs, cpuMs: 0, records: 500, bytes: 500)
    }
    #expect(nowMs > 9_400_000)
  }
}
