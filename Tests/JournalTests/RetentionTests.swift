import Foundation
import Platform
import Records
import SQLite
import Seeded
import Testing

@testable import Journal

/// Bounded, and honest about it: caps, ages, policies.
@Suite struct RetentionTests {
  private typealias Fixture = RetentionFixture

  @Test func streamKeepsToItsOwnCapAndOthersAreLeftAlone() throws {
    let fixture = try Fixture([Fixture.stream("small", maxBytes: 256 << 10), Fixture.stream("other")])
    try fixture.store(200, stream: 1)
    for _ in 0..<80 {
      try fixture.store(50)
      #expect(fixture.state("small").storedBytes <= 256 << 10)
    }
    #expect(try fixture.accountForWhatIsGone("small") == ["stream_full"])
    #expect(fixture.state("small").dropped == ["stream_full": fixture.state("small").evictedRecords])
    #expect(fixture.state("small").storedBytes > 128 << 10)
    #expect(fixture.state("other").first == 1)
  }

  @Test func classKeepsToItsCapByDroppingItsOldest() throws {
    let fixture = try Fixture(
      [Fixture.stream("a"), Fixture.stream("b"), Fixture.stream("s", .scan)], classes: [.telemetry: 256 << 10])
    try fixture.store(200, stream: 2)
    for round in 0..<80 {
      try fixture.store(40, stream: UInt16(round % 2))
      #expect(fixture.state("a").storedBytes + fixture.state("b").storedBytes <= 256 << 10)
    }
    #expect(try fixture.accountForWhatIsGone("a") == ["class_full"])
    #expect(try fixture.accountForWhatIsGone("b") == ["class_full"])
    #expect(fixture.state("a").first > 1 && fixture.state("b").first > 1)
    #expect(fixture.state("s").first == 1)
  }

  @Test func scansDecisionsAndAlertsGoLastAndInThatOrder() throws {
    let classes: [StreamClass] = [.alert, .telemetry, .decision, .summary, .scan]
    let fixture = try Fixture(classes.map { Fixture.stream($0.name, $0) }, maxBytes: 2 << 20)
    for _ in 0..<400 {
      for stream in 0..<5 { try fixture.store(5, bytes: 300, stream: UInt16(stream)) }
      for (lower, higher) in zip(
        ["telemetry", "summary", "scan", "decision"], ["summary", "scan", "decision", "alert"])
      where fixture.state(higher).first > 1 {
        // What is left of the lower class came since the last look: it is not in a segment yet.
        #expect(fixture.state(lower).records < 400, "\(lower) before \(higher)")
      }
    }
    #expect(fixture.state("telemetry").first > 1)
    for name in classes.map(\.name) { try fixture.accountForWhatIsGone(name) }
  }

  // MARK: age

  @Test func recordsExpireByTheMonotonicClockWhateverTheWallClockDoes() throws {
    let fixture = try Fixture([Fixture.stream("t", maxAgeMs: 3_600_000)])
    try fixture.store(100)
    let year: Int64 = 365 * 86_400
    for step in [year, -2 * year, 5 * year] {
      fixture.pass(60, wall: step)
      try fixture.settle()
      #expect(fixture.state("t").first == 1)
    }
    fixture.pass(3600, wall: 0)
    try fixture.settle()
    #expect(fixture.state("t").records == 0)
    #expect(try fixture.accountForWhatIsGone("t") == ["expired"])
  }

