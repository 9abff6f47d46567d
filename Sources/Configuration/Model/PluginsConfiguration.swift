/// `[plugins]`: where installed plugins are kept, and whose signatures count.
package struct PluginsSection: Sendable, Equatable {
  package var folder: String
  package var trustKeys: [TrustKey]
  package var allowUnsigned: Bool
  /// Nil: `crossdock-plugin-host` beside the program.
  package var host: String?
}

/// A public key in minisign's format.
package struct TrustKey: Sendable, Equatable {
  /// The base64 line: `RWQ…`.
  package var text: String
  /// The file that it came from, or agent.conf itself.
  package var origin: String

  package static let bytes = 42
}
