// When a plugin's process is started again, and when it is left alone: no clock, no process; both are the owner's.
//
// Each failure doubles the pause, from `minPauseMs` to `maxPauseMs`; a batch that succeeds sets it back. It is parked, until an
// operator says otherwise, after `maxFailuresInARow` without a batch in between, or `maxFailuresPerHour`. Taking what is not its own is
// never set back: each time within an hour doubles the pause from a second, and after `maxExcessesPerHour` it is parked.
package struct SupervisionState: Sendable {
  package enum Phase: Sendable, Equatable {
    /// Not started, or to be started again at that time.
    case waiting(untilMs: Int64)
    case running
    case parked(String)
  }

  package static let minPauseMs: Int64 = 50
  package static let maxPauseMs: Int64 = 60_000
  package static let maxFailuresInARow = 10
  package static let maxFailuresPerHour = 100
  package static let maxExcessesPerHour = 5
  private static let minExcessPauseMs: Int64 = 1000
  private static let hourMs: Int64 = 3_600_000

  package private(set) var phase: Phase
  /// Starts after the first.
  package private(set) var restarts: UInt64 = 0
  package private(set) var failures: UInt64 = 0
  package private(set) var lastFailure: String?
  private var inARow = 0
  private var recentMs: [Int64] = []
  private var recentExcessesMs: [Int64] = []
  private var hasStarted = false

  package init(nowMs: Int64) {
    phase = .waiting(untilMs: nowMs)
  }

  package mutating func started() {
    if hasStarted { restarts += 1 }
    hasStarted = true
    phase = .running
  }

  package mutating func succeeded() { inARow = 0 }

  package mutating func failed(_ reason: String, nowMs: Int64, isExcess: Bool = false) {
    failures += 1
    inARow += 1
    lastFailure = reason
    recentMs.removeAll { nowMs - $0 >= Self.hourMs }
    recentMs.append(nowMs)
    recentExcessesMs.removeAll { nowMs - $0 >= Self.hourMs }
    if isExcess { recentExcessesMs.append(nowMs) }
    if inARow >= Self.maxFailuresInARow {
      phase = .parked("failed \(inARow) times in a row, last: \(reason)")
    } else if recentMs.count >= Self.maxFailuresPerHour {
      phase = .parked("failed \(recentMs.count) times within an hour, last: \(reason)")
    } else if recentExcessesMs.count >= Self.maxExcessesPerHour {
      phase = .parked("took more than it may \(recentExcessesMs.count) times within an hour, last: \(reason)")
    } else {
      var pause = min(Self.maxPauseMs, Self.minPauseMs << min(20, inARow - 1))
      if isExcess { pause = max(pause, Self.minExcessPauseMs << (recentExcessesMs.count - 1)) }
      phase = .waiting(untilMs: nowMs + pause)
    }
  }

  /// A new process is wanted, and nothing has failed.
  package mutating func renew(nowMs: Int64) { phase = .waiting(untilMs: nowMs) }

  /// It will not get better by trying: the options or the artefact are not usable.
  package mutating func park(_ reason: String) {
    lastFailure = reason
    phase = .parked(reason)
  }
}
