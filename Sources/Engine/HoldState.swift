/// Why and until when the engine holds back.
struct HoldState {
  let reason: String
  let retryAtMs: Int64
  private let delayMs: Int64

  init(after previous: HoldState?, reason: String, nowMs: Int64) {
    self.reason = reason
    delayMs = previous.map { min($0.delayMs * 2, EngineLimits.holdMaxMs) } ?? EngineLimits.holdMinMs
    retryAtMs = nowMs + delayMs
  }

  func isDue(nowMs: Int64) -> Bool { nowMs >= retryAtMs }
}
