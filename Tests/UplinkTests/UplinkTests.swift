import Foundation
import Journal
import Records
import Testing

@testable import Uplink

/// The real uplink over a real journal to a scripted destination, on loopback.
@Suite(.serialized) struct UplinkTests {
  private func drained(_ uplink: Uplink, _ journal: JournalFixture, _ central: ScriptedCentral, _ streams: [String])
    -> Bool
  {
    eventually {
      streams.allSatisfy { central.received($0).watermark == journal.last($0) } && uplink.status.lagRecords == 0
    }
  }

  private func expectExactlyOnce(_ central: ScriptedCentral, _ stream: String, _ count: UInt64) {
    #expect(central.received(stream).sequences == Array(1...count))
  }

  @Test func everyRecordArrivesOnceAndTheCursorIsDurable() throws {
    let journal = try JournalFixture([("scans", .scan), ("alerts", .alert)])
    try journal.append(12_000, to: "scans")
    try journal.append(3, to: "alerts")
    let central = try ScriptedCentral()
    let uplink = journal.uplink(to: central.url)
    uplink.start()
    #expect(drained(uplink, journal, central, ["scans", "alerts"]))
    try journal.append(10, to: "scans", perCommit: 1)
    #expect(drained(uplink, journal, central, ["scans", "alerts"]))
    expectExactlyOnce(central, "scans", 12_010)
    expectExactlyOnce(central, "alerts", 3)
    #expect(try eventually { try journal.cursor("uplink:central", "scans") == 12_010 })
    #expect(eventually { central.received("scans").head == 12_010 })
    uplink.stop()
    #expect(uplink.status.activity == .stopped)
    #expect(uplink.status.totals.sentRecords == 12_013)
    #expect(central.epochs == [journal.epoch])
    #expect(central.acceptedOrder.first == "alerts")
  }

  @Test func faultsOfEveryKindLoseNothingAndDoubleNothing() throws {
    let journal = try JournalFixture([("scans", .scan)])
    try journal.append(5000, to: "scans")
    let central = try ScriptedCentral([
      .status(500), .contract, .loseAnswer, .contract, .contract, .status(503), .status(429, retryAfterS: 0), .contract,
      .loseAnswer, .status(408), .contract, .countOneLess, .status(401), .loseAnswer, .status(502), .status(500),
    ])
    var limits = UplinkLimits.quick
    limits.segmentMaxRecords = 300
    // Four answers never come.
    limits.timeoutMs = 2000
    let uplink = journal.uplink(to: central.url, limits: limits)
    uplink.start()
    #expect(drained(uplink, journal, central, ["scans"]))
    uplink.stop()
    expectExactlyOnce(central, "scans", 5000)
    // The client sends a request again by itself when a kept connection fails: that hides the lost answers. What a busy machine makes late
    // is one more.
    #expect(uplink.status.totals.jumps >= 3)
    #expect(uplink.status.totals.failures >= 7)
    #expect(uplink.status.totals.shortWrites == 1)
    #expect(uplink.status.lastError?.contains("records were written") == true)
  }

  @Test func retryAfterIsKept() throws {
    let journal = try JournalFixture([("alerts", .alert)])
    try journal.append(5, to: "alerts")
    let central = try ScriptedCentral([.status(429, retryAfterS: 1)])
    let uplink = journal.uplink(to: central.url)
    uplink.start()
    #expect(drained(uplink, journal, central, ["alerts"]))
    uplink.stop()
    let times = central.arrivals.timesNs
    #expect(times.count == 2)
    // The uplink counts in whole milliseconds.
    #expect(times[1] - times[0] >= 999_000_000)
  }

  @Test func segmentsShrinkUntilTheDestinationTakesThem() throws {
    let journal = try JournalFixture([("scans", .scan)])
    try journal.append(3000, to: "scans")
    let central = try ScriptedCentral(maxRecords: 100)
    let uplink = journal.uplink(to: central.url)
    uplink.start()
    #expect(drained(uplink, journal, central, ["scans"]))
    uplink.stop()
    expectExactlyOnce(central, "scans", 3000)
    #expect(uplink.status.totals.setAside == 0)
  }