  @Test func ageAcrossBootsCountsOnlyWhereBothClocksAreDisciplined() throws {
    let fixture = try Fixture([Fixture.stream("t", maxAgeMs: 3_600_000)])
    try fixture.store(10)
    try fixture.journal.packAll(now: fixture.now)
    func reboot(wall: Int64, isSynchronised: Bool) throws {
      fixture.boot += "+"
      fixture.now = ClockReading(wallNs: wall, monotonicNs: 10_000_000_000, isSynchronised: isSynchronised)
      try fixture.reopen()
      try fixture.settle()
    }
    let stored = fixture.now.wallNs
    try reboot(wall: stored + 7_200_000_000_000, isSynchronised: false)
    #expect(fixture.state("t").first == 1)
    try reboot(wall: 0, isSynchronised: true)
    #expect(fixture.state("t").first == 1)
    try reboot(wall: stored + 7_200_000_000_000, isSynchronised: true)
    #expect(fixture.state("t").records == 0)
    // Stored by a clock that nobody had set: never too old, only the caps count.
    fixture.now.isSynchronised = false
    try fixture.store(10)
    try fixture.journal.packAll(now: fixture.now)
    try reboot(wall: stored + 9_000_000_000_000_000, isSynchronised: true)
    #expect(fixture.state("t").records == 10)
  }

  /// Segments of a slow stream gather records for long: they must not hold on to those that are too old.
  @Test func slowStreamKeepsNothingMuchLongerThanItsAge() throws {
    let fixture = try Fixture([Fixture.stream("t", maxAgeMs: 3_600_000)])
    for minute in 1...600 {
      try fixture.store(1)
      fixture.pass(60)
      try fixture.maintain()
      if minute > 90 { #expect((60...90).contains(fixture.state("t").records), "after \(minute) minutes") }
    }
    #expect(try fixture.accountForWhatIsGone("t") == ["expired"])
  }

  // MARK: reject

  @Test func rejectingStreamGivesUpOnlyWhatIsConfirmedAndSaysWhenItIsFull() throws {
    let bound: Int64 = 256 << 10
    let fixture = try Fixture([Fixture.stream("orders", .scan, maxBytes: bound, whenFull: .reject)])
    var stored: UInt64 = 0
    while fixture.journal.rejectReason == nil, stored < 10_000 {
      try fixture.store(20)
      stored += 20
    }
    #expect(fixture.journal.rejectReason?.hasPrefix("the stream \"orders\" is full and rejects: ") == true)
    #expect(fixture.state("orders").first == 1)
    #expect(fixture.state("orders").storedBytes < bound + 16 << 10)
    try fixture.settle()
    #expect(fixture.state("orders").first == 1)
    #expect(fixture.journal.rejectReason != nil)
    // Confirmed little by little, as uplinks do: each time what is confirmed goes, until a sixteenth is free.
    var confirmed: UInt64 = 0
    while fixture.journal.rejectReason != nil, confirmed < stored {
      confirmed += 50
      try fixture.confirm("orders", confirmed)
      fixture.pass(2)
      try fixture.maintain()
      #expect(fixture.state("orders").first <= confirmed + 1)
    }
    #expect(fixture.journal.rejectReason == nil)
    #expect(fixture.state("orders").storedBytes <= bound - bound / 16)
    #expect(try fixture.accountForWhatIsGone("orders") == ["stream_full"])
  }

  @Test(arguments: [Int64(1) << 20, 2 << 20])
  func fullJournalThatRejectsKeepsToItsCapAndGoesOnWhenCursorsMove(maxBytes: Int64) throws {
    let fixture = try Fixture(
      [Fixture.stream("orders", .scan, whenFull: .reject), Fixture.stream("t")], maxBytes: maxBytes)
    var stored: UInt64 = 0
    for _ in 0..<3 {
      while fixture.journal.rejectReason == nil, stored < 200_000 {
        try fixture.store(20, stream: 1)
        try fixture.store(40)
        stored += 40
      }
      #expect(
        fixture.journal.rejectReason
          == "the journal is full, and what is in it may not go before an uplink has confirmed it")
      // What could go, went before anything was rejected.
      #expect(fixture.state("t").storedBytes < 2 * Int64(fixture.limits.maxTransactionBytes))
      let first = fixture.state("orders").first
      try fixture.settle()
      #expect(fixture.state("orders").first == first)
      try fixture.confirm("orders", stored - 10)
      try fixture.settle()
      #expect(fixture.journal.rejectReason == nil)
      #expect(fixture.state("orders").first > first)
    }
    try fixture.accountForWhatIsGone("orders")
  }

