/// A row of the option table that knows the type of its value in Swift:
///
///     static let limit = TypedOption<Double>("limit", default: 80, help: "Values above it are reported.")
///     static let manifest = PluginManifest(…, options: [limit])
///
///     init(_ context: PluginContext) { limit = context[Self.limit] }
///
/// `Value`: String, Int, Double, Bool, `PluginContext.File?` (one file) or `[PluginContext.File]`.
public struct TypedOption<Value: OptionValue>: OptionTableRow {
  public let row: PluginOption

  public init(_ key: String, default value: Value, help: String) {
    row = PluginOption(key, Value.kind, default: value.defaultText, help: help)
  }

  /// Without a default, agent.conf must give a value.
  public init(required key: String, help: String) {
    row = PluginOption(key, Value.kind, default: nil, help: help)
  }
}

/// What may stand in the table of a manifest: a `TypedOption`, or a plain `PluginOption`.
public protocol OptionTableRow: Sendable {
  var row: PluginOption { get }
}

extension PluginOption: OptionTableRow {
  public var row: PluginOption { self }
}

extension PluginContext {
  public subscript<Value>(option: TypedOption<Value>) -> Value { Value.value(of: option.row.key, in: self) }
}

/// A type that an option's value can have.
public protocol OptionValue: Sendable {
  static var kind: PluginOption.Kind { get }
  /// As it would stand in agent.conf, without quotes.
  var defaultText: String { get }
  static func value(of key: String, in context: PluginContext) -> Self
}

extension String: OptionValue {
  public static var kind: PluginOption.Kind { .string }
  public var defaultText: String { self }
  public static func value(of key: String, in context: PluginContext) -> String { context.string(key) }
}

extension Int: OptionValue {
  public static var kind: PluginOption.Kind { .integer }
  public var defaultText: String { String(self) }
  public static func value(of key: String, in context: PluginContext) -> Int { Int(context.integer(key)) }
}

extension Double: OptionValue {
  public static var kind: PluginOption.Kind { .number }
  public var defaultText: String { String(self) }
  public static func value(of key: String, in context: PluginContext) -> Double { context.number(key) }
}

extension Bool: OptionValue {
  public static var kind: PluginOption.Kind { .boolean }
  public var defaultText: String { String(self) }
  public static func value(of key: String, in context: PluginContext) -> Bool { context.boolean(key) }
}

extension PluginContext.File?: OptionValue {
  public static var kind: PluginOption.Kind { .file }
  public var defaultText: String { "" }
  public static func value(of key: String, in context: PluginContext) -> PluginContext.File? {
    context.files(key).first { !$0.path.isEmpty }
  }
}

extension [PluginContext.File]: OptionValue {
  public static var kind: PluginOption.Kind { .files }
  public var defaultText: String { "" }
  public static func value(of key: String, in context: PluginContext) -> [PluginContext.File] { context.files(key) }
}
