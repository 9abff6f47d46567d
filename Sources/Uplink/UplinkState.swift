// What one uplink does next, as a pure machine: no I/O, no clock, no randomness of its own. The runner (`Uplink`) performs
// each `Action` and feeds its outcome back; the answer to every event is the next action.
//
//   begin ─► reportHeads ─headsAnswered─► fetch ─fetched─► post ─answered─► fetch … ─► wait ─woke─► …
//                                                            └─► setAside ─letterPosted─► …
//
// Invariants (`checkInvariants`):
//   - One action is under way at a time; an event that does not belong to it is a bug.
//   - A segment follows exactly the watermark that the destination confirmed, and begins after it; what lies between was
//     evicted or set aside and is thereby declared missing. Nothing is skipped otherwise.
//   - A stream is sent in order; across streams `SegmentSchedule` decides.
//   - No answer, and no series of answers, makes the machine spin: a request that brought nothing forward is followed by a
//     back-off, by a smaller segment, or by one of at most `maxConflictsInARow` moves without progress.
internal import Records

package struct UplinkState: Sendable {
  package enum Action: Sendable, Equatable {
    case reportHeads
    case fetch(Fetch)
    /// Send what the last `fetch` brought, or no record at all where `records` is 0.
    case post(Fetched)
    /// Hand the letter over (`DeadLetterMailbox`), then say `letterPosted`.
    case setAside(DeadLetter)
    /// Wait until the time on the monotonic clock, or for a commit of the journal where `forNews` says so.
    case wait(untilMs: Int64, forNews: Bool)
    case stop
  }

  package struct Fetch: Sendable, Equatable {
    package var stream: String
    package var after: UInt64
    package var maxRecords: Int
    package var maxBytes: Int
  }

  /// Records read for one segment; `bytes` are those of the bodies. Without records (`first` = `last` + 1) it declares alone that
  /// what follows `follows` is not to come.
  package struct Fetched: Sendable, Equatable {
    package var stream: String
    /// The destination's watermark as we know it.
    package var follows: UInt64
    package var first: UInt64
    package var last: UInt64
    package var records: Int
    package var bytes: Int
  }

  /// A cursor to be made durable.
  package struct CursorMove: Sendable, Equatable {
    package var stream: String
    package var sequence: UInt64
  }

  enum Phase: Sendable, Equatable {
    case created
    case reportingHeads(sent: [UInt64])
    case fetching(Int)
    case posting(Int, Fetched)
    case settingAside(Int, sequence: UInt64)
    case waiting
    case stopped
  }

  package let name: String
  let limits: UplinkLimits
  var phase = Phase.created
  var streams: [StreamProgress] = []
  var schedule = SegmentSchedule()
  var budget: ByteBudget?
  var backoff: Backoff
  /// Nothing is sent before.
  var backingOffUntilMs: Int64?
  var isStopping = false
  var conflictsInARow = 0
  var refusalsInARow = 0
  var suspectedUntilMs: Int64?
  var headsReportedMs: Int64?
  var reportedHeads: [UInt64] = []
  package internal(set) var totals = UplinkStatus.Totals()
  /// Gone with the next success; the standing one says that data was affected and stays.
  var transientError: String?
  var standingError: String?

  package init(name: String, limits: UplinkLimits) {
    self.name = name
    self.limits = limits
    backoff = Backoff(minMs: limits.backoffMinMs, maxMs: limits.backoffMaxMs)
  }

  package var lastError: String? { transientError ?? standingError }

  // MARK: events

  /// The first event: the streams with their durable cursors of this uplink, the watermark and what was set aside.
  package mutating func begin(
    _ positions: [(position: StreamPosition, cursor: UInt64, setAside: UInt64)], at nowMs: Int64
  ) -> Action {
    precondition(phase == .created, "UplinkState: begun twice")
    streams = positions.map {
      StreamProgress($0.position, cursor: $0.cursor, setAside: $0.setAside, limits: limits)
    }
    budget = limits.maxBytesPerS.map { ByteBudget(bytesPerS: $0, at: nowMs) }
    return decide(at: nowMs)
  }

  /// New positions of streams. Not an event: whatever is under way goes on.
  package mutating func refresh(_ positions: [StreamPosition]) {
    for position in positions {
      guard let index = streams.firstIndex(where: { $0.position.name == position.name }) else { continue }
      // A record that was read is there, whatever an older look at the journal said.
      let last = max(position.last, streams[index].position.last)
      streams[index].position = position
      streams[index].position.last = last
    }
  }

  /// Streams that wait for a letter to be durable, and the sequence that its cursor must reach.
  package var held: [(stream: String, sequence: UInt64)] {
    streams.compactMap { stream in stream.heldAt.map { (stream.position.name, $0) } }
  }

  /// The letter about this record is durable. Not an event.
  package mutating func released(stream: String, sequence: UInt64) {
    guard let index = streams.firstIndex(where: { $0.position.name == stream && $0.heldAt == sequence }) else { return }
    streams[index].heldAt = nil
    streams[index].readAfter = max(sequence, streams[index].readAfter)
  }

  /// Not an event: whatever is under way is finished, and then comes `stop`.
  package mutating func stopRequested() {
    isStopping = true
  }

  /// A wait is over, for whatever reason.
  package mutating func woke(at nowMs: Int64) -> Action {
    precondition(phase == .waiting, "UplinkState: not waiting")
    return decide(at: nowMs)
  }

  /// - Parameter batch: nil when the journal had nothing after that sequence.
  package mutating func fetched(
    _ batch: (first: UInt64, last: UInt64, records: Int, bytes: Int)?, at nowMs: Int64
  ) -> Action {
    guard case .fetching(let index) = phase else { preconditionFailure("UplinkState: nothing was fetched") }
    guard let batch else {
      // Evicted since the last look: it counts as empty until the next one.
      streams[index].position.first = streams[index].position.last + 1
      return decide(at: nowMs)
    }
    precondition(
      batch.records > 0 && batch.first > streams[index].readAfter && batch.last >= batch.first,
      "UplinkState: fetched records out of order")
    streams[index].position.last = max(streams[index].position.last, batch.last)
    streams[index].noteCut(through: batch.last, records: batch.records, bytes: batch.bytes)
    let fetched = Fetched(
      stream: streams[index].position.name, follows: streams[index].watermark, first: batch.first, last: batch.last,
      records: batch.records, bytes: batch.bytes)
    if isStopping { return decide(at: nowMs) }
    phase = .posting(index, fetched)
    return .post(fetched)
  }

  /// The journal could not be read.
  package mutating func fetchFailed(_ reason: String, at nowMs: Int64, random: UInt64) -> Action {
    guard case .fetching = phase else { preconditionFailure("UplinkState: nothing was fetched") }
    return backOff(reason, at: nowMs, random: random)
  }

  /// - Parameter isDurable: the letter was durable already, from an earlier life.
  package mutating func letterPosted(isDurable: Bool = false, at nowMs: Int64) -> Action {
    guard case .settingAside(let index, let sequence) = phase else {
      preconditionFailure("UplinkState: nothing was set aside")
    }
    streams[index].heldAt = sequence
    if isDurable { released(stream: streams[index].position.name, sequence: sequence) }
    return decide(at: nowMs)
  }

  // MARK: deciding

  mutating func decide(at nowMs: Int64) -> Action {
    if isStopping {
      phase = .stopped
      return .stop
    }
    if let until = backingOffUntilMs {
      if nowMs < until { return wait(until, forNews: false) }
      backingOffUntilMs = nil
    }
    if nowMs >= headsDueMs {
      phase = .reportingHeads(sent: heads)
      return .reportHeads
    }
    let chosen = schedule.choose(streams) { $0.isPending && $0.readyMs(intervalMs: limits.intervalMs) <= nowMs }
    guard let index = chosen else { return wait(min(nextReadyMs, headsDueMs), forNews: true) }
    if let ready = budget?.readyMs(at: nowMs), ready > nowMs { return wait(min(ready, headsDueMs), forNews: false) }
    let stream = streams[index]
    guard stream.backlog > 0 else { return declareGap(of: index) }
    phase = .fetching(index)
    return .fetch(
      Fetch(
        stream: stream.position.name, after: stream.readAfter, maxRecords: stream.maxRecords,
        maxBytes: stream.maxBytes))
  }

  /// Everything up to the last record was evicted or set aside: an empty segment says so.
  private mutating func declareGap(of index: Int) -> Action {
    let stream = streams[index]
    let declaration = Fetched(
      stream: stream.position.name, follows: stream.watermark, first: stream.position.last + 1,
      last: stream.position.last, records: 0, bytes: 0)
    phase = .posting(index, declaration)
    return .post(declaration)
  }

  private mutating func wait(_ untilMs: Int64, forNews: Bool) -> Action {
    phase = .waiting
    return .wait(untilMs: untilMs, forNews: forNews)
  }

  private var nextReadyMs: Int64 {
    streams.filter(\.isPending).map { $0.readyMs(intervalMs: limits.intervalMs) }.min() ?? .max
  }

  private var isDrained: Bool { !streams.contains(where: \.isPending) }

  /// How far each stream goes, in the order of the streams.
  private var heads: [UInt64] { streams.map(\.position.last) }

  /// When the heads are to be told: at the start, at intervals, and soon after a drain.
  private var headsDueMs: Int64 {
    guard let reported = headsReportedMs else { return .min }
    return reported + (isDrained && heads != reportedHeads ? limits.headsSpacingMs : limits.headsIntervalMs)
  }

  package var namedHeads: [(stream: String, last: UInt64)] { streams.map { ($0.position.name, $0.position.last) } }

  // MARK: looking at it

  package func status(url: String) -> UplinkStatus {
    let activity: UplinkStatus.Activity =
      if phase == .stopped {
        .stopped
      } else if backingOffUntilMs != nil {
        .backingOff
      } else {
        isDrained ? .idle : .sending
      }
    return UplinkStatus(
      name: name, url: url, activity: activity, totals: totals, lastError: lastError,
      streams: streams.map {
        UplinkStatus.Stream(
          name: $0.position.name, watermark: $0.watermark, last: $0.position.last, lag: $0.lag)
      })
  }

  package func checkInvariants() {
    for stream in streams {
      precondition(stream.readAfter >= stream.watermark, "UplinkState: reads before the watermark")
      precondition(
        stream.maxRecords >= 1 && stream.maxRecords <= limits.segmentMaxRecords, "UplinkState: segment bounds")
      precondition(stream.heldAt.map { $0 > stream.watermark } ?? true, "UplinkState: holds a confirmed record")
    }
    if case .posting(let index, let fetched) = phase {
      precondition(fetched.follows == streams[index].watermark, "UplinkState: a segment that follows nothing")
      precondition(fetched.first > fetched.follows, "UplinkState: a segment before its watermark")
    }
  }
}
