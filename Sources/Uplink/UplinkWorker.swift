internal import HTTPClient
internal import Journal
internal import Logging
internal import Platform
internal import Records
internal import Segments
internal import Synchronization

/// What lives on the uplink's thread: reader, connection, machine, and the records of the segment under way. Memory is
/// bounded by one segment: its records, its encoding, and an answer.
final class UplinkWorker {
  private let uplink: Uplink
  private let reader: JournalReader
  private let connection: UplinkConnection
  private var state: UplinkState
  private var definitions: [String: StreamDefinition] = [:]
  private var batch: [StoredRecord] = []
  private var generation: UInt64 = 0
  private var refreshedMs: Int64 = .min
  private var random = SystemRandomNumberGenerator()
  private var loggedError: String?

  /// The status is brought up to date at least so often while nothing may be sent.
  private static let statusMs: Int64 = 500
  private static let maxWaitMs: Int64 = 60_000

  /// Nil, with the reason in the status, while the journal cannot be opened.
  static func open(_ uplink: Uplink) -> UplinkWorker? {
    do throws(CrossdockError) {
      return try UplinkWorker(uplink)
    } catch {
      uplink.snapshot.withLock { $0.lastError = "\(error.place): \(error.reason)" }
      uplink.logger.debug("uplink waits for the journal", metadata: ["reason": "\(error.reason)"])
      return nil
    }
  }

  private init(_ uplink: Uplink) throws(CrossdockError) {
    self.uplink = uplink
    reader = try JournalReader(path: uplink.journalPath)
    connection = try UplinkConnection(uplink.destination, agent: uplink.agent)
    uplink.client.withLock { [client = connection.client] in $0 = client }
    state = UplinkState(name: uplink.destination.name, limits: uplink.destination.limits)
  }

  private var nowMs: Int64 { SystemClock.monotonicNs() / 1_000_000 }

  func run() {
    do throws(CrossdockError) {
      var action = try begin()
      while action != .stop {
        if uplink.isStopping { state.stopRequested() }
        action = try perform(action)
        publish()
      }
    } catch {
      // The journal itself cannot be read: begun again from the durable cursors.
      uplink.logger.error("uplink cannot read the journal", metadata: ["reason": "\(error.reason)"])
      uplink.snapshot.withLock { $0.lastError = "\(error.place): \(error.reason)" }
      _ = uplink.stopSignal.wait(past: 0, timeoutMs: Int(uplink.destination.limits.backoffMaxMs))
    }
  }

  private func begin() throws(CrossdockError) -> UplinkState.Action {
    generation = uplink.commits.generation
    refreshedMs = nowMs
    var positions: [(position: StreamPosition, cursor: UInt64, setAside: UInt64)] = []
    for stream in try selectedStreams() {
      let name = stream.definition.name
      definitions[name] = stream.definition
      let cursor = try reader.cursor(named: uplink.destination.cursorName, stream: name)
      let setAside = try reader.cursor(
        named: DeadLetter.cursorName(uplink: uplink.destination.name), stream: name)
      // A cursor beyond the end is none of this journal: the destination knows better.
      positions.append((position(stream), cursor: min(cursor, stream.last), setAside: setAside))
    }
    return state.begin(positions, at: nowMs)
  }

  private func selectedStreams() throws(CrossdockError) -> [StreamState] {
    let all = try reader.streams()
    guard let names = uplink.destination.streams else { return all }
    return all.filter { names.contains($0.definition.name) }
  }

  private func position(_ stream: StreamState) -> StreamPosition {
    StreamPosition(
      name: stream.definition.name, streamClass: stream.definition.streamClass, first: stream.first, last: stream.last)
  }

  // MARK: actions

  private func perform(_ action: UplinkState.Action) throws(CrossdockError) -> UplinkState.Action {
    switch action {
    case .reportHeads:
      try refreshIfNews()
      let answer = connection.reportHeads(state.namedHeads, epoch: reader.epoch)
      return state.headsAnswered(answer, at: nowMs, random: random.next())
    case .fetch(let wanted): return fetch(wanted)
    case .post(let sent): return try post(sent)
    case .setAside(let letter): return try setAside(letter)
    case .wait(let untilMs, let forNews): return try wait(untilMs: untilMs, forNews: forNews)
    case .stop: return .stop
    }
  }

