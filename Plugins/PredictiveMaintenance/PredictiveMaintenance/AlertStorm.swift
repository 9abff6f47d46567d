// How many alerts may open: a token bucket a source, and one over all. A plant that loses power for a second makes every signal
// deviate at once; nobody reads ten thousand alerts, and a stream of them would push out what matters.
//
// An alert that finds the bucket empty is held back, not lost: its alarm stays open, untold, and is told as soon as there is a token,
// when it escalates or with its next record; when it ends before, nobody hears of it but the counter. Time is the records' monotonic
// time; where that falls (the box has booted), none has passed.
internal import StateCoding

enum AlertStorm {
  struct Limits: Equatable {
    var perAssetPerHour: Int
    var perHour: Int
  }

  struct Bucket: Equatable {
    private static let hourNs: Int64 = 3_600_000_000_000

    /// Alerts that may open now; negative: not used yet, full.
    private var tokens = -1.0
    private var lastNs: Int64 = 0
    /// Refusals since the last alert that was let through.
    private(set) var refused: UInt32 = 0

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

    /// - Returns: how many were refused before.
    mutating func take() -> UInt32 {
      tokens -= 1
      defer { refused = 0 }
      return refused
    }

    /// - Returns: whether this is the first one.
    mutating func refuse() -> Bool {
      if refused < .max { refused += 1 }
      return refused == 1
    }

    init() {}

    func encode(into state: StateWriter) {
      state.append(tokens)
      state.append(lastNs)
      state.append(refused)
    }

    init(from state: inout StateReader) throws {
      tokens = try state.number()
      lastNs = try state.integer()
      refused = try state.integer()
    }
  }
}
