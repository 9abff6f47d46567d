import Records
import Seeded
import Testing

@testable import Uplink

/// The machine, event by event, with no socket, no file and no clock.
struct UplinkStateTests {
  /// A machine that has begun and told its heads, at time 0; gives the action after that.
  private func begun(
    _ streams: [(String, StreamClass, ClosedRange<UInt64>)], limits: UplinkLimits = UplinkLimits(),
    cursors: [String: UInt64] = [:], setAside: [String: UInt64] = [:]
  ) -> (UplinkState, UplinkState.Action) {
    var state = UplinkState(name: "central", limits: limits)
    let positions = streams.map { name, streamClass, range in
      (
        position: StreamPosition(name: name, streamClass: streamClass, first: range.lowerBound, last: range.upperBound),
        cursor: cursors[name] ?? 0, setAside: setAside[name] ?? 0
      )
    }
    #expect(state.begin(positions, at: 0) == .reportHeads)
    let action = state.headsAnswered(.accepted(watermark: 0, written: 0), at: 0, random: 0)
    state.checkInvariants()
    return (state, action)
  }

  private func fetch(_ stream: String, after: UInt64, records: Int = 5000, bytes: Int = 1 << 20) -> UplinkState.Action {
    .fetch(UplinkState.Fetch(stream: stream, after: after, maxRecords: records, maxBytes: bytes))
  }

  private func post(_ action: UplinkState.Action) -> UplinkState.Fetched? {
    if case .post(let fetched) = action { fetched } else { nil }
  }

  private func waitMs(_ action: UplinkState.Action) -> Int64? {
    if case .wait(let until, _) = action { until } else { nil }
  }

  @Test func acceptedSegmentMovesTheCursorAndTheNextFollowsIt() {
    var (state, action) = begun([("scans", .scan, 1...10)])
    #expect(action == fetch("scans", after: 0))
    action = state.fetched((first: 1, last: 6, records: 6, bytes: 600), at: 1)
    #expect(post(action) == .init(stream: "scans", follows: 0, first: 1, last: 6, records: 6, bytes: 600))
    let step = state.answered(.accepted(watermark: 6, written: 6), wireBytes: 100, at: 2, random: 0)
    #expect(step.cursorMove == .init(stream: "scans", sequence: 6))
    // Four more wait for company for the interval since the last segment.
    #expect(step.action == .wait(untilMs: 252, forNews: true))
    #expect(state.woke(at: 252) == fetch("scans", after: 6))
    #expect(state.totals.sentRecords == 6)
    #expect(state.totals.sentBytes == 100)
  }

  /// A budget makes segments small: a backlog of fewer records than a whole segment must not wait for company between them.
  @Test func whatASegmentLeavesBecauseItWasFullIsSentAtOnce() {
    var limits = UplinkLimits()
    limits.segmentMaxBytes = 1000
    var (state, _) = begun([("scans", .scan, 1...20)], limits: limits)
    _ = state.fetched((first: 1, last: 9, records: 9, bytes: 950), at: 1)
    var step = state.answered(.accepted(watermark: 9, written: 9), wireBytes: 100, at: 2, random: 0)
    #expect(step.action == fetch("scans", after: 9, bytes: 1000))
    _ = state.fetched((first: 10, last: 18, records: 9, bytes: 950), at: 3)
    step = state.answered(.accepted(watermark: 18, written: 9), wireBytes: 100, at: 4, random: 0)
    #expect(step.action == fetch("scans", after: 18, bytes: 1000))
    _ = state.fetched((first: 19, last: 20, records: 2, bytes: 200), at: 5)
    step = state.answered(.accepted(watermark: 20, written: 2), wireBytes: 100, at: 6, random: 0)
    #expect(post(step.action) == nil)
  }

  @Test func alertsDoNotWaitForCompany() {
    var (state, _) = begun([("alerts", .alert, 1...10)])
    _ = state.fetched((first: 1, last: 6, records: 6, bytes: 600), at: 1)
    let step = state.answered(.accepted(watermark: 6, written: 6), wireBytes: 100, at: 2, random: 0)
    #expect(step.action == fetch("alerts", after: 6))
  }

