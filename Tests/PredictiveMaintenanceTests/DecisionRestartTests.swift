import Seeded
import Testing

/// Killed right behind a decision about a model's version, or anywhere else, an instance goes on as if nothing had happened: no alert twice, none
/// changed, none that does not end. The decision is in the store by then, and the checkpoint may be from before it.
@Suite struct DecisionRestartTests {
  /// Two that say the opposite of worn machines, so that records judged by the other one are noticed: only the first opens alerts.
  private static let opening = SampleBundle()
  private static let silent = SampleBundle(version: "2.0.0", worn: 60)
  private static let sources = 3

  /// Machines that are worn and mended, and commands now and then.
  private func scenario(_ seed: UInt64, count: Int, commands: Double) -> [DecidedLife.Record] {
    var numbers = SeededNumbers(seed)
    var levels = Array(repeating: 40.0, count: Self.sources)
    return (0..<count).map { i in
      if i > 8, numbers.uniform() < commands {
        let kind = numbers.uniform() < 0.3 ? "promote" : "rollback"
        return DecidedLife.Record(
          stream: "work", source: "ops", body: #"{"command":"\#(kind)","model":"motor-life"}"#)
      }
      let source = i < Self.sources ? i : Int(Double(Self.sources) * numbers.uniform())
      if numbers.uniform() < 0.08 { levels[source] = 130 - levels[source] }
      return DecidedLife.Record(
        stream: "t", source: "m\(source)", columns: [1, levels[source] + numbers.gaussian()])
    }
  }

  private func batches(_ records: [DecidedLife.Record], _ numbers: inout SeededNumbers) -> [ArraySlice<
    DecidedLife.Record
  >] {
    var all: [ArraySlice<DecidedLife.Record>] = []
    var start = 0
    while start < records.count {
      let end = min(records.count, start + 1 + Int(9 * numbers.uniform()))
      all.append(records[start..<end])
      start = end
    }
    return all
  }

  private func compare(_ life: DecidedLife, with whole: DecidedLife, _ comment: String) {
    let (said, expected) = (life.words, whole.words)
    guard said != expected else { return }
    let place = zip(said, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? min(said.count, expected.count)
    Issue.record(
      """
      \(comment): \(said.count) records instead of \(expected.count); number \(place) is
      \(place < said.count ? said[place] : "not there")
      instead of
      \(place < expected.count ? expected[place] : "not there")
      """)
  }

  /// Kills behind every batch that told of a decision, and behind others at random; the store has taken it, or not yet.
  @Test(arguments: [true, false]) func killsBehindDecisionsChangeNothing(heedsWishes: Bool) throws {
    let seed = SeededNumbers.seed(default: 311)
    var (kills, wishes, alerts) = (0, 0, 0)
    for round in 0..<8 as Range<UInt64> {
      var numbers = SeededNumbers(seed &+ 1000 &+ round)
      let records = scenario(seed &+ round, count: 260, commands: 0.04)
      // Half of the lives have a rule that promotes by itself.
      let rule =
        round % 2 == 0 ? "" : ",\"agreement\":{\"within\":200},\"promote\":{\"evaluations\":70,\"agreement\":0.5}"
      let bundles = [
        Self.opening,
        SampleBundle(version: Self.silent.version, worn: Self.silent.worn, more: rule),
      ]
      let store = DecidedLife.Store(active: "1.0.0", shadow: "2.0.0")
      var whole = try DecidedLife(bundles, store: store)
      try whole.commit(records)
      var life = try DecidedLife(bundles, store: store)
      life.heedsWishes = heedsWishes
      life.isIsolated = round % 4 > 1
      for batch in batches(records, &numbers) {
        let before = life.wishes
        try life.commit(batch)
        let isDecided = life.wishes > before
        if numbers.uniform() < 0.8 { life.takeDecisions() }
        guard isDecided || numbers.uniform() < 0.15 else { continue }
        try life.killAndStart()
        kills += 1
      }
      compare(life, with: whole, "life \(round)")
      wishes += life.wishes
      alerts += whole.alerts
    }
    #expect(wishes > 20 && kills > 60 && alerts > 60)
    print("\(kills) kills in lives with \(wishes) decisions and \(alerts) alerts")
  }

  /// `crossdock model promote` changes the store, and a moment later the agent reloads; killed in between, or behind the reload.
  @Test func killsAroundAnOperatorsChangeChangeNothing() throws {
    let seed = SeededNumbers.seed(default: 312)
    let bundles = [Self.opening, Self.silent]
    for round in 0..<12 as Range<UInt64> {
      var numbers = SeededNumbers(seed &+ 1000 &+ round)
      let records = scenario(seed &+ round, count: 200, commands: 0)
      let cut = Int.random(in: 20..<180, using: &numbers)
      let store = DecidedLife.Store(active: "1.0.0", shadow: "2.0.0")
      var whole = try DecidedLife(bundles, store: store)
      try whole.commit(records[..<cut])
      whole.change { $0.promote() }
      try whole.reload()
      try whole.commit(records[cut...])

      var life = try DecidedLife(bundles, store: store)
      life.isIsolated = round % 2 == 0
      for batch in batches(Array(records[..<cut]), &numbers) { try life.commit(batch) }
      life.change { $0.promote() }
      if round % 3 == 0 { try life.reload() } else { try life.killAndStart() }
      for batch in batches(Array(records[cut...]), &numbers) {
        try life.commit(batch)
        // Also some records behind the change, where the newest checkpoint might be from before it.
        if numbers.uniform() < 0.3 { try life.killAndStart() }
      }
      compare(life, with: whole, "life \(round), cut at \(cut)")
      #expect(life.wishes >= 1)
    }
  }
}