  @Test func recordThatIsRefusedForGoodIsNamedByATombstoneAndTheRestArrives() throws {
    let journal = try JournalFixture([("scans", .scan)])
    try journal.append(500, to: "scans")
    let central = try ScriptedCentral(poison: #"{"n":321,"#)
    let uplink = journal.uplink(to: central.url)
    uplink.start()
    #expect(drained(uplink, journal, central, ["scans", "_tombstones"]))
    uplink.stop()
    #expect(central.received("scans").sequences == Array(1...320) + Array(322...500))
    #expect(central.received("scans").gaps == [321...321])
    #expect(central.received("_tombstones").sequences == [1])
    #expect(try journal.cursor(DeadLetter.cursorName(uplink: "central"), "scans") == 321)
    #expect(uplink.status.totals.setAside == 1)
  }

  /// Every record is refused and nothing new comes; nobody says that a letter was committed.
  @Test func refusedRecordsOfAQuietJournalDrainByThemselves() throws {
    let journal = try JournalFixture([("scans", .scan)], isSilent: true)
    try journal.append(4, to: "scans")
    let central = try ScriptedCentral(poison: #"{"n":"#)
    let uplink = journal.uplink(to: central.url)
    uplink.start()
    #expect(eventually { uplink.status.totals.setAside == 4 })
    #expect(try eventually { try journal.cursor(DeadLetter.cursorName(uplink: "central"), "scans") == 4 })
    #expect(eventually { central.received("_tombstones").sequences == [1, 2, 3, 4] })
    uplink.stop()
    #expect(central.received("scans").gaps == [1...4])
  }

  @Test func lastRecordRefusedIsDeclaredMissingAtOnce() throws {
    let journal = try JournalFixture([("scans", .scan)])
    try journal.append(5, to: "scans")
    let central = try ScriptedCentral(poison: #"{"n":5,"#)
    let uplink = journal.uplink(to: central.url)
    uplink.start()
    #expect(drained(uplink, journal, central, ["scans"]))
    uplink.stop()
    #expect(central.received("scans").sequences == [1, 2, 3, 4])
    #expect(central.received("scans").gaps == [5...5])
  }

  @Test func evictedRecordsAreDeclaredAsAGap() throws {
    let journal = try JournalFixture([("vibration", .telemetry)], maxBytes: 1 << 20)
    try journal.append(8000, to: "vibration", padding: 200, perCommit: 100)
    let central = try ScriptedCentral()
    let uplink = journal.uplink(to: central.url)
    uplink.start()
    #expect(drained(uplink, journal, central, ["vibration"]))
    uplink.stop()
    let received = central.received("vibration")
    let first = try #require(received.sequences.first)
    #expect(first > 1)
    #expect(received.gaps == [1...(first - 1)])
    #expect(received.sequences == Array(first...8000))
    #expect(uplink.status.totals.missingRecords == first - 1)
  }

  @Test func restartOfBothSidesInMidDrainLosesNothing() throws {
    let journal = try JournalFixture([("scans", .scan)])
    try journal.append(4000, to: "scans")
    let central = try ScriptedCentral()
    var limits = UplinkLimits.quick
    limits.segmentMaxRecords = 100
    for round in UInt64(1)...4 {
      let uplink = journal.uplink(to: central.url, limits: limits)
      uplink.start()
      #expect(eventually { central.received("scans").watermark >= round * 500 })
      if round % 2 == 0 {
        central.stop()
        // It may have sent everything by now.
        try journal.append(100, to: "scans")
        #expect(eventually { uplink.status.lastError != nil })
        #expect(eventually { uplink.status.activity == .backingOff })
        try central.listen()
      }
      uplink.stop()
    }
    let uplink = journal.uplink(to: central.url, limits: limits)
    uplink.start()
    #expect(drained(uplink, journal, central, ["scans"]))
    uplink.stop()
    expectExactlyOnce(central, "scans", 4200)
  }

  @Test func destinationThatIsAwayAtFirstGetsEverythingLater() throws {
    let journal = try JournalFixture([("scans", .scan)])
    let central = try ScriptedCentral()
    central.stop()
    let uplink = journal.uplink(to: central.url)
    uplink.start()
    try journal.append(100, to: "scans")
    #expect(eventually { uplink.status.activity == .backingOff && uplink.status.lagRecords == 100 })
    #expect(uplink.status.lastError?.contains("refused") == true)
    try central.listen()
    #expect(drained(uplink, journal, central, ["scans"]))
    #expect(eventually { uplink.status.lastError == nil })
    uplink.stop()
    expectExactlyOnce(central, "scans", 100)
  }

  @Test func wrongTokenIsShownAndNothingIsSentUntilItIsRight() throws {
    let journal = try JournalFixture([("scans", .scan)])
    try journal.append(10, to: "scans")
    let central = try ScriptedCentral(token: "right")
    let uplink = journal.uplink(to: central.url)
    uplink.start()
    #expect(eventually { uplink.status.lastError?.contains("401") == true })
    uplink.stop()
    #expect(central.received("scans").watermark == 0)
  }

  @Test func onlyTheStreamsThatAreChosenAreSent() throws {
    let journal = try JournalFixture([("scans", .scan), ("alerts", .alert)])
    try journal.append(10, to: "scans")
    try journal.append(10, to: "alerts")
    let central = try ScriptedCentral()
    let uplink = journal.uplink(to: central.url, streams: ["alerts"])
    uplink.start()
    #expect(drained(uplink, journal, central, ["alerts"]))
    uplink.stop()
    #expect(Set(central.acceptedOrder) == ["alerts"])
    #expect(uplink.status.streams?.map(\.name) == ["alerts"])
  }

  @Test func journalThatAppearsLaterIsWaitedFor() throws {
    let journal = try JournalFixture([("scans", .scan)])
    try journal.append(10, to: "scans")
    let central = try ScriptedCentral()
    let away = journal.path + ".away"
    try FileManager.default.moveItem(atPath: journal.path, toPath: away)
    let uplink = journal.uplink(to: central.url)
    uplink.start()
    #expect(eventually { uplink.status.lastError != nil })
    #expect(uplink.status.activity == .starting && uplink.status.lagRecords == nil, "no backlog, said without a look")
    try FileManager.default.moveItem(atPath: away, toPath: journal.path)
    #expect(drained(uplink, journal, central, ["scans"]))
    uplink.stop()
  }

  /// The time is that from before the start to after the end: a busy machine makes the rate smaller, never larger. That the budget is used
  /// up, within five percent, is what `bytesOfAnySpanStayWithinFivePercentOfTheBudget` says with a clock of its own.
  @Test func budgetIsNotExceededByMoreThanFivePercent() throws {
    let journal = try JournalFixture([("vibration", .telemetry)])
    try journal.append(40_000, to: "vibration", padding: 100)
    let central = try ScriptedCentral()
    var limits = UplinkLimits.quick
    // Bodies compress well here: segments of an eighth of a second, measured by what arrives.
    limits.maxBytesPerS = 40_000
    let uplink = journal.uplink(to: central.url, limits: limits)
    let start = ContinuousClock.now
    uplink.start()
    #expect(eventually { central.arrivals.timesNs.count > 60 })
    uplink.stop()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let (bytes, times) = central.arrivals
    // The last segment pays after it has left.
    let perSegment = Double(bytes) / Double(times.count) + Double(UplinkConnection.overheadBytes)
    let rate = perSegment * Double(times.count - 1) / seconds
    print("budget 40000 B/s: \(Int(rate)) B/s over \(seconds) s, \(times.count) segments")
    #expect(rate <= 42_000)
  }

  /// Prints what the drain takes; `swift test -c release` gives the figure that counts.
  @Test func backlogOfManyRecordsDrains() throws {
    let journal = try JournalFixture([("vibration", .telemetry)])
    try journal.append(100_000, to: "vibration", padding: 120, perCommit: 5000)
    let central = try ScriptedCentral()
    var limits = UplinkLimits()
    limits.intervalMs = 1
    let uplink = journal.uplink(to: central.url, limits: limits)
    let start = Date()
    uplink.start()
    #expect(drained(uplink, journal, central, ["vibration"]))
    let elapsed = Date().timeIntervalSince(start)
    uplink.stop()
    expectExactlyOnce(central, "vibration", 100_000)
    print("drain: \(Int(100_000 / elapsed)) records/s")
  }
}
