import Records
import Seeded
import Testing

@testable import Uplink

/// Every short series of answers, and many seeded lives against a model of the destination.
struct UplinkStateCampaignTests {
  private static let alphabet: [UplinkAnswer] = [
    .accepted(watermark: 0, written: 0), .accepted(watermark: 3, written: 3), .accepted(watermark: 8, written: 2),
    .accepted(watermark: 99, written: 1), .conflict(watermark: 0), .conflict(watermark: 4), .conflict(watermark: 99),
    .tooLarge, .refused(status: 422, reason: ""), .misconfigured(status: 401, reason: ""),
    .later(status: 429, retryAfterMs: 10, reason: ""), .noAnswer(reason: "reset"),
  ]

  /// 12^4 series, each from a fresh machine: no series breaks an invariant or makes the machine ask again and again in no time.
  @Test func noSeriesOfAnswersBreaksAnInvariantOrSpins() {
    let count = Self.alphabet.count
    for series in 0..<(count * count * count * count) {
      var rest = series
      var answers: [UplinkAnswer] = []
      for _ in 0..<4 {
        answers.append(Self.alphabet[rest % count])
        rest /= count
      }
      let requests = run(answers)
      // Four answers, and at most: halvings of 8 records, rewinds and letters until time has to pass.
      #expect(requests <= 40, "series \(series)")
    }
  }

  /// Answers repeat after the series; counts requests until virtual time has moved by a second.
  private func run(_ answers: [UplinkAnswer]) -> Int {
    var limits = UplinkLimits()
    limits.backoffMinMs = 2000
    var state = UplinkState(name: "u", limits: limits)
    let position = StreamPosition(name: "s", streamClass: .alert, first: 1, last: 8)
    var action = state.begin([(position: position, cursor: 0, setAside: 0)], at: 0)
    var now: Int64 = 0
    var requests = 0
    while now < 1000, requests < 100 {
      state.checkInvariants()
      switch action {
      case .reportHeads: action = state.headsAnswered(.accepted(watermark: 0, written: 0), at: now, random: .max)
      case .fetch(let wanted):
        let last = min(8, wanted.after + UInt64(wanted.maxRecords))
        let records = Int(last - wanted.after)
        action = state.fetched((first: wanted.after + 1, last: last, records: records, bytes: records), at: now)
      case .post:
        action =
          state.answered(answers[requests % answers.count], wireBytes: 1, at: now, random: .max).action
        requests += 1
      case .setAside(let letter):
        _ = state.letterPosted(at: now)
        state.released(stream: letter.stream, sequence: letter.sequence)
        action = state.woke(at: now)
      case .wait(let until, _):
        #expect(until > now)
        now = until
        action = now < 1000 ? state.woke(at: now) : .stop
      case .stop: return requests
      }
    }
    return requests
  }

  @Test func everyRecordArrivesOnceOrIsNamedWhateverTheDestinationDoes() {
    let seed = SeededNumbers.seed()
    for life in 0..<300 {
      var world = SimulatedDestination(seed: seed &+ UInt64(life))
      world.live()
      world.account()
    }
  }
}

/// A journal and a destination in memory, with faults on the way, restarts of the agent and restores of the destination.
private struct SimulatedDestination {
  private var random: SeededNumbers
  private let seed: UInt64
  private let names = ["alerts", "scans", "telemetry"]
  private let classes: [StreamClass] = [.alert, .scan, .telemetry]
  private var first: [String: UInt64] = [:]
  private var last: [String: UInt64] = [:]
  private var poison: [String: Set<UInt64>] = [:]
  private var cursors: [String: UInt64] = [:]
  private var setAside: [String: UInt64] = [:]
  private var named: [String: Set<UInt64>] = [:]
  private var evicted: [String: Set<UInt64>] = [:]
  /// What the destination holds now; a restore takes some of it back.
  private var received: [String: [UInt64]] = [:]
  private var watermark: [String: UInt64] = [:]
  private var sizeLimit = Int.max
  private var now: Int64 = 0
  private var faultsLeft = 200

  init(seed: UInt64) {
    self.seed = seed
    random = SeededNumbers(seed)
    for name in names {
      first[name] = 1
      last[name] = UInt64.random(in: 0...400, using: &random)
      for sequence in 0..<(last[name] ?? 0) where random.chance(1) { poison[name, default: []].insert(sequence + 1) }
    }
    if random.chance(40) { sizeLimit = Int.random(in: 1...50, using: &random) }
  }

  private func begin(_ state: inout UplinkState) -> UplinkState.Action {
    let positions = zip(names, classes).map { name, streamClass in
      (position: position(name, streamClass), cursor: cursors[name] ?? 0, setAside: setAside[name] ?? 0)
    }
    return state.begin(positions, at: now)
  }

  private func position(_ name: String, _ streamClass: StreamClass) -> StreamPosition {
    StreamPosition(name: name, streamClass: streamClass, first: first[name]!, last: last[name]!)
  }

