// How many alerts may open: a token bucket a source, and one over all. A plant that loses power for a second makes every signal
// deviate at once; nobody reads ten thousand alerts, and a stream of them would push out what matters.
//
// An alert that finds the bucket empty is held back, not lost: its alarm stays open, untold, and is told with the next record for
// which there is a token. What is critical, from the beginning or since, has a bucket of its own beside that one, `criticalFactor`
// times as large: warnings before it cannot silence it, and a flood of criticals is bounded all the same. Of what was held back the
// worst is remembered until the storm's end is told, which is with the first record for which there is a token again. Time is the
// records' monotonic time; where that falls (the box has booted), none has passed.
internal import ConditionMonitoring
internal import StateCoding

enum AlertStorm {
  /// So many times the limit may be told beyond it when they are critical.
  static let criticalFactor = 4

  struct Limits: Equatable {
    var perAssetPerHour: Int
    var perHour: Int
  }

  /// An alarm that was held back, as it was when it was worst.
  final class Held: Sendable {
    let severity: AlarmState.Severity
    let asset: String
    let component: String
    let stream: String
    let first: UInt64
    let last: UInt64

    init(_ alarm: AlarmState, asset: String, component: String, stream: String) {
      severity = alarm.severity ?? .warning
      self.asset = asset
      self.component = component
      self.stream = stream
      first = alarm.firstSequence
      last = alarm.lastSequence
    }

    func encode(into state: StateWriter) {
      state.append(severity.rawValue)
      for text in [asset, component, stream] { state.append(text) }
      state.append(first)
      state.append(last)
    }

    init(severity code: UInt8, from state: inout StateReader) throws {
      guard let severity = AlarmState.Severity(rawValue: code) else {
        throw StateReader.Damaged(description: "a severity is unknown")
      }
      self.severity = severity
      asset = try state.text()
      component = try state.text()
      stream = try state.text()
      first = try state.integer()
      last = try state.integer()
    }
  }

  /// The bound on a source's alerts, or on all.
  struct Gate {
    private var ordinary = Bucket()
    private var critical = Bucket()
    /// Refusals since the last end of a storm.
    private(set) var refused: UInt32 = 0
    /// Of those that were refused.
    private(set) var worst: Held?

    mutating func refill(perHour limit: Int, nowNs: Int64) {
      ordinary.refill(perHour: limit, nowNs: nowNs)
      critical.refill(perHour: limit * AlertStorm.criticalFactor, nowNs: nowNs)
    }

    func admits(isCritical: Bool) -> Bool { ordinary.hasToken || (isCritical && critical.hasToken) }

    mutating func take() {
      if ordinary.hasToken { ordinary.take() } else { critical.take() }
    }

    /// - Returns: whether this is the first one.
    mutating func refuse(_ held: Held) -> Bool {
      if refused < .max { refused += 1 }
      note(held)
      return refused == 1
    }

    /// What is held back has become worse.
    mutating func note(_ held: Held) {
      if let worst, worst.severity.rawValue >= held.severity.rawValue { return }
      worst = held
    }

    /// There were refusals, and there is room again.
    var isOver: Bool { refused > 0 && ordinary.hasToken }

    /// - Returns: how many were refused, and the worst of them.
    mutating func end() -> (refused: UInt32, worst: Held?) {
      defer { (refused, worst) = (0, nil) }
      return (refused, worst)
    }

    init() {}

    func encode(into state: StateWriter) {
      ordinary.encode(into: state)
      critical.encode(into: state)
      state.append(refused)
      guard let worst else { return state.append(UInt8(0)) }
      worst.encode(into: state)
    }

    init(from state: inout StateReader) throws {
      ordinary = try Bucket(from: &state)
      critical = try Bucket(from: &state)
      refused = try state.integer()
      let severity = try state.integer(UInt8.self)
      if severity != 0 { worst = try Held(severity: severity, from: &state) }
    }
  }

  struct Bucket {
    private static let hourNs: Int64 = 3_600_000_000_000

    /// Alerts that may open now; negative: not used yet, full.
    private var tokens = -1.0
    private var lastNs: Int64 = 0

    mutating func refill(perHour limit: Int, nowNs: Int64) {
      if tokens < 0 {
        tokens = Double(limit)
      } else {
        let (passed, overflow) = nowNs.subtractingReportingOverflow(lastNs)
        let passedNs = overflow ? (nowNs > lastNs ? Self.hourNs : 0) : min(max(passed, 0), Self.hourNs)
        tokens = min(Double(limit), tokens + Double(limit) * (Double(passedNs) / Double(Self.hourNs)))
      }
      lastNs = nowNs
    }

    var hasToken: Bool { tokens >= 1 }

    mutating func take() { tokens -= 1 }

    init() {}

    func encode(into state: StateWriter) {
      state.append(tokens)
      state.append(lastNs)
    }

    init(from state: inout StateReader) throws {
      tokens = try state.number()
      lastNs = try state.integer()
    }
  }
}
