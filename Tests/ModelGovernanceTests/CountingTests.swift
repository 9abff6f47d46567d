import Testing

@testable import ModelGovernance

@Suite struct CountingTests {
  @Test func quantilesOfTimesAreWithinATwelfth() {
    var times = EvaluationTimes()
    #expect(times.quantileUs(0.5) == nil)
    for us in 1...10_000 as ClosedRange<Int64> { times.add(us: us) }
    for share in [0.01, 0.5, 0.9, 0.99, 1] {
      let found = Double(times.quantileUs(share) ?? 0)
      let truth = share * 10_000
      #expect(found >= truth && found <= truth * 1.13 + 1, "\(share): \(found)")
    }
    times.add(us: .max)
    times.add(us: -5)
    #expect(times.largestUs == .max && times.quantileUs(1) != nil)
  }

  @Test func agreementCountsClassesAndAnswersThatAreMissing() {
    var agreement = Agreement(classCount: 2)
    let same = [
      agreement.add(classes: 0, 0, difference: 0.1), agreement.add(classes: 0, 1, difference: 0.6),
      agreement.add(classes: nil, 1, difference: .nan), agreement.add(classes: nil, nil, difference: .nan),
    ]
    #expect(same == [true, false, false, true])
    #expect(agreement.evaluations == 4 && agreement.agreed == 2 && agreement.undefined == 2)
    #expect(agreement.confusion == [1, 1, 0, 0] && agreement.largestDifference == 0.6)
    #expect((agreement.meanDifference - 0.35).magnitude < 1e-12)
  }

  @Test func onlyARisingSeverityIsAnAlert() {
    var count = Agreement.AlertCount()
    for (now, before) in [
      (GovernedSeverity.warning, GovernedSeverity.none), (.warning, .warning), (.critical, .warning),
      (.none, .critical), (.critical, .none), (.warning, .critical),
    ] { count.add(now, after: before) }
    #expect(count == Agreement.AlertCount(warnings: 1, criticals: 2))
  }
}