  @Test func classThatRejectsSaysSo() throws {
    let fixture = try Fixture(
      [Fixture.stream("orders", .scan, whenFull: .reject), Fixture.stream("other", .scan)], classes: [.scan: 128 << 10])
    try fixture.store(100, stream: 1)
    var stored: UInt64 = 0
    while fixture.journal.rejectReason == nil, stored < 10_000 {
      try fixture.store(20)
      stored += 20
    }
    #expect(fixture.journal.rejectReason?.hasPrefix("the class \"scan\" is full and rejects: ") == true)
    #expect(fixture.state("orders").first == 1)
    #expect(fixture.state("other").records == 0)
    try fixture.confirm("orders", stored)
    try fixture.settle()
    #expect(fixture.journal.rejectReason == nil)
  }

  /// A lower class that may go goes first, although the rejecting stream has confirmed records.
  @Test func confirmedRecordsOfARejectingStreamAreNoMoreInTheWayThanTheirClass() throws {
    let fixture = try Fixture(
      [Fixture.stream("orders", .scan, whenFull: .reject), Fixture.stream("t")], maxBytes: 2 << 20)
    try fixture.store(200)
    try fixture.confirm("orders", 200)
    for _ in 0..<200 { try fixture.store(60, stream: 1) }
    try fixture.settle()
    #expect(fixture.state("t").first > 1)
    #expect(fixture.state("orders").first == 1)
    #expect(fixture.journal.rejectReason == nil)
  }

