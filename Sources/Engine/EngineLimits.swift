/// The bounds of the writer thread's own structures. Those of the journal and of plugins are theirs.
package enum EngineLimits {
  /// Topics of a connection whose feed and source are remembered; beyond it the table starts anew.
  static let maxTopics = 65_536
  /// A model writes its checkpoint after so many records, or after so long when anything came.
  static let checkpointRecords = 2000
  static let checkpointIntervalMs: Int64 = 10_000
  /// Records that are handed back to a model in one batch after a restart.
  static let replayBatchRecords = 500
  /// What one batch may take in a model before it counts as late.
  static let modelDeadlineMs: Int64 = 1000
  static let tickMs: Int64 = 250
  /// So many messages are committed without waiting for more.
  static let maxCompany = 64
  /// A model's state is written again when the records since have so many times its bytes: a large state is not written for a few.
  static let checkpointBytesFactor = 4
  /// … but never more than so many records are to be handed back after a restart.
  static let maxRecordsBetweenCheckpoints = 50_000
  /// Beside the payload: the longest topic (64 KiB), and as much for properties.
  static let packetOverheadBytes = 128 << 10
  /// A broker discards what is larger than a client takes, in silence. So this is at least what our settings for Mosquitto let in
  /// at the door (`max_packet_size`): what is too large for a feed comes, and is counted and named.
  static let minPacketBytes = 2 << 20
  /// The largest packet that a broker may send (MQTT 5), for feeds with these bounds on payloads.
  static func maximumPacketSize(payloads: [Int]) -> UInt32 {
    UInt32(clamping: max(minPacketBytes, (payloads.max() ?? 0) * 2 + packetOverheadBytes))
  }
  /// How often a commit that failed is tried again.
  static let holdMinMs: Int64 = 100
  static let holdMaxMs: Int64 = 5000
}
