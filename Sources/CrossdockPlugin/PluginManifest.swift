/// What a plugin says of itself: the source of its C descriptor, its reference page and the check of its options.
public struct PluginManifest: Sendable {
  public var name: String
  public var version: String
  public var summary: String
  public var options: [PluginOption]

  /// - Parameter options: `TypedOption`s, `PluginOption`s, or both.
  public init(name: String, version: String, summary: String, options: [any OptionTableRow] = []) {
    self.name = name
    self.version = version
    self.summary = summary
    self.options = options.map(\.row)
  }
}

/// One row of the option table.
public struct PluginOption: Sendable {
  public enum Kind: UInt32, Sendable {
    case string = 1
    case integer = 2
    case number = 3
    case boolean = 4
    /// A path relative to agent.conf; the plugin gets path and contents.
    case file = 5
    case files = 6
  }

  public var key: String
  public var kind: Kind
  /// As it would stand in agent.conf; nil: required.
  public var defaultValue: String?
  public var help: String

  public init(_ key: String, _ kind: Kind, default defaultValue: String?, help: String) {
    self.key = key
    self.kind = kind
    self.defaultValue = defaultValue
    self.help = help
  }
}

/// Text for the operator: what is wrong and what to do.
public struct PluginError: Error, CustomStringConvertible, Sendable {
  public var description: String

  public init(_ description: String) {
    self.description = description
  }
}
