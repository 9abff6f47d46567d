internal import JSONText

/// A command about a model, from a topic or from central: `{"command":"promote","model":NAME}`, with `"version"` where it is to be about that one
/// only, and `"reason"` for whoever reads it later.
struct ModelCommand: Equatable {
  enum Kind: String {
    case promote
    case rollback
  }

  static let maxBytes = 4096

  /// As it was sent.
  var name: String
  /// Nil: there is no such command.
  var kind: Kind?
  var model: String
  var version: String?
  var reason: String

  /// Nil: it is no command for a model.
  init?(_ body: UnsafeRawBufferPointer) {
    guard body.count <= Self.maxBytes, let document = try? JSONValue.parse(Array(body)),
      let name = document["command"]?.string, let model = document["model"]?.string
    else { return nil }
    self.name = String(name.prefix(40))
    kind = Kind(rawValue: name)
    self.model = model
    version = document["version"]?.string
    reason = String((document["reason"]?.string ?? "").prefix(200))
  }
}