  @Test func newAlertGoesBeforeABacklogOfTelemetry() {
    var (state, action) = begun(
      [("telemetry", .telemetry, 1...1_000_000), ("alerts", .alert, 1...1)], cursors: ["alerts": 1])
    var after: UInt64 = 0
    for round in 0..<5 {
      #expect(action == fetch("telemetry", after: after))
      action = state.fetched((first: after + 1, last: after + 5000, records: 5000, bytes: 1 << 20), at: 1)
      after += 5000
      if round == 4 { state.refresh([StreamPosition(name: "alerts", streamClass: .alert, first: 1, last: 2)]) }
      action = state.answered(.accepted(watermark: after, written: 5000), wireBytes: 1, at: 2, random: 0).action
    }
    #expect(action == fetch("alerts", after: 1))
  }

  @Test func noClassStarvesWhileTwoHaveABacklog() {
    var (state, action) = begun([("telemetry", .telemetry, 1...1_000_000), ("alerts", .alert, 1...1_000_000)])
    var after: [String: UInt64] = [:]
    for _ in 0..<170 {
      guard case .fetch(let wanted) = action else {
        Issue.record("\(action)")
        return
      }
      let next = wanted.after + 1000
      _ = state.fetched((first: wanted.after + 1, last: next, records: 1000, bytes: 100_000), at: 1)
      action = state.answered(.accepted(watermark: next, written: 1000), wireBytes: 1, at: 1, random: 0).action
      after[wanted.stream] = next
    }
    #expect(after["alerts"] == 160_000)
    #expect(after["telemetry"] == 10_000)
  }

  @Test func conflictRewindsToTheWatermarkOfTheDestination() {
    var (state, _) = begun([("scans", .scan, 1...10)], cursors: ["scans": 8])
    _ = state.fetched((first: 9, last: 10, records: 2, bytes: 10), at: 1)
    let step = state.answered(.conflict(watermark: 3), wireBytes: 1, at: 2, random: 0)
    #expect(step == .init(action: fetch("scans", after: 3), cursorMove: .init(stream: "scans", sequence: 3)))
    #expect(state.totals.rewinds == 1)
  }

  @Test func lostAnswerIsFoundOutByTheConflictAndNothingIsSentTwice() {
    var (state, _) = begun([("alerts", .alert, 1...10)])
    _ = state.fetched((first: 1, last: 6, records: 6, bytes: 10), at: 1)
    let lost = state.answered(.noAnswer(reason: "timed out"), wireBytes: 1, at: 2, random: 0)
    #expect(lost == .init(action: .wait(untilMs: 3, forNews: false), cursorMove: nil))
    #expect(state.woke(at: 3) == fetch("alerts", after: 0))
    _ = state.fetched((first: 1, last: 10, records: 10, bytes: 10), at: 3)
    let step = state.answered(.conflict(watermark: 6), wireBytes: 1, at: 4, random: 0)
    #expect(step == .init(action: fetch("alerts", after: 6), cursorMove: .init(stream: "alerts", sequence: 6)))
    #expect(state.totals.jumps == 1)
  }

  @Test func conflictThatAnswersWhatWasSaidBacksOff() {
    var (state, _) = begun([("scans", .scan, 1...10)])
    _ = state.fetched((first: 1, last: 6, records: 6, bytes: 10), at: 1)
    let step = state.answered(.conflict(watermark: 0), wireBytes: 1, at: 2, random: .max)
    #expect(step == .init(action: .wait(untilMs: 502, forNews: false), cursorMove: nil))
    #expect(state.lastError?.contains("409") == true)
  }

  @Test func watermarkThatMovesWithoutEndBacksOff() {
    var (state, action) = begun([("scans", .scan, 1...100)])
    var waits = 0
    for round in 1...6 {
      guard case .fetch(let wanted) = action else {
        Issue.record("\(action)")
        return
      }
      _ = state.fetched((first: wanted.after + 1, last: 100, records: Int(100 - wanted.after), bytes: 10), at: 1)
      action = state.answered(.conflict(watermark: UInt64(60 - 5 * round)), wireBytes: 1, at: 2, random: 0).action
      if let until = waitMs(action) {
        waits += 1
        action = state.woke(at: until)
      }
      state.checkInvariants()
    }
    #expect(waits == 2)
  }

  @Test func destinationThatHasMoreThanTheJournalIsShownAndNotFed() {
    var (state, _) = begun([("scans", .scan, 1...10), ("alerts", .alert, 1...1)], cursors: ["alerts": 1])
    _ = state.fetched((first: 1, last: 10, records: 10, bytes: 10), at: 1)
    let step = state.answered(.conflict(watermark: 11), wireBytes: 1, at: 2, random: 0)
    #expect(step == .init(action: .wait(untilMs: 30_000, forNews: true), cursorMove: nil))
    #expect(state.lastError?.contains("rolled back") == true)
    // Other streams go on.
    state.refresh([StreamPosition(name: "alerts", streamClass: .alert, first: 1, last: 2)])
    #expect(state.woke(at: 3) == fetch("alerts", after: 1))
  }

