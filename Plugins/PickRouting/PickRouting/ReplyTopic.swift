internal import CrossdockPlugin

/// The option `reply_topic`: text with `{source}` and `{order}`.
struct ReplyTopic {
  private enum Part {
    case text(String)
    case source
    case order
  }

  private var parts: [Part] = []

  /// An empty pattern: no replies.
  init(_ pattern: String) throws(PluginError) {
    guard !pattern.contains(where: { $0 == "+" || $0 == "#" || $0 == "\0" }) else {
      throw PluginError("reply_topic: a topic to publish to has no + or #")
    }
    var rest = Substring(pattern)
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}") else {
        throw PluginError("reply_topic: a '{' without its '}'")
      }
      parts.append(.text(String(rest[..<open])))
      switch rest[rest.index(after: open)..<close] {
      case "source": parts.append(.source)
      case "order": parts.append(.order)
      case let other: throw PluginError("reply_topic: {\(other)} is not known; known are {source} and {order}")
      }
      rest = rest[rest.index(after: close)...]
    }
    parts.append(.text(String(rest)))
  }

  /// A source may have several levels; an order is one. What a topic must not contain becomes `-`.
  func topic(source: String, order: String) -> String {
    var topic = ""
    for part in parts {
      switch part {
      case .text(let text): topic += text
      case .source: topic += Self.cleaned(source, isOneLevel: false)
      case .order: topic += Self.cleaned(order, isOneLevel: true)
      }
    }
    return topic
  }

  private static func cleaned(_ text: String, isOneLevel: Bool) -> String {
    let name = text.isEmpty ? "unknown" : text
    return String(
      String.UnicodeScalarView(
        name.unicodeScalars.map { scalar in
          switch scalar {
          case "+", "#", "\0": "-"
          case "/" where isOneLevel: "-"
          default: scalar
          }
        }))
  }
}
