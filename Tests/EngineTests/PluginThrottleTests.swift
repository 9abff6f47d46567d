import PluginRuntime
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

  /// Four threads that spin on two processors, with one percent declared.
  @Test func pluginThatComputesWithoutBeingAskedIsBeyondItsShare() throws {
    var throttle = PluginThrottle(PluginLimits(cpuPercent: 1))
    var excess: PluginFailure?
    var nowMs: Int64 = 0
    while excess == nil, nowMs < 60_000 {
      nowMs += 250
      excess = throttle.idles(readMs: nowMs, cpuMs: nowMs * 2)
    }
    #expect(excess == .overworked(percent: 200, seconds: 10, limit: 1))
    #expect(nowMs <= 10_500)
    #expect(excess?.isExcess == true)
    #expect(
      excess.map { "\($0)" }
        == "it used 200 % of a processor for 10 s in which nothing was asked of it; cpu_percent = 1")
  }

  @Test func whatItUsesForItsBatchesIsNoExcess() {
    var throttle = PluginThrottle(PluginLimits(cpuPercent: 10))
    var (nowMs, cpuMs): (Int64, Int64) = (0, 0)
    while nowMs < 600_000 {
      throttle.asked()
      (nowMs, cpuMs) = (nowMs + 200, cpuMs + 400)
      let until = nowMs + throttle.pauseMs(nowMs: nowMs, cpuMs: cpuMs, records: 1, bytes: 1)
      while nowMs < until {
        nowMs += min(250, until - nowMs)
        #expect(throttle.idles(readMs: nowMs, cpuMs: cpuMs) == nil)
      }
    }
  }

  /// Thirty seconds of its own work in each two minutes are a quarter.
  @Test func whatAMinuteAllowsIsNoExcess() {
    var throttle = PluginThrottle(PluginLimits(cpuPercent: 50))
    var cpuMs: Int64 = 0
    for step in Int64(0)..<2400 {
      if step % 480 < 120 { cpuMs += 250 }
      #expect(throttle.idles(readMs: step * 250, cpuMs: cpuMs) == nil)
    }
  }

  @Test func spinningBetweenBatchesIsAnExcessToo() {
    var throttle = PluginThrottle(PluginLimits(cpuPercent: 50))
    var excess: PluginFailure?
    var nowMs: Int64 = 0
    while excess == nil, nowMs < 120_000 {
      throttle.asked()
      nowMs += 20
      let until = nowMs + throttle.pauseMs(nowMs: nowMs, cpuMs: nowMs * 2, records: 1, bytes: 1)
      while nowMs < until, excess == nil {
        nowMs += min(250, until - nowMs)
        excess = throttle.idles(readMs: nowMs, cpuMs: nowMs * 2)
      }
    }
    #expect(excess != nil && nowMs < 60_000)
  }
}
