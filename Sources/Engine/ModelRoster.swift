// Which models have run on the writer thread, and up to which record those have that no longer do: parked, taken out of agent.conf, moved into
// a process of their own. The records that came meanwhile have no results of theirs in the journal. One that comes back learns from them
// nevertheless, as after any restart, and what it says to them is thrown away: that is to be said, because it is a gap.
//
// Written with the first commit of an engine in which it has changed: no record is in between. A line for each model, in the order of their
// names: the last arrival that it has seen, or nothing while it takes part, and a tab before its name.
internal import Journal
internal import Records

struct ModelRoster: Equatable {
  /// Of those that are absent, the ones that left last are kept.
  private static let maxAbsent = 256
  private static let checkpointName = "_in_process"

  private var present: Set<String> = []
  /// By name: the last arrival that it has seen.
  private var absent: [String: Int64] = [:]

  init() {}

  /// Nothing is known of a journal from before.
  init(_ journal: Journal) throws(CrossdockError) {
    guard let saved = try journal.checkpoint(of: Self.checkpointName) else { return }
    for line in String(decoding: saved.state, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      if let seen = Int64(parts[0]) { absent[String(parts[1])] = seen } else { present.insert(String(parts[1])) }
    }
  }

  /// The last arrival that an absent one has seen; nil: it has not been absent.
  func lastSeen(by model: String) -> Int64? { absent[model] }

  /// With those that take part from now on.
  func with(_ models: [String], after arrival: Int64) -> ModelRoster {
    var next = ModelRoster()
    next.present = Set(models)
    next.absent = absent
    for model in present { next.absent[model] = arrival }
    for model in models { next.absent[model] = nil }
    let longestGone = next.absent.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    for (model, _) in longestGone.dropLast(Self.maxAbsent) { next.absent[model] = nil }
    return next
  }

  var checkpoint: JournalTransaction.Checkpoint {
    let lines = present.map { ($0, "\t\($0)") } + absent.map { ($0.key, "\($0.value)\t\($0.key)") }
    let text = lines.sorted { $0.0 < $1.0 }.map(\.1).joined(separator: "\n")
    return JournalTransaction.Checkpoint(model: Self.checkpointName, version: "1", state: Array(text.utf8))
  }
}
