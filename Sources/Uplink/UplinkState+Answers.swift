// What an answer of the destination means for the machine.
internal import Records

extension UplinkState {
  package struct Step: Sendable, Equatable {
    package var action: Action
    /// To be made durable before the action.
    package var cursorMove: CursorMove?
  }

  /// The answer to `post`.
  /// - Parameter wireBytes: what the request took on the wire; charged to the budget whatever the answer.
  package mutating func answered(
    _ answer: UplinkAnswer, wireBytes: Int, at nowMs: Int64, random: UInt64
  ) -> Step {
    guard case .posting(let index, let sent) = phase else { preconditionFailure("UplinkState: nothing was posted") }
    budget?.charge(wireBytes, at: nowMs)
    totals.sentBytes += UInt64(wireBytes)
    let before = streams[index].watermark
    let action =
      switch answer {
      case .accepted(let watermark, let written):
        accepted(index, sent, watermark: watermark, written: written, at: nowMs, random: random)
      case .conflict(let watermark): conflict(index, sent, watermark: watermark, at: nowMs, random: random)
      case .tooLarge:
        refused(
          index, sent, status: 413, reason: "too large", growEvery: UplinkLimits.growAfterTooLarge, at: nowMs,
          random: random)
      case .refused(let status, let reason):
        refused(index, sent, status: status, reason: reason, growEvery: 1, at: nowMs, random: random)
      case .misconfigured, .later, .noAnswer: failed(answer, at: nowMs, random: random)
      }
    let after = streams[index].watermark
    return Step(
      action: action, cursorMove: after == before ? nil : CursorMove(stream: sent.stream, sequence: after))
  }

  /// The answer to `reportHeads`.
  package mutating func headsAnswered(_ answer: UplinkAnswer, at nowMs: Int64, random: UInt64) -> Action {
    guard case .reportingHeads(let sent) = phase else { preconditionFailure("UplinkState: no heads were reported") }
    switch answer {
    case .misconfigured, .later, .noAnswer: return failed(answer, at: nowMs, random: random)
    case .conflict, .tooLarge, .refused:
      // Heads are news, no data: the next report is as good.
      totals.failures += 1
      transientError = "the report of heads was refused"
    case .accepted:
      backoff.reset()
      transientError = nil
    }
    headsReportedMs = nowMs
    reportedHeads = sent
    return decide(at: nowMs)
  }

  // MARK: the answers one by one

  private mutating func accepted(
    _ index: Int, _ sent: Fetched, watermark: UInt64, written: Int, at nowMs: Int64, random: UInt64
  ) -> Action {
    if watermark > streams[index].position.last { return contradicted(index, watermark, at: nowMs) }
    guard watermark > sent.follows else {
      let reason =
        "stream \(sent.stream): \(sent.first)…\(sent.last) was accepted, but the watermark stays \(watermark)"
      return backOff(reason, at: nowMs, random: random)
    }
    succeeded()
    totals.segments += 1
    totals.sentRecords += UInt64(sent.records)
    totals.missingRecords += sent.first - sent.follows - 1
    schedule.served(&streams[index], bytes: sent.bytes)
    streams[index].lastSentMs = nowMs
    streams[index].grow(to: limits)
    if written < sent.records {
      totals.shortWrites += 1
      standingError = "stream \(sent.stream): \(written) of \(sent.records) records were written, up to \(watermark)"
    }
    if streams[index].moveWatermark(to: watermark) { conflictsInARow = 0 }
    return decide(at: nowMs)
  }

  private mutating func conflict(
    _ index: Int, _ sent: Fetched, watermark: UInt64, at nowMs: Int64, random: UInt64
  ) -> Action {
    if watermark > streams[index].position.last { return contradicted(index, watermark, at: nowMs) }
    if watermark == sent.follows {
      let reason = "stream \(sent.stream): a segment that follows \(watermark) was answered 409 with that watermark"
      return backOff(reason, at: nowMs, random: random)
    }
    if watermark < sent.follows { totals.rewinds += 1 } else { totals.jumps += 1 }
    conflictsInARow = streams[index].moveWatermark(to: watermark) ? 0 : conflictsInARow + 1
    if conflictsInARow > UplinkLimits.maxConflictsInARow {
      let reason = "stream \(sent.stream): the watermark moves without data: does another agent use this id?"
      return backOff(reason, at: nowMs, random: random)
    }
    return decide(at: nowMs)
  }