  private mutating func newMachine() -> UplinkState {
    var limits = UplinkLimits()
    limits.segmentMaxRecords = Int.random(in: 1...200, using: &random)
    if random.chance(20) { limits.maxBytesPerS = 100_000 }
    return UplinkState(name: "u", limits: limits)
  }

  mutating func live() {
    var state = newMachine()
    var action = begin(&state)
    var batch: [UInt64] = []
    var steps = 0
    while !isDone(state) {
      steps += 1
      precondition(steps < 200_000, "seed \(seed): no end")
      state.checkInvariants()
      switch action {
      case .reportHeads:
        action = state.headsAnswered(fault() ?? .accepted(watermark: 0, written: 0), at: now, random: random.next())
      case .fetch(let wanted):
        batch = read(wanted)
        action = state.fetched(
          batch.isEmpty ? nil : (first: batch[0], last: batch.last!, records: batch.count, bytes: batch.count * 10),
          at: now)
      case .post(let sent):
        if sent.records == 0 { batch = [] }
        let step = state.answered(answer(sent, batch), wireBytes: batch.count * 5, at: now, random: random.next())
        if let move = step.cursorMove, random.chance(80) { cursors[move.stream] = move.sequence }
        action = step.action
      case .setAside(let letter):
        action = state.letterPosted(at: now)
        named[letter.stream, default: []].insert(letter.sequence)
        setAside[letter.stream] = letter.sequence
      case .wait(let until, _):
        now = min(until, now + Int64.random(in: 1...1000, using: &random))
        journalGoesOn()
        state.refresh(zip(names, classes).map { position($0, $1) })
        for held in state.held { state.released(stream: held.stream, sequence: held.sequence) }
        action = state.woke(at: now)
      case .stop: return
      }
      if faultsLeft > 0, random.chance(1) {
        // A crash: what was not durable is forgotten.
        state = newMachine()
        action = begin(&state)
      }
    }
  }

  private func isDone(_ state: UplinkState) -> Bool {
    faultsLeft <= 0 && state.held.isEmpty
      && names.allSatisfy { name in
        (watermark[name] ?? 0) >= last[name]!
      }
  }

  private mutating func journalGoesOn() {
    guard faultsLeft > 0 else { return }
    for name in names {
      if random.chance(20) { last[name]! += UInt64.random(in: 1...50, using: &random) }
      if random.chance(2), last[name]! > first[name]! {
        let to = UInt64.random(in: first[name]!...last[name]!, using: &random)
        for sequence in first[name]!..<to { evicted[name, default: []].insert(sequence) }
        first[name] = to
      }
    }
  }

  private mutating func read(_ wanted: UplinkState.Fetch) -> [UInt64] {
    let from = max(wanted.after + 1, first[wanted.stream]!)
    guard from <= last[wanted.stream]! else { return [] }
    let byBytes = max(1, wanted.maxBytes / 10)
    return Array((from...last[wanted.stream]!).prefix(min(wanted.maxRecords, byBytes)))
  }

  private mutating func fault() -> UplinkAnswer? {
    guard faultsLeft > 0 else { return nil }
    faultsLeft -= 1
    guard random.chance(30) else { return nil }
    let answers: [UplinkAnswer] = [
      .later(status: 503, retryAfterMs: nil, reason: ""), .later(status: 429, retryAfterMs: 2000, reason: ""),
      .noAnswer(reason: "refused"), .misconfigured(status: 401, reason: ""),
    ]
    return answers.randomElement(using: &random)
  }

  /// The contract of crossdock-central.
  private mutating func answer(_ sent: UplinkState.Fetched, _ batch: [UInt64]) -> UplinkAnswer {
    if let fault = fault() { return fault }
    let name = sent.stream
    if faultsLeft > 0, random.chance(2), let to = (0...(watermark[name] ?? 0)).randomElement(using: &random) {
      // Restored from a backup: forgets its newest records.
      watermark[name] = to
      received[name]?.removeAll { $0 > to }
    }
    let mine = watermark[name] ?? 0
    guard sent.follows == mine else { return .conflict(watermark: mine) }
    if batch.count > sizeLimit { return .tooLarge }
    if batch.contains(where: { poison[name]?.contains($0) == true }) { return .refused(status: 422, reason: "") }
    received[name, default: []] += batch
    watermark[name] = sent.last
    if faultsLeft > 0, random.chance(10) { return .noAnswer(reason: "reset after commit") }
    return .accepted(watermark: sent.last, written: batch.count)
  }

  func account() {
    for name in names {
      let got = received[name] ?? []
      #expect(Set(got).count == got.count, "seed \(seed): \(name) has doubles")
      #expect(got == got.sorted(), "seed \(seed): \(name) out of order")
      let known = Set(got).union(named[name] ?? []).union(evicted[name] ?? [])
      let missing = last[name]! == 0 ? [] : (1...last[name]!).filter { !known.contains($0) }
      #expect(missing.isEmpty, "seed \(seed): \(name) lost \(missing.prefix(5))")
      #expect((named[name] ?? []).isSubset(of: poison[name] ?? []), "seed \(seed): a good record was set aside")
    }
  }
}