  /// An engine that holds because the journal is full tries the same batch again, with the cursors that have come meanwhile: what
  /// they confirm makes the room that the batch needs.
  @Test func cursorsOfATransactionMakeRoomForItsRecords() throws {
    let fixture = try Fixture([Fixture.stream("orders", .scan, whenFull: .reject)], maxBytes: 1 << 20)
    var random = SeededNumbers(4)
    func batch() -> RecordBatch {
      let batch = RecordBatch()
      for _ in 0..<40 { batch.add(random.body(of: 400), stream: 0, source: fixture.journal.intern("a")) }
      fixture.journal.assignSequences(batch, from: 0)
      return batch
    }
    var held: RecordBatch?
    var stored: UInt64 = 0
    // Nobody asks what `rejectReason` says.
    for _ in 0..<200 where held == nil {
      let next = batch()
      do {
        try fixture.journal.commit(next, JournalTransaction(), now: fixture.now)
        stored += 40
      } catch {
        #expect(error.fault == .full, "\(error)")
        held = next
      }
    }
    let waiting = try #require(held)
    #expect(throws: CrossdockError.self) {
      try fixture.journal.commit(waiting, JournalTransaction(), now: fixture.now)
    }
    var transaction = JournalTransaction()
    transaction.cursors = [CursorUpdate(name: "uplink:central", stream: "orders", sequence: stored / 2)]
    try fixture.journal.commit(waiting, transaction, now: fixture.now)
    #expect(fixture.state("orders").last == stored + 40)
    #expect((2...(stored / 2 + 1)).contains(fixture.state("orders").first))
    try fixture.accountForWhatIsGone("orders")
  }

  // MARK: caps of all files

  @Test(arguments: [2000, 16_000, 60_000])
  func smallestCapHoldsWithLargeMessages(bytes: Int) throws {
    let fixture = try Fixture([Fixture.stream("t"), Fixture.stream("a", .alert)], maxBytes: 1 << 20)
    try fixture.store(1, bytes: 100, stream: 1)
    for round in 0..<150 { try fixture.store(max(1, 60_000 / bytes), bytes: bytes, maintaining: round % 3 == 0) }
    try fixture.accountForWhatIsGone("t")
    #expect(fixture.state("t").records > 0)
    #expect(fixture.state("a").first == 1)
  }

  @Test func smallestCapHoldsWithThirtyStreams() throws {
    let fixture = try Fixture(
      (0..<30).map { Fixture.stream("s\($0)", StreamClass(rawValue: UInt8($0 % 5))!) }, maxBytes: 1 << 20)
    for round in 0..<100 {
      for stream in 0..<30 {
        try fixture.store(3, bytes: 150, stream: UInt16(stream), maintaining: (round + stream) % 4 == 0)
      }
    }
    for stream in 0..<30 { try fixture.accountForWhatIsGone("s\(stream)") }
    #expect(fixture.state("s4").records > 0)
  }

  @Test func smallestCapHoldsWithSourcesWithoutEnd() throws {
    let fixture = try Fixture([Fixture.stream("t")], maxBytes: 1 << 20)
    var refused = 0
    for commit in 0..<500 {
      let batch = RecordBatch()
      for n in 0..<20 {
        let name = "hall/\(commit)-\(n)/" + String(repeating: "x", count: 40)
        guard let source = Array(name.utf8).withUnsafeBytes({ fixture.journal.intern($0) }) else {
          refused += 1
          continue
        }
        batch.add("{\"n\":\(n)}", stream: 0, source: source)
      }
      fixture.journal.assignSequences(batch, from: 0)
      var transaction = JournalTransaction()
      transaction.tombstones = [Tombstone(stream: "feed:f", first: 0, last: 0, count: 1, reason: "oversize")]
      try fixture.journal.commit(batch, transaction, now: fixture.now)
      try fixture.maintain()
    }
    #expect(refused > 5000 && fixture.journal.sources.count > 1500)
    // The agent's own records have their source all the same.
    #expect(
      try fixture.files.reader().read(stream: "_tombstones", after: 0, maxRecords: 1, maxBytes: 99).map(\.source) == [
        "crossdock"
      ])
    try fixture.store(10)
  }

  @Test func capThatWasLoweredIsReachedStepByStep() throws {
    let definitions = [Fixture.stream("t")]
    let large = try Fixture(definitions, maxBytes: 32 << 20)
    for _ in 0..<200 { try large.store(500, maintaining: true) }
    let size = large.files.bytesOnDisk
    #expect(size > 8 << 20)
    let before = large.state("t")
    let journal = try Journal(
      folder: large.files.folder, agent: "dock-1", streams: definitions, feeds: ["a"],
      limits: JournalLimits(maxBytes: 2 << 20),
      now: large.now, boot: "boot-1")
    var evicted: [UInt64] = []
    for _ in 0..<60 {
      let gone = journal.evictedRecords
      try journal.store(["{\"n\":1}"], stream: 0)
      evicted.append(journal.evictedRecords - gone)
      // The file cannot shrink, but it must not grow beyond what its log may take.
      #expect(large.files.bytesOnDisk <= size + (1 << 20))
    }
    #expect(evicted.max() ?? 0 < before.records / 4)
    #expect(evicted.last == 0)
    #expect(try journal.pagesInUse() <= journal.limits.databasePages)
    #expect(journal.streamStates[0].last == before.last + 60)
  }

  @Test func tombstonesDoNotCrowdOutWhatTheyAreAbout() throws {
    let fixture = try Fixture([Fixture.stream("t"), Fixture.stream("a", .alert)], maxBytes: 1 << 20)
    try fixture.store(50, stream: 1)
    var random = SeededNumbers(3)
    for n in 0..<12_000 {
      var transaction = JournalTransaction()
      transaction.tombstones = [
        Tombstone(stream: "feed:\(random.next())", first: 0, last: 0, count: random.next() >> 1, reason: "oversize")
      ]
      try fixture.journal.commit(RecordBatch(), transaction, now: fixture.now)
      if n % 10 == 0 { try fixture.store(3, maintaining: n % 100 == 0) }
    }
    let tombstones = fixture.state("_tombstones")
    #expect(tombstones.first > 1)
    #expect(tombstones.storedBytes < 200 << 10)
    #expect(fixture.state("a").first == 1)
    #expect(fixture.state("t").records > 500)
    #expect(try fixture.tombstones().last { $0.stream == "_tombstones" }?.last == tombstones.first - 1)
  }

  // MARK: readers in the way

  @Test(arguments: [Int64(1) << 20, 8 << 20])
  func readerThatHoldsOnIsNamedAndTheCommitGoesOnWhenItIsGone(maxBytes: Int64) throws {
    let fixture = try Fixture([Fixture.stream("t")], maxBytes: maxBytes)
    for _ in 0..<60 { try fixture.store(50) }
    let holder = try SQLiteConnection(path: fixture.files.path, mode: .readOnly)
    try holder.execute("BEGIN")
    _ = try holder.integer("SELECT count(*) FROM log")
    var refusal: CrossdockError?
    for _ in 0..<1000 where refusal == nil {
      do {
        try fixture.store(50)
      } catch let error as CrossdockError {
        refusal = error
      }
    }
    #expect(refusal?.reason == "its write-ahead log is full: a reader holds on to an old state")
    #expect(refusal?.isRetryable == true)
    fixture.journal.abandonSequences()
    let last = fixture.state("t").last
    try holder.execute("COMMIT")
    try fixture.store(50)
    #expect(fixture.state("t").last == last + 50)
    try fixture.accountForWhatIsGone("t")
  }

  /// Each look is short, but there is always one: a log that was moved as a whole still cannot begin anew.
  @Test func readersThatTakeTurnsDoNotMakeTheLogGrow() throws {
    let fixture = try Fixture([Fixture.stream("t")], maxBytes: 1 << 20)
    let readers = try (0..<2).map { _ in try SQLiteConnection(path: fixture.files.path, mode: .readOnly) }
    var refused = 0
    for round in 0..<400 {
      let (old, new) = (readers[round % 2], readers[(round + 1) % 2])
      try new.execute("BEGIN")
      _ = try new.integer("SELECT count(*) FROM log")
      if old.isInTransaction { try old.execute("COMMIT") }
      do {
        try fixture.store(20, maintaining: round % 3 == 0)
      } catch let error as CrossdockError {
        #expect(error.fault == .busy)
        fixture.journal.abandonSequences()
        refused += 1
        try new.execute("COMMIT")
      }
      fixture.checkSize()
    }
    print("readersThatTakeTurns: \(refused) of 400 commits had to wait")
    #expect(refused < 200)
  }

  // MARK: damage in the log

  @Test func numbersOfADamagedCommitAreNotGivenAgain() throws {
    let fixture = try Fixture([Fixture.stream("t")])
    try fixture.store(10, maintaining: false)
    try fixture.store(10, maintaining: false)
    try SQLiteConnection(path: fixture.files.path, mode: .readWrite).execute(
      "UPDATE log SET block = CAST(substr(block, 1, 40) || x'00' || substr(block, 42) AS BLOB) WHERE first = 11")
    try fixture.journal.packAll(now: fixture.now)
    try fixture.reopen()
    #expect(fixture.journal.newEpochReason == nil)
    try fixture.store(5)
    #expect(fixture.state("t").last == 25)
    #expect(fixture.state("t").missingRecords == 10)
    #expect(try fixture.tombstones() == [.init(stream: "t", first: 11, last: 20, count: 10, reason: "damaged")])
    let reader = try fixture.files.reader()
    #expect(try reader.read(stream: "t", after: 0, maxRecords: 99, maxBytes: .max).map(\.sequence) == Array(1...10))
    #expect(try reader.read(stream: "t", after: 10, maxRecords: 99, maxBytes: .max).map(\.sequence) == Array(21...25))
  }
}
