/// Bounds of the simulator.
package enum SimulatorLimits {
  /// Messages handed to libmosquitto and not yet acknowledged. Beyond it the devices wait: their clocks go on, their messages
  /// come later. Below the 65,535 packet ids of MQTT, so that an id is never in use twice.
  package static let maxUnacknowledged = 4_000
  /// What libmosquitto has on the wire at one time; the rest of the above waits in its queue.
  static let maxInFlight = 1_000
  /// Replies that wait for the world to look at them; the oldest are dropped beyond it, as a busy handheld would.
  static let maxReplies = 1_000
  static let maxReplyBytes = 256 * 1024
  package static let maxRate = 20_000
  /// Assets that the paced load is spread over.
  static let loadAssets = 100
  /// Recorded vibration and pick lists are read whole.
  static let maxDataFileBytes = 64 << 20
  /// Until the broker is there, at the start.
  static let connectTimeoutMs: Int64 = 10_000
  /// For the acknowledgements of what was sent, at the end.
  static let drainTimeoutMs: Int64 = 30_000
}
