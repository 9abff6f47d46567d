internal import Records

/// The time of a batch, for uplinks and feeds; zero for models and decoders, which must not depend on it.
package struct BatchTime: Sendable {
  package var wallNs: Int64 = 0
  package var monotonicNs: Int64 = 0
  package var waitUs: Int64 = 0

  package init() {}

  package init(wallNs: Int64, monotonicNs: Int64, waitUs: Int64) {
    self.wallNs = wallNs
    self.monotonicNs = monotonicNs
    self.waitUs = waitUs
  }
}

extension PluginFrameWriter {
  /// A batch as docs/plugin-frames.md has it.
  /// - Parameters:
  ///   - batch: every record is the plugin's; `sources` are the plugin's own numbers.
  ///   - newSources: names whose numbers follow on those sent before.
  ///   - isReplay: the records were worked on before, by a process of before.
  mutating func append(
    _ batch: RecordBatch, newSources: [[UInt8]], limitUs: Int64, time: BatchTime, isReplay: Bool
  ) {
    append(UInt32(batch.count))
    append(UInt32(batch.columns.count))
    append(UInt32(batch.samples.count))
    append(UInt32(batch.bodyBytes))
    append(UInt32(newSources.count))
    append(UInt32(newSources.reduce(0) { $0 + $1.count }))
    append(PluginFrame.takesWishes | (isReplay ? PluginFrame.isReplay : 0))
    append(UInt32(0))
    append(limitUs)
    append(time.wallNs)
    append(time.monotonicNs)
    append(time.waitUs)
    var offset: UInt32 = 0
    append(offset)
    for name in newSources {
      offset += UInt32(name.count)
      append(offset)
    }
    pad()
    for name in newSources { name.withUnsafeBytes { append(raw: $0) } }
    pad()
    append(array: batch.streams)
    append(array: batch.sources)
    append(array: batch.sequences)
    append(array: batch.eventTimesNs)
    append(array: batch.ingestTimesNs)
    append(array: batch.monotonicTimesNs)
    append(array: batch.flags)
    append(array: batch.bodyOffsets)
    append(array: batch.bodies)
    append(array: batch.columnOffsets)
    append(array: batch.columns)
    append(array: batch.sampleOffsets)
    append(array: batch.samples)
  }
}
