#if canImport(Glibc)
  import Glibc
#endif

/// Reads agent.conf: every problem that can be found in one go, and the configuration when none of them is an error.
package enum ConfigurationLoader {
  package typealias Environment = @Sendable (_ name: String) -> String?

  /// The variables of this process.
  package static let processEnvironment: Environment = { name in
    guard let value = getenv(name) else { return nil }
    return String(cString: value)
  }
}
