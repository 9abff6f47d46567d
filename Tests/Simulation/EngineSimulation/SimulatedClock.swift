import Records

/// The box's clocks: they go only when told to, step and leap as real ones do, and begin anew with each boot.
final class SimulatedClock {
  enum Start {
    /// No battery: 1970 until someone sets the time.
    case epoch
    /// Right from the start.
    case disciplined
    /// About right, but nothing says so.
    case undisciplined
  }

  private static let present: Int64 = 1_790_000_000_000_000_000
  private static let hour: Int64 = 3_600_000_000_000

  private let start: Start
  private var wallNs: Int64
  private var monotonicNs: Int64
  private var isSynchronised: Bool
  /// Real time since the life began: what a wall clock without a fault would have added.
  private var elapsedNs: Int64 = 0
  private(set) var boot = 0
  private(set) var now: ClockReading

  init(_ start: Start, monotonicNs: Int64) {
    self.start = start
    self.monotonicNs = monotonicNs
    wallNs = start == .epoch ? monotonicNs : Self.present
    isSynchronised = start == .disciplined
    now = ClockReading(wallNs: wallNs, monotonicNs: monotonicNs, isSynchronised: isSynchronised)
  }

  var monotonicMs: Int64 { monotonicNs / 1_000_000 }
  var bootName: String { "boot-\(boot)" }

  func advance(ns: Int64) {
    wallNs += ns
    monotonicNs += ns
    elapsedNs += ns
    read()
  }

  /// What a time server or a person does to the wall clock.
  func step(_ chance: inout SimulatedChance) {
    switch chance.below(4) {
    case 0: wallNs -= Self.hour
    case 1: wallNs += Int64(chance.within(1...7200)) * 1_000_000_000
    case 2: isSynchronised.toggle()
    default:
      wallNs = Self.present + elapsedNs
      isSynchronised = true
    }
    read()
  }

  /// The box sleeps: both clocks go on (the monotonic one counts suspended time).
  func suspend(_ chance: inout SimulatedChance) {
    advance(ns: Int64(chance.within(1...(8 * 3600))) * 1_000_000_000)
  }

  /// After a power cut: the monotonic clock begins anew, the wall clock only where there is no battery.
  func reboot(_ chance: inout SimulatedChance) {
    boot += 1
    elapsedNs += 30_000_000_000
    monotonicNs = Int64(chance.within(1...30)) * 1_000_000_000
    switch start {
    case .epoch:
      wallNs = monotonicNs
      isSynchronised = false
    case .disciplined: wallNs = Self.present + elapsedNs
    case .undisciplined: wallNs += 30_000_000_000
    }
    read()
  }

  private func read() {
    now = ClockReading(wallNs: wallNs, monotonicNs: monotonicNs, isSynchronised: isSynchronised)
  }
}
