/// `[limits]` of plugin.toml: what a plugin may use before it is killed or throttled.
package struct PluginLimits: Sendable, Equatable {
  package static let memoryMbRange = 1...16_384
  package static let cpuPercentRange = 1...100
  package static let batchMsRange = 1...600_000
  package static let startMsRange = 10...600_000
  package static let threadsRange = 0...1024
  package static let diskMbRange = 1...1_048_576
  package static let diskFilesRange = 1...100_000
  package static let outputRecordsRange = 1...10_000_000
  package static let outputKbRange = 1...4_194_304

  package var memoryMb: Int
  /// Of one core, over a minute.
  package var cpuPercent: Int
  /// Of one batch.
  package var batchMs: Int
  /// From its start to the answer to OPEN.
  package var startMs: Int
  package var outputRecordsPerS: Int
  package var outputKbPerS: Int

  /// Beside the first one of each process, of all its processes together.
  package var threads = 16
  /// Of its private folder.
  package var diskMb = 64
  package var diskFiles = 10_000

  package init(
    memoryMb: Int = 64, cpuPercent: Int = 50, batchMs: Int = 1000, startMs: Int = 5000, outputRecordsPerS: Int = 5000,
    outputKbPerS: Int = 4096
  ) {
    self.memoryMb = memoryMb
    self.cpuPercent = cpuPercent
    self.batchMs = batchMs
    self.startMs = startMs
    self.outputRecordsPerS = outputRecordsPerS
    self.outputKbPerS = outputKbPerS
  }
}
