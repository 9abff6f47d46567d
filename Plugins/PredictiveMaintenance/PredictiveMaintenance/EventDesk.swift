internal import CrossdockPlugin
internal import JSONText

/// Writes the records of the events stream: what happened to the models themselves. Without such a stream it only counts.
final class EventDesk {
  private let stream: String?
  private var json = JSONWriter(reserving: 512)

  init(stream: String?) {
    self.stream = stream
  }

  var isWritten: Bool { stream != nil }

  /// - Parameter members: what follows `event`, `asset` and comes before `model`.
  func emit(
    _ event: String, asset: String, eventTimeNs: Int64, model: ModelIdentity = .plugin, _ output: PluginOutput,
    _ members: (inout JSONWriter) -> Void
  ) throws {
    guard let stream else { return }
    json.removeAll()
    json.object { json in
      json.member("event", event)
      json.member("asset", asset)
      members(&json)
      model.write(into: &json)
    }
    try output.emit(stream: stream, source: asset, eventTimeNs: eventTimeNs, body: json.bytes)
  }

  /// A body that is complete.
  func emit(_ body: [UInt8], source: String, eventTimeNs: Int64, _ output: PluginOutput) throws {
    guard let stream else { return }
    try output.emit(stream: stream, source: source, eventTimeNs: eventTimeNs, body: body)
  }
}