  /// The destination has more than this journal ever had: what is written now would be taken for what it has.
  private mutating func contradicted(_ index: Int, _ watermark: UInt64, at nowMs: Int64) -> Action {
    let stream = streams[index].position
    totals.failures += 1
    streams[index].blockedUntilMs = nowMs + limits.refusedBackoffMs
    standingError =
      "stream \(stream.name): the destination has \(watermark), this journal ends at \(stream.last): "
      + "the journal was rolled back without a new epoch, or another agent uses this id"
    return decide(at: nowMs)
  }

  private mutating func refused(
    _ index: Int, _ sent: Fetched, status: Int, reason: String, growEvery: Int, at nowMs: Int64, random: UInt64
  ) -> Action {
    let text = "stream \(sent.stream): answered \(status)\(reason.isEmpty ? "" : ": \(reason)")"
    guard sent.records > 0 else { return backOff("\(text), to a segment without records", at: nowMs, random: random) }
    totals.failures += 1
    guard sent.records == 1 else {
      streams[index].shrink(records: sent.records, bytes: sent.bytes, growEvery: growEvery)
      return decide(at: nowMs)
    }
    refusalsInARow += 1
    if refusalsInARow > UplinkLimits.refusalsBeforeSuspicion {
      // Everything is refused: more likely a fault over there than in every record. One at a time, slowly.
      let until = suspectedUntilMs ?? nowMs + longDelayMs(random)
      suspectedUntilMs = until
      if nowMs < until {
        transientError = "\(text); every record is refused: check the URL and the destination"
        backingOffUntilMs = until
        return decide(at: nowMs)
      }
      suspectedUntilMs = nil
    }
    totals.setAside += 1
    standingError = "\(text): record \(sent.first) was set aside"
    if sent.stream.hasPrefix("_") {
      // A tombstone about a tombstone would be refused like it, and so on without end: the gap is declared and shown.
      streams[index].readAfter = sent.last
      return decide(at: nowMs)
    }
    phase = .settingAside(index, sequence: sent.first)
    return .setAside(
      DeadLetter(uplink: name, stream: sent.stream, sequence: sent.first, status: status, reason: reason))
  }

  private mutating func failed(_ answer: UplinkAnswer, at nowMs: Int64, random: UInt64) -> Action {
    switch answer {
    case .misconfigured(let status, let reason):
      totals.failures += 1
      transientError = "\(Self.advice(status))\(reason.isEmpty ? "" : ": \(reason)")"
      backingOffUntilMs = nowMs + longDelayMs(random)
      return decide(at: nowMs)
    case .later(let status, let retryAfterMs, let reason):
      let text = "answered \(status)\(reason.isEmpty ? "" : ": \(reason)")"
      return backOff(text, notBefore: retryAfterMs ?? 0, at: nowMs, random: random)
    case .noAnswer(let reason): return backOff(reason, at: nowMs, random: random)
    case .accepted, .conflict, .tooLarge, .refused: preconditionFailure("UplinkState: not a failure")
    }
  }

  private static func advice(_ status: Int) -> String {
    switch status {
    case 401: "answered 401: the token is missing or not accepted; check token_file"
    case 403: "answered 403: the token does not allow this agent to write"
    case 404: "answered 404: there is no crossdock-central at this URL; check url"
    case 300...399: "answered \(status): redirects are not followed; put the final address into url"
    case 409: "answered 409 without a watermark: this is not crossdock-central"
    default: "answered \(status): the destination does not understand this agent; compare the versions"
    }
  }

  // MARK: waiting

  private mutating func succeeded() {
    backoff.reset()
    refusalsInARow = 0
    suspectedUntilMs = nil
    transientError = nil
  }

  /// Never earlier than asked for, and spread after that, so that a fleet does not come back in step.
  mutating func backOff(_ reason: String, notBefore: Int64 = 0, at nowMs: Int64, random: UInt64) -> Action {
    totals.failures += 1
    transientError = reason
    let asked = min(max(notBefore, 0), limits.retryAfterMaxMs)
    backingOffUntilMs = nowMs + asked + backoff.nextDelayMs(random: random)
    return decide(at: nowMs)
  }

  private func longDelayMs(_ random: UInt64) -> Int64 {
    let half = limits.refusedBackoffMs / 2
    return half + 1 + Backoff.uniform(random, below: half)
  }
}
