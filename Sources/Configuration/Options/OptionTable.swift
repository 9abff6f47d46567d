/// One key of agent.conf. The rows are the single source of parsing, defaults, the nearest key for a misspelled one, and the
/// reference page.
struct OptionRow: Sendable {
  enum Kind: Sendable {
    case string
    case integer(ClosedRange<Int>)
    case boolean
    case choice([String])
    /// Bytes: an integer, or text with a unit.
    case size(ClosedRange<Int>)
    /// Whole milliseconds or seconds: an integer, or text with a unit.
    case milliseconds(ClosedRange<Int>)
    case seconds(ClosedRange<Int>)
    case strings
    /// An inline table of names and texts, whose order matters.
    case pairs
    /// A path, relative to the folder of agent.conf. `file` must be readable.
    case path
    case file
    /// Text that is never printed.
    case secret
    /// A file with such a text, or `credential:NAME`.
    case secretFile
    /// A table that something else checks.
    case table
  }

  var key: String
  var kind: Kind
  /// As it would stand in agent.conf; parsed by the same code as the file.
  var defaultText: String?
  var isRequired: Bool
  /// The decoders that the key is for; empty: all.
  var decoders: [String]
  var help: String

  init(
    _ key: String, _ kind: Kind, default defaultText: String? = nil, isRequired: Bool = false, decoders: [String] = [],
    help: String
  ) {
    self.key = key
    self.kind = kind
    self.defaultText = defaultText
    self.isRequired = isRequired
    self.decoders = decoders
    self.help = help
  }
}

/// The keys of one section, in the order of the reference page.
struct OptionTable: Sendable {
  /// As in the file: `[agent]`, `[mqtt.NAME]`, `[[feed]]`.
  var header: String
  var summary: String
  var rows: [OptionRow]
  /// Keys that people look for and that do not exist, with what to do instead.
  var refused: [String: String] = [:]

  func row(_ key: String) -> OptionRow? { rows.first { $0.key == key } }
}
