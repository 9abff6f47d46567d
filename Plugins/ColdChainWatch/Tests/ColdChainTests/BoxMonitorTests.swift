import ColdChain
import Testing

private let second: Int64 = 1_000_000_000

private func rules(openAfter: Int64 = 600, clearAfter: Int64 = 120, gap: Int64 = 300) -> BoxRules {
  func rule(_ direction: ExcursionRule.Direction, _ limit: Double) -> ExcursionRule {
    ExcursionRule(
      direction, limit: limit, hysteresis: 0.5, openAfterNs: openAfter * second, clearAfterNs: clearAfter * second,
      updateEveryNs: 3600 * second, updateStep: 2)
  }
  return BoxRules(
    high: rule(.above, 8), low: rule(.below, 2), kinetic: rule(.above, 1000), gapNs: gap * second,
    windowNs: 86_400 * second, summaryNs: 3600 * second, activationEnergy: 83.144, sensor: -90...90)
}

/// What a box says to samples at (second, temperature), as short text.
private func said(_ samples: [(Int64, Double)], _ rules: BoxRules) -> [String] {
  var box = BoxMonitor(rules)
  var events: [BoxEvent] = []
  var lines: [String] = []
  for (i, (time, value)) in samples.enumerated() {
    events.removeAll()
    box.take(value, atNs: time * second, sequence: UInt64(i + 1), rules: rules, into: &events)
    for event in events {
      switch event {
      case .limit(let limit, let change, let excursion):
        lines.append("\(time) \(limit) \(change) \(excursion.extreme) \(excursion.durationNs / second)")
      case .gap(let from, let to): lines.append("\(time) gap \(from / second)-\(to / second)")
      case .bad(let bad): lines.append("\(time) \(bad)")
      case .clockSetBack: lines.append("\(time) set back")
      case .summary(let summary):
        lines.append(
          "\(time) summary \(summary.samples) \(summary.bad) \(summary.gaps) \(summary.least)-\(summary.greatest)")
      }
    }
  }
  return lines
}

@Suite struct BoxMonitorTests {
  @Test func excursionOpensAfterItsTimeAndClearsByHysteresis() {
    let values = [5, 9, 9, 9.5, 8.5, 7.8, 7.4, 7.4, 7.4]
    let lines = said(values.enumerated().map { (Int64($0.offset) * 200, $0.element) }, rules())
    #expect(lines == ["800 high opened 9.5 600", "1400 high cleared 9.5 1200"])
  }

  @Test func shortVisitBeyondTheLimitIsNoAlert() {
    let lines = said([(0, 5), (200, 9), (400, 9), (600, 7.9), (800, 9), (1000, 9), (1200, 8)], rules())
    #expect(lines == [])
  }

  @Test func limitItselfIsStillGood() {
    #expect(said((0..<20).map { (Int64($0) * 100, $0 % 2 == 0 ? 8 : 2) }, rules(openAfter: 0)) == [])
  }

  @Test func coldIsAnExcursionToo() {
    let lines = said([(0, 1.9), (300, 0), (600, -1), (900, 2.4), (1200, 2.5), (1500, 2.5)], rules())
    #expect(lines == ["600 low opened -1.0 600", "1500 low cleared -1.0 1500"])
  }

  @Test func openAlertIsToldAgainSparingly() {
    let values = (0..<40).map { (Int64($0) * 300, $0 < 20 ? 9.0 : $0 < 30 ? 11.5 : 9.0) }
    let lines = said(values, rules()).filter { !$0.contains("summary") }
    #expect(
      lines == [
        "600 high opened 9.0 600", "4200 high updated 9.0 4200", "6000 high updated 11.5 6000",
        "9600 high updated 11.5 9600",
      ])
  }

  @Test func timeOfAGapIsNotCounted() {
    let lines = said([(0, 9), (200, 9), (4000, 9), (4200, 9), (4400, 9)], rules()).filter { !$0.contains("summary") }
    #expect(lines == ["4000 gap 200-4000", "4400 high opened 9.0 600"])
  }

  @Test func badSamplesChangeNothing() {
    let good: [(Int64, Double)] = [(0, 9), (200, 9), (400, 9), (600, 9)]
    let bad: [(Int64, Double)] = [
      (0, 9), (100, .nan), (200, 9), (210, 91), (220, -91), (230, .infinity), (400, 9), (399, 5), (-5, 5), (600, 9),
    ]
    let lines = said(bad, rules())
    #expect(
      lines == [
        "100 missing", "210 outOfRange", "220 outOfRange", "230 outOfRange", "399 backwards", "-5 implausibleTime",
        "600 high opened 9.0 600",
      ])
    #expect(said(good, rules()) == [lines.last!])
  }

  @Test func clockThatWasSetBackIsBelievedAtTheThirdSample() {
    let lines = said(
      [(10_000, 5), (10_100, 5), (100, 9), (200, 9), (300, 9), (500, 9), (700, 9), (900, 9)], rules(clearAfter: 0))
    #expect(
      lines == [
        "100 backwards", "200 backwards", "300 set back", "300 summary 2 2 0 5.0-5.0", "900 high opened 9.0 600",
      ])
    // One that only stutters is not.
    #expect(
      said([(1000, 5), (900, 9), (800, 9), (700, 9), (600, 9)], rules()).allSatisfy { $0.hasSuffix("backwards") })
  }

  @Test func periodsAreSummedUp() {
    let lines = said((0...24).map { (Int64($0) * 300, 4 + Double($0 % 3)) }, rules())
    #expect(lines == ["3600 summary 12 0 0 4.0-6.0", "7200 summary 12 0 0 4.0-6.0"])
  }

  /// Alerts of a box whose samples are even, by the definition alone: runs of values beyond the limit.
  @Test func randomHistoriesOpenWhenTheDefinitionSays() {
    let seed = SeededNumbers.seed(default: 72)
    var opened = 0
    for life in 0..<200 as Range<UInt64> {
      var numbers = SeededNumbers(seed &+ life)
      var level = 5.0
      let values = (0..<300).map { _ in
        level += numbers.gaussian()
        level = min(12, max(-2, level))
        return level
      }
      let need = Int64.random(in: 0...8, using: &numbers)
      let rules = rules(openAfter: need * 100, clearAfter: 0)
      let lines = said(values.enumerated().map { (Int64($0.offset) * 100, $0.element) }, rules)
      let expected = openings(values, need: Int(need), high: true) + openings(values, need: Int(need), high: false)
      let found = lines.filter { $0.contains("opened") }.map { Int64($0.split(separator: " ")[0])! }
      #expect(found.sorted() == expected.map { Int64($0) * 100 }.sorted(), "seed \(seed &+ life)")
      opened += found.count
    }
    #expect(opened > 1000)
  }

  private func openings(_ values: [Double], need: Int, high: Bool) -> [Int] {
    var run = 0
    var isOpen = false
    var found: [Int] = []
    for (i, value) in values.enumerated() {
      if isOpen {
        if high ? value <= 7.5 : value >= 2.5 { (isOpen, run) = (false, 0) }
        continue
      }
      run = (high ? value > 8 : value < 2) ? run + 1 : 0
      if run > need {
        found.append(i)
        isOpen = true
      }
    }
    return found
  }
}
