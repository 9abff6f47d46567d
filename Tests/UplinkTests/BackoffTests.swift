import Seeded
import Testing

@testable import Uplink

struct BackoffTests {
  @Test func everyDelayLiesBetweenOneAndTheCeiling() {
    var random = SeededNumbers()
    for (least, most): (Int64, Int64) in [(1, 1), (500, 60_000), (250, 300), (1000, 86_400_000)] {
      var backoff = Backoff(minMs: least, maxMs: most)
      for failure in 0..<100 {
        let ceiling = failure < 40 ? min(least << Int64(failure), most) : most
        #expect(backoff.ceilingMs == ceiling)
        let delay = backoff.nextDelayMs(random: random.next())
        #expect((1...ceiling).contains(delay))
      }
    }
  }

  @Test func jitterReachesBothEndsOfItsRange() {
    var backoff = Backoff(minMs: 1000, maxMs: 1000)
    #expect(backoff.nextDelayMs(random: 0) == 1)
    #expect(backoff.nextDelayMs(random: .max) == 1000)
  }

  @Test func jitterIsUniform() {
    var random = SeededNumbers()
    var backoff = Backoff(minMs: 1000, maxMs: 1000)
    var tenths = [Int](repeating: 0, count: 10)
    for _ in 0..<20_000 { tenths[Int((backoff.nextDelayMs(random: random.next()) - 1) / 100)] += 1 }
    // 2000 expected in each, standard deviation 42: six of them.
    for count in tenths { #expect((1750...2250).contains(count)) }
  }

  @Test func ceilingStartsAgainAfterSuccess() {
    var backoff = Backoff(minMs: 500, maxMs: 60_000)
    for _ in 0..<10 { _ = backoff.nextDelayMs(random: 1) }
    #expect(backoff.ceilingMs == 60_000)
    backoff.reset()
    #expect(backoff.ceilingMs == 500)
  }
}

struct ByteBudgetTests {
  /// Sends whenever it may, segments of random size up to an eighth of a second's bytes.
  @Test func bytesOfAnySpanStayWithinFivePercentOfTheBudget() {
    var random = SeededNumbers()
    for rate in [1000, 50_000, 10_000_000] {
      var budget = ByteBudget(bytesPerS: rate, at: 0)
      var now: Int64 = 0
      var sent = 0
      while now < 60_000 {
        let ready = budget.readyMs(at: now)
        #expect(ready - now <= 1000)
        if ready > now {
          now = ready
          continue
        }
        let bytes = Int.random(in: 1...max(rate / 8, 1), using: &random)
        budget.charge(bytes, at: now)
        sent += bytes
      }
      let expected = rate * 60
      #expect(abs(sent - expected) <= expected / 20)
    }
  }

  @Test func idleTimeSavesAQuarterOfASecondAtMost() {
    var budget = ByteBudget(bytesPerS: 1000, at: 0)
    #expect(budget.readyMs(at: 3_600_000) == 3_600_000)
    budget.charge(250, at: 3_600_000)
    #expect(budget.readyMs(at: 3_600_000) == 3_600_000)
    budget.charge(1, at: 3_600_000)
    #expect(budget.readyMs(at: 3_600_000) == 3_600_001)
  }

  @Test func clockThatStandsStillGivesNothing() {
    var budget = ByteBudget(bytesPerS: 1000, at: 10)
    budget.charge(1000, at: 10)
    #expect(budget.readyMs(at: 10) == 1010)
    #expect(budget.readyMs(at: 5) == 1005)
    #expect(budget.readyMs(at: 10) == 1010)
  }
}
