internal import CrossdockPlugin

/// Says when the first column of a record passes a limit, and again only after it was back below.
final class LimitWatch: Model {
  private static let limit = TypedOption<Double>("limit", default: 80, help: "Values above it are reported.")

  static let manifest = PluginManifest(
    name: "my-plugin", version: "0.1.0", summary: "Says when a value passes a limit.", options: [limit])

  private let limit: Double
  private let output: String
  private var over: Set<String> = []

  init(_ context: PluginContext) throws {
    guard let output = context.writes.first else {
      throw PluginError("`writes` is empty: name a stream for the alerts")
    }
    limit = context[Self.limit]
    self.output = output
  }

  func process(_ batch: PluginBatch, into output: PluginOutput) throws {
    for record in batch {
      // NaN is a field that the message lacked: it changes nothing.
      guard let value = record.columns.first, value.isFinite else { continue }
      let source = record.source
      if value <= limit {
        over.remove(source)
      } else if over.insert(source).inserted {
        try output.emit(
          stream: self.output, source: source, eventTimeNs: record.eventTimeNs,
          body: Array(#"{"value":\#(value),"limit":\#(limit)}"#.utf8))
      }
    }
  }

  func checkpoint() -> [UInt8] { Array(over.sorted().joined(separator: "\n").utf8) }

  func restore(_ checkpoint: [UInt8]) throws {
    guard let text = String(validating: checkpoint, as: UTF8.self) else { throw PluginError("no text") }
    over = Set(text.split(separator: "\n").map(String.init))
  }
}
