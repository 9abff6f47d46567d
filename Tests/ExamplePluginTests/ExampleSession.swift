import Foundation
import Logging
import PluginRuntime
import Records
import Testing

/// A plugin in the real host, over real frames, confined: what the agent does, batch by batch.
final class ExampleSession {
  struct Output: Equatable {
    var stream: String
    var source: String
    var timeNs: Int64
    var body: String
    var topic: String
  }

  struct Row {
    var stream: String
    var source: String
    var timeNs: Int64 = 0
    var body: [UInt8] = []
    var columns: [Double] = []
  }

  let session: PluginSession
  private let streams: [StreamDefinition]
  private let writes: [String]
  private var sources: [String] = []
  private var sequences: [Int: UInt64] = [:]

  init(
    _ launch: PluginLaunch, options: [String: PluginOptionValue.Value] = [:],
    streams: [(name: String, columns: [String])] = [], writes: [String] = []
  ) throws {
    session = try PluginSession(launch, writes: writes, log: Logger(label: "example"))
    self.writes = writes
    self.streams = streams.map { StreamDefinition(name: $0.name, streamClass: .telemetry, columns: $0.columns) }
    let table = session.hello.options
    for key in options.keys where !table.contains(where: { $0.key == key }) {
      Issue.record("\(session.hello.name) has no option \(key)")
    }
    let values = table.compactMap { option in
      (options[option.key] ?? option.defaultValue.flatMap { Self.value(of: $0, type: option.type) })
        .map { PluginOptionValue(key: option.key, value: $0) }
    }
    let status = try session.open(options: values, streams: self.streams)
    guard status == .ok else { throw PluginFailure.cannotStart("open: \(status): \(session.lastLogLine)") }
  }

  /// A default as the table has it: CROSSDOCK_OPTION_STRING, INTEGER, NUMBER, BOOLEAN.
  private static func value(of text: String, type: UInt32) -> PluginOptionValue.Value? {
    switch type {
    case 1: .string(text)
    case 2: Int64(text).map { .integer($0) }
    case 3: Double(text).map { .number($0) }
    case 4: .boolean(text == "true")
    default: nil
    }
  }

  var outputs: [Output] {
    session.emitted.records.map { record in
      Output(
        stream: writes[record.write],
        source: session.emitted.withSource(of: record) { String(decoding: $0, as: UTF8.self) },
        timeNs: record.eventTimeNs, body: session.emitted.withBody(of: record) { String(decoding: $0, as: UTF8.self) },
        topic: session.emitted.replyTopic(of: record))
    }
  }

  var rejects: [(record: Int, reason: String)] { session.rejects.map { ($0.record, $0.reason) } }

  /// The next record of the stream has so much higher a sequence.
  func skip(stream: Int, count: UInt64) { sequences[stream, default: 0] += count }

  func process(_ rows: [Row], waitMs: Int64 = 0) throws -> PluginSession.Status {
    let batch = RecordBatch()
    var new: [[UInt8]] = []
    for (i, row) in rows.enumerated() {
      let stream = try #require(streams.firstIndex { $0.name == row.stream })
      if !sources.contains(row.source) {
        sources.append(row.source)
        new.append(Array(row.source.utf8))
      }
      batch.appendBody(row.body)
      for column in row.columns { batch.appendColumn(column) }
      batch.finishRecord(
        stream: UInt16(stream), source: UInt32(sources.firstIndex(of: row.source)!), eventTimeNs: row.timeNs,
        ingestTimeNs: row.timeNs, monotonicNs: row.timeNs, flags: [])
      sequences[stream, default: 0] += 1
      batch.setSequence(sequences[stream]!, of: i)
    }
    var now = timespec()
    clock_gettime(CLOCK_BOOTTIME, &now)
    let boot = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    clock_gettime(CLOCK_REALTIME, &now)
    let wall = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    let isTimed = session.hello.role == .feed || session.hello.role == .uplink
    return try session.process(
      batch, newSources: new,
      time: isTimed ? BatchTime(wallNs: wall, monotonicNs: boot, waitUs: waitMs * 1000) : BatchTime())
  }
}