  @Test func tooLargeHalvesDownToOneRecordAndThenSetsItAside() {
    var (state, action) = begun([("scans", .scan, 1...5)])
    var sizes: [Int] = []
    for _ in 0..<3 {
      guard case .fetch(let wanted) = action else { break }
      let records = min(wanted.maxRecords, 5)
      sizes.append(records)
      _ = state.fetched((first: 1, last: UInt64(records), records: records, bytes: records * 100), at: 1)
      action = state.answered(.tooLarge, wireBytes: 1, at: 1, random: 0).action
    }
    #expect(sizes == [5, 2, 1])
    #expect(
      action == .setAside(DeadLetter(uplink: "central", stream: "scans", sequence: 1, status: 413, reason: "too large"))
    )
    // Held until the letter is durable.
    #expect(state.letterPosted(at: 2) == .wait(untilMs: 30_000, forNews: true))
    #expect(state.held.map(\.sequence) == [1])
    state.released(stream: "scans", sequence: 1)
    action = state.woke(at: 3)
    #expect(action == fetch("scans", after: 1, records: 1, bytes: 100))
    // The watermark has not moved: the next segment declares the gap.
    let sent = post(state.fetched((first: 2, last: 2, records: 1, bytes: 100), at: 3))
    #expect(sent?.follows == 0)
    #expect(sent?.first == 2)
    let step = state.answered(.accepted(watermark: 2, written: 1), wireBytes: 1, at: 4, random: 0)
    #expect(step.cursorMove?.sequence == 2)
    #expect(state.totals.missingRecords == 1)
    #expect(state.totals.setAside == 1)
  }

  @Test func segmentsGrowAgainAfterTheRefusedRecordIsFound() {
    var (state, action) = begun([("alerts", .alert, 1...100_000)])
    let poison: UInt64 = 3777
    var letters: [UInt64] = []
    var sizes: [Int] = []
    while case .fetch(let wanted) = action, sizes.count < 60 {
      let last = min(wanted.after + UInt64(wanted.maxRecords), 100_000)
      let records = Int(last - wanted.after)
      sizes.append(records)
      _ = state.fetched((first: wanted.after + 1, last: last, records: records, bytes: records * 10), at: 1)
      let isRefused = (wanted.after + 1...last).contains(poison)
      let answer: UplinkAnswer =
        isRefused ? .refused(status: 422, reason: "") : .accepted(watermark: last, written: records)
      action = state.answered(answer, wireBytes: 1, at: 1, random: 0).action
      if case .setAside(let letter) = action {
        letters.append(letter.sequence)
        _ = state.letterPosted(at: 1)
        state.released(stream: "alerts", sequence: letter.sequence)
        action = state.woke(at: 1)
      }
    }
    #expect(letters == [poison])
    #expect(sizes.last == 5000 || state.status(url: "").lagRecords == 0)
    #expect(sizes.count < 60)
  }

  @Test func refusalOfEverythingSlowsDownInsteadOfEmptyingTheJournal() {
    var limits = UplinkLimits()
    limits.segmentMaxRecords = 1
    limits.headsIntervalMs = 1 << 40
    var (state, action) = begun([("alerts", .alert, 1...1000)], limits: limits)
    var letterTimes: [Int64] = []
    var now: Int64 = 0
    while letterTimes.count < 8 {
      switch action {
      case .fetch(let wanted):
        _ = state.fetched((first: wanted.after + 1, last: wanted.after + 1, records: 1, bytes: 10), at: now)
        action = state.answered(.refused(status: 400, reason: ""), wireBytes: 1, at: now, random: 0).action
      case .setAside(let letter):
        letterTimes.append(now)
        _ = state.letterPosted(at: now)
        state.released(stream: "alerts", sequence: letter.sequence)
        action = state.woke(at: now)
      case .wait(let until, _):
        now = until
        action = state.woke(at: now)
      default:
        Issue.record("\(action)")
        return
      }
    }
    #expect(letterTimes.prefix(3) == [0, 0, 0])
    for (a, b) in zip(letterTimes[2...], letterTimes[3...]) { #expect(b - a >= 30_000) }
  }

  @Test func agentsOwnRecordThatIsRefusedMakesNoLetterAboutItself() {
    var limits = UplinkLimits()
    limits.segmentMaxRecords = 1
    var (state, _) = begun([("_tombstones", .alert, 1...2)], limits: limits)
    _ = state.fetched((first: 1, last: 1, records: 1, bytes: 10), at: 1)
    let step = state.answered(.refused(status: 422, reason: "no"), wireBytes: 1, at: 1, random: 0)
    #expect(step.action == fetch("_tombstones", after: 1, records: 1))
    #expect(state.lastError == "stream _tombstones: answered 422: no: record 1 was set aside")
  }

  @Test func letterThatIsDurableAlreadyHoldsNothing() {
    var limits = UplinkLimits()
    limits.segmentMaxRecords = 1
    var (state, _) = begun([("alerts", .alert, 1...2)], limits: limits)
    _ = state.fetched((first: 1, last: 1, records: 1, bytes: 10), at: 1)
    _ = state.answered(.refused(status: 422, reason: ""), wireBytes: 1, at: 1, random: 0)
    #expect(state.letterPosted(isDurable: true, at: 1) == fetch("alerts", after: 1, records: 1))
  }

  @Test func recordSetAsideInAnEarlierLifeIsNotSentAgain() {
    let (_, action) = begun([("alerts", .alert, 1...9)], cursors: ["alerts": 4], setAside: ["alerts": 5])
    #expect(action == fetch("alerts", after: 5))
    let (_, confirmed) = begun([("alerts", .alert, 1...9)], cursors: ["alerts": 7], setAside: ["alerts": 5])
    #expect(confirmed == fetch("alerts", after: 7))
  }

  @Test func retryAfterIsNeverUndercutAndSpreadAfterwards() {
    var random = SeededNumbers()
    for _ in 0..<1000 {
      var (state, _) = begun([("alerts", .alert, 1...9)])
      _ = state.fetched((first: 1, last: 9, records: 9, bytes: 10), at: 100)
      let step = state.answered(
        .later(status: 429, retryAfterMs: 7000, reason: ""), wireBytes: 1, at: 100, random: random.next())
      #expect((7101...7600).contains(waitMs(step.action) ?? 0))
    }
  }

  @Test func hugeRetryAfterIsCapped() {
    var (state, _) = begun([("alerts", .alert, 1...9)])
    _ = state.fetched((first: 1, last: 9, records: 9, bytes: 10), at: 0)
    let answer = UplinkAnswer.later(status: 503, retryAfterMs: .max, reason: "")
    let step = state.answered(answer, wireBytes: 1, at: 0, random: 0)
    #expect(waitMs(step.action) == 3_600_001)
  }

  @Test func refusedTokenWaitsLongAndSaysSo() {
    var (state, _) = begun([("alerts", .alert, 1...9)])
    _ = state.fetched((first: 1, last: 9, records: 9, bytes: 10), at: 0)
    let step = state.answered(.misconfigured(status: 401, reason: ""), wireBytes: 1, at: 0, random: 0)
    #expect(step.action == .wait(untilMs: 30_001, forNews: false))
    #expect(state.lastError == "answered 401: the token is missing or not accepted; check token_file")
    #expect(state.status(url: "").activity == .backingOff)
    // News do not shorten it.
    #expect(state.woke(at: 5) == .wait(untilMs: 30_001, forNews: false))
    // After it the heads are due as well; then data, and success clears the error.
    #expect(state.woke(at: 30_001) == .reportHeads)
    #expect(
      state.headsAnswered(.accepted(watermark: 0, written: 0), at: 30_002, random: 0) == fetch("alerts", after: 0))
    #expect(state.lastError == nil)
  }

  @Test func shortWriteIsShownAndTheWatermarkTrusted() {
    var (state, _) = begun([("alerts", .alert, 1...9)])
    _ = state.fetched((first: 1, last: 9, records: 9, bytes: 10), at: 0)
    let step = state.answered(.accepted(watermark: 7, written: 5), wireBytes: 1, at: 0, random: 0)
    #expect(step == .init(action: fetch("alerts", after: 7), cursorMove: .init(stream: "alerts", sequence: 7)))
    #expect(state.lastError == "stream alerts: 5 of 9 records were written, up to 7")
    #expect(state.totals.shortWrites == 1)
  }

  @Test func acceptedWithoutProgressBacksOff() {
    var (state, _) = begun([("alerts", .alert, 1...9)])
    _ = state.fetched((first: 1, last: 9, records: 9, bytes: 10), at: 0)
    let step = state.answered(.accepted(watermark: 0, written: 9), wireBytes: 1, at: 0, random: 0)
    #expect(step == .init(action: .wait(untilMs: 1, forNews: false), cursorMove: nil))
  }

  @Test func evictedRecordsAreDeclaredAsAGap() {
    var (state, action) = begun([("alerts", .alert, 501...600)], cursors: ["alerts": 100])
    #expect(action == fetch("alerts", after: 100))
    action = state.fetched((first: 501, last: 600, records: 100, bytes: 10), at: 0)
    #expect(post(action)?.follows == 100)
    _ = state.answered(.accepted(watermark: 600, written: 100), wireBytes: 1, at: 0, random: 0)
    #expect(state.totals.missingRecords == 400)
  }

  @Test func streamOfWhichEverythingWasEvictedIsNotAskedForWithoutEnd() {
    var (state, action) = begun([("alerts", .alert, 1...10)])
    #expect(action == fetch("alerts", after: 0))
    // Evicted between the look and the reading: an empty segment declares it.
    action = state.fetched(nil, at: 0)
    #expect(post(action) == .init(stream: "alerts", follows: 0, first: 11, last: 10, records: 0, bytes: 0))
    let step = state.answered(.accepted(watermark: 10, written: 0), wireBytes: 1, at: 0, random: 0)
    #expect(step.cursorMove?.sequence == 10)
    #expect(state.totals.missingRecords == 10)
    state.refresh([StreamPosition(name: "alerts", streamClass: .alert, first: 11, last: 11)])
    #expect(state.woke(at: 1) == fetch("alerts", after: 10))
  }

  @Test func refusedDeclarationBacksOff() {
    var (state, action) = begun([("alerts", .alert, 1...10)], cursors: ["alerts": 3], setAside: ["alerts": 10])
    #expect(post(action) == .init(stream: "alerts", follows: 3, first: 11, last: 10, records: 0, bytes: 0))
    let step = state.answered(.refused(status: 422, reason: "no"), wireBytes: 1, at: 0, random: 0)
    #expect(step == .init(action: .wait(untilMs: 1, forNews: false), cursorMove: nil))
  }

  @Test func budgetDelaysTheNextSegment() {
    var limits = UplinkLimits()
    limits.maxBytesPerS = 10_000
    var (state, action) = begun([("alerts", .alert, 1...100)], limits: limits)
    #expect(action == fetch("alerts", after: 0, bytes: 1250))
    _ = state.fetched((first: 1, last: 10, records: 10, bytes: 1200), at: 0)
    action = state.answered(.accepted(watermark: 10, written: 10), wireBytes: 1000, at: 0, random: 0).action
    #expect(action == .wait(untilMs: 100, forNews: false))
    #expect(state.woke(at: 100) == fetch("alerts", after: 10, bytes: 1250))
  }

  @Test func headsAreToldSoonAfterADrainAndThenAtIntervals() {
    var (state, _) = begun([("alerts", .alert, 1...9)])
    state.refresh([StreamPosition(name: "alerts", streamClass: .alert, first: 1, last: 12)])
    _ = state.fetched((first: 1, last: 12, records: 12, bytes: 10), at: 500)
    let step = state.answered(.accepted(watermark: 12, written: 12), wireBytes: 1, at: 510, random: 0)
    #expect(step.action == .wait(untilMs: 1000, forNews: true))
    #expect(state.woke(at: 1000) == .reportHeads)
    #expect(
      state.headsAnswered(.accepted(watermark: 0, written: 0), at: 1001, random: 0)
        == .wait(untilMs: 31_001, forNews: true))
    #expect(state.status(url: "").activity == .idle)
  }

  @Test func stopFinishesWhatIsUnderWay() {
    var (state, _) = begun([("alerts", .alert, 1...9)])
    _ = state.fetched((first: 1, last: 5, records: 5, bytes: 10), at: 0)
    state.stopRequested()
    let step = state.answered(.accepted(watermark: 5, written: 5), wireBytes: 1, at: 0, random: 0)
    #expect(step == .init(action: .stop, cursorMove: .init(stream: "alerts", sequence: 5)))
    #expect(state.status(url: "").activity == .stopped)
  }
}
