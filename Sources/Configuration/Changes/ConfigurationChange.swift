/// One thing that differs between two configurations, in words that an operator reads. No secret is in it.
package struct ConfigurationChange: Sendable, Equatable, CustomStringConvertible {
  /// What it is about: decides what must be done for it.
  package enum Part: Sendable, Hashable {
    /// Whose journal it is, and where: nothing that a running agent can change.
    case identity
    case journal
    case log
    case classRules(String)
    case connection(String)
    case stream(String)
    case feed(String)
    case model(String)
    /// A `[[plugin]]`, by its own name.
    case pluginAtWork(String)
    /// A program that models are made of.
    case plugin(String)
    /// Where installed plugins are, and whose signatures count.
    case plugins
    /// The same of trained models.
    case models
    case uplink(String)
    case control
    /// Which of two comes first, where that matters.
    case order

    var words: String {
      switch self {
      case .identity: "agent"
      case .journal: "journal"
      case .log: "log"
      case .classRules(let name): "class \"\(name)\""
      case .connection(let name): "connection \"\(name)\""
      case .stream(let name): "stream \"\(name)\""
      case .feed(let name): "feed \"\(name)\""
      case .model(let name): "model \"\(name)\""
      case .plugin(let name), .pluginAtWork(let name): "plugin \"\(name)\""
      case .plugins: "plugins"
      case .models: "models"
      case .uplink(let name): "uplink \"\(name)\""
      case .control: "control"
      case .order: "order"
      }
    }
  }

  package var part: Part
  /// `topic "a/+" → "b/+"`, `added`, `token changed`.
  package var what: String

  package init(_ part: Part, _ what: String) {
    self.part = part
    self.what = what
  }

  package var description: String {
    switch (part, what) {
    case (_, "added"), (_, "removed"): "\(part.words) \(what)"
    default: "\(part.words): \(what)"
    }
  }
}
