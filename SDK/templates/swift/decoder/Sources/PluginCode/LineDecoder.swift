internal import CrossdockPlugin

/// Decodes lines of a house format, "SOURCE;VALUE;STATE", into {"value":…,"state":…}. What is no such line is rejected.
final class LineDecoder: Decoder {
  private static let maxLineBytes = 200
  private static let separator = TypedOption<String>(
    "separator", default: ";", help: "The character between two fields.")

  static let manifest = PluginManifest(
    name: "my-plugin", version: "0.1.0", summary: "Decodes lines of a house format.", options: [separator])

  private let separator: Character
  private let output: String

  init(_ context: PluginContext) throws {
    guard let output = context.writes.first else {
      throw PluginError("`writes` is empty: name a stream for the records")
    }
    let separator = context[Self.separator]
    guard let character = separator.first, separator.count == 1 else { throw PluginError("separator: one character") }
    self.separator = character
    self.output = output
  }

  func decode(_ message: PluginRecord, into output: PluginOutput) throws {
    guard message.body.count <= Self.maxLineBytes, let line = String(validating: message.body, as: UTF8.self) else {
      throw PluginReject("too long, or no text")
    }
    let fields = line.split(separator: separator, omittingEmptySubsequences: false)
    guard fields.count == 3, !fields[0].isEmpty else { throw PluginReject("not three fields") }
    guard let value = Double(fields[1]), value.isFinite else { throw PluginReject("the second field is not a number") }
    guard !fields[2].isEmpty, fields[2].allSatisfy({ ("a"..."z").contains($0) || $0 == "-" }) else {
      throw PluginReject("the state is not a word")
    }
    try output.emit(
      stream: self.output, source: String(fields[0]), eventTimeNs: message.eventTimeNs,
      body: Array(#"{"value":\#(value),"state":"\#(fields[2])"}"#.utf8))
  }
}
