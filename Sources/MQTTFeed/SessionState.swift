/// The life of one connection, without a socket: events in, the next step out. Time and chance are handed in.
package struct SessionState: Sendable, Equatable {
  package enum Phase: Sendable, Equatable {
    case waiting(untilMs: Int64)
    /// CONNECT is on its way; given up at the deadline.
    case connecting(deadlineMs: Int64)
    case connected(sinceMs: Int64)
    /// Left on purpose, until the owner resumes.
    case paused
    case stopped
  }

  /// The longest wait for a CONNACK or a SUBACK.
  package static let answerTimeoutMs: Int64 = 15_000
  /// A connection that held this long starts the back-off anew.
  package static let stableMs: Int64 = 10_000

  package private(set) var phase: Phase
  package private(set) var reconnects: UInt64 = 0
  private var attempt = 0
  private let backoffMinMs: Int64
  private let backoffMaxMs: Int64
  private let answerTimeoutMs: Int64

  package init(
    nowMs: Int64, backoffMinMs: Int64, backoffMaxMs: Int64, answerTimeoutMs: Int64 = SessionState.answerTimeoutMs
  ) {
    phase = .waiting(untilMs: nowMs)
    self.backoffMinMs = max(1, backoffMinMs)
    self.backoffMaxMs = max(backoffMinMs, backoffMaxMs)
    self.answerTimeoutMs = answerTimeoutMs
  }

  package var isConnected: Bool {
    if case .connected = phase { true } else { false }
  }

  /// Whether the time has come to connect.
  package func shouldConnect(nowMs: Int64) -> Bool {
    if case .waiting(let until) = phase { nowMs >= until } else { false }
  }

  /// Whether the broker took too long to answer.
  package func hasTimedOut(nowMs: Int64) -> Bool {
    if case .connecting(let deadline) = phase { nowMs >= deadline } else { false }
  }

  /// When something is to be done without an event; nil: never.
  package var nextWakeMs: Int64? {
    switch phase {
    case .waiting(let until): until
    case .connecting(let deadline): deadline
    case .connected, .paused, .stopped: nil
    }
  }

  package mutating func connecting(nowMs: Int64) {
    phase = .connecting(deadlineMs: nowMs + answerTimeoutMs)
  }

  package mutating func connected(nowMs: Int64) {
    phase = .connected(sinceMs: nowMs)
  }

  /// The connection is gone or could not be made: waits a time drawn evenly from [0, min(max, min·2^attempt)] ("full jitter").
  package mutating func lost(nowMs: Int64, random: inout some RandomNumberGenerator) {
    if phase == .stopped || phase == .paused { return }
    if case .connected(let since) = phase {
      reconnects += 1
      if nowMs - since >= Self.stableMs { attempt = 0 }
    }
    let ceiling = attempt >= 20 ? backoffMaxMs : min(backoffMaxMs, backoffMinMs << Int64(attempt))
    attempt += 1
    phase = .waiting(untilMs: nowMs + Int64.random(in: 0...ceiling, using: &random))
  }

  package mutating func pause() {
    if phase != .stopped { phase = .paused }
  }

  package mutating func resume(nowMs: Int64) {
    guard phase == .paused else { return }
    attempt = 0
    phase = .waiting(untilMs: nowMs)
  }

  package mutating func stop() {
    phase = .stopped
  }
}
