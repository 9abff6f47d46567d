/// The text of `/metrics`: OpenMetrics 1.0. Families are written one after the other, the samples of each together.
struct OpenMetricsWriter {
  enum Kind: String {
    case counter
    case gauge
    /// Its buckets alone, each with what is in those before; the last has the label le="+Inf".
    case histogram
    case info
    /// One sample a state, the present one 1; the label is the family's name.
    case stateset
  }

  private(set) var text = ""
  private var family = ""
  private var suffix = ""

  /// Begins a family; `name` is without `_total` and `_info`.
  mutating func begin(_ name: String, _ kind: Kind, unit: String? = nil, help: String) {
    family = name
    suffix =
      switch kind {
      case .counter: "_total"
      case .info: "_info"
      case .histogram: "_bucket"
      case .gauge, .stateset: ""
      }
    text += "# TYPE \(name) \(kind.rawValue)\n"
    if let unit { text += "# UNIT \(name) \(unit)\n" }
    text += "# HELP \(name) \(help)\n"
  }

  mutating func sample(_ value: Double?) {
    sample([], value)
  }

  /// Nothing is written for a value that is not there.
  mutating func sample(_ labels: [(String, String)], _ value: Double?) {
    guard let value else { return }
    text += family + suffix
    if !labels.isEmpty {
      text += "{" + labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",") + "}"
    }
    let isWhole = value == value.rounded() && value.magnitude < 9e15
    text += " \(isWhole ? String(Int64(value)) : value.description)\n"
  }

  mutating func finish() -> [UInt8] {
    text += "# EOF\n"
    return Array(text.utf8)
  }

  private static func escaped(_ label: String) -> String {
    var out = ""
    for scalar in label.unicodeScalars {
      switch scalar {
      case "\\": out += "\\\\"
      case "\"": out += "\\\""
      case "\n": out += "\\n"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
