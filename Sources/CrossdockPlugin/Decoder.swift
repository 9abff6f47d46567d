/// A decoder: reads raw messages, as the bodies of records, and emits what they say. Deterministic, as a model is.
public protocol Decoder: Plugin {
  /// Emits what one message says. Throw `PluginReject` for a message that cannot be decoded: it goes to the quarantine with its
  /// bytes and the reason, and the next one follows. Any other error gives the whole batch back as failed.
  func decode(_ message: PluginRecord, into output: PluginOutput) throws
}

/// Thrown by `decode`: this message cannot be decoded, and why.
public struct PluginReject: Error, CustomStringConvertible, Sendable {
  public var description: String

  public init(_ description: String) {
    self.description = description
  }
}