  private func fetch(_ wanted: UplinkState.Fetch) -> UplinkState.Action {
    do throws(CrossdockError) {
      batch = try reader.read(
        stream: wanted.stream, after: wanted.after, maxRecords: wanted.maxRecords, maxBytes: wanted.maxBytes)
    } catch {
      batch = []
      if error.fault == .damaged { uplink.cursors.reportDamage(stream: wanted.stream, after: wanted.after) }
      return state.fetchFailed("the journal cannot be read: \(error.reason)", at: nowMs, random: random.next())
    }
    guard let first = batch.first, let last = batch.last else { return state.fetched(nil, at: nowMs) }
    let bytes = batch.reduce(0) { $0 + $1.body.count }
    return state.fetched(
      (first: first.sequence, last: last.sequence, records: batch.count, bytes: bytes), at: nowMs)
  }

  private func post(_ sent: UplinkState.Fetched) throws(CrossdockError) -> UplinkState.Action {
    if sent.records == 0 { batch = [] }
    guard let definition = definitions[sent.stream] else { preconditionFailure("UplinkWorker: unknown stream") }
    let answer: UplinkAnswer
    var wireBytes = 0
    do throws(CrossdockError) {
      let segment = try SegmentEncoder.encode(
        batch, agent: uplink.agent, epoch: reader.epoch, stream: sent.stream, streamClass: definition.streamClass,
        bodyFormat: definition.bodyFormat, follows: sent.follows, first: sent.first)
      batch = []
      wireBytes = segment.count + UplinkConnection.overheadBytes
      answer = connection.post(segment, stream: sent.stream)
    } catch {
      // Beyond the bounds of a segment: as if the destination had said so.
      answer = .tooLarge
    }
    try refreshIfNews()
    let step = state.answered(answer, wireBytes: wireBytes, at: nowMs, random: random.next())
    if let move = step.cursorMove {
      uplink.cursors.post(
        CursorUpdate(name: uplink.destination.cursorName, stream: move.stream, sequence: move.sequence))
      if case .conflict = answer {
        uplink.logger.notice(
          "uplink goes on from the destination's watermark",
          metadata: ["stream": "\(move.stream)", "watermark": "\(move.sequence)", "followed": "\(sent.follows)"])
      }
    }
    return step.action
  }

  private func setAside(_ letter: DeadLetter) throws(CrossdockError) -> UplinkState.Action {
    uplink.logger.error(
      "record set aside: the destination refuses it",
      metadata: ["stream": "\(letter.stream)", "sequence": "\(letter.sequence)", "status": "\(letter.status)"])
    let isDurable = try reader.cursor(named: letter.cursor.name, stream: letter.stream) == letter.sequence
    if !isDurable { uplink.letters.post(letter) }
    return state.letterPosted(isDurable: isDurable, at: nowMs)
  }

  // MARK: waiting

  private func wait(untilMs: Int64, forNews: Bool) throws(CrossdockError) -> UplinkState.Action {
    publish()
    while !uplink.isStopping {
      let rest = untilMs - nowMs
      guard rest > 0 else { break }
      if forNews {
        // A letter that is under way is looked for even where nobody says that it was committed.
        let isHeld = !state.held.isEmpty
        let mostMs = isHeld ? Self.statusMs : Self.maxWaitMs
        guard uplink.commits.wait(past: generation, timeoutMs: Int(min(rest, mostMs))) != generation || isHeld else {
          continue
        }
        let spacing = refreshedMs + uplink.destination.limits.refreshMs - nowMs
        if spacing > 0 { _ = uplink.stopSignal.wait(past: 0, timeoutMs: Int(spacing)) }
        try refresh()
        break
      }
      _ = uplink.stopSignal.wait(past: 0, timeoutMs: Int(min(rest, Self.statusMs)))
      try refreshIfNews()
      publish()
    }
    if uplink.isStopping { state.stopRequested() }
    return state.woke(at: nowMs)
  }

  private func refreshIfNews() throws(CrossdockError) {
    if uplink.commits.generation != generation, nowMs - refreshedMs >= uplink.destination.limits.refreshMs {
      try refresh()
    }
  }

  private func refresh() throws(CrossdockError) {
    // Read before the look, so that a commit in between is news again.
    generation = uplink.commits.generation
    refreshedMs = nowMs
    state.refresh(try selectedStreams().map(position))
    for held in state.held {
      let durable = try reader.cursor(
        named: DeadLetter.cursorName(uplink: uplink.destination.name), stream: held.stream)
      if durable == held.sequence { state.released(stream: held.stream, sequence: held.sequence) }
    }
  }

  private func publish() {
    var status = state.status(url: uplink.destination.url)
    // A request that was cut off by `stop` is no problem of the destination.
    if uplink.isStopping { status.lastError = loggedError }
    uplink.snapshot.withLock { $0 = status }
    guard status.lastError != loggedError else { return }
    loggedError = status.lastError
    if let error = loggedError {
      uplink.logger.warning("uplink has a problem", metadata: ["reason": "\(error)"])
    } else {
      uplink.logger.notice("uplink works again")
    }
  }
}
