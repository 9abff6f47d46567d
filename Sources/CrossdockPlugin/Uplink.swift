/// An uplink: brings records to a destination outside the box.
public protocol Uplink: Plugin {
  /// Returns when every record of the batch is safe at the destination. Throw `PluginRetry` when it is not there: the same batch
  /// comes again, later and later, and nothing counts as failed. Any other error sets the batch aside.
  func deliver(_ batch: PluginBatch, _ turn: PluginTurn) throws
}

/// Thrown by `deliver` and `poll`: the other side is not there. The host comes back with the same batch.
public struct PluginRetry: Error, CustomStringConvertible, Sendable {
  public var description: String

  public init(_ description: String) {
    self.description = description
  }
}
