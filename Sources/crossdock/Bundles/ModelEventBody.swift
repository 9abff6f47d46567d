import JSONText
import PluginBundles
import Records

/// A record of a plugin's events stream that is about a model.
enum ModelEventBody {
  /// Whether it is worth to be parsed: most records of such a stream are something else.
  static func mayBe(_ body: [UInt8]) -> Bool {
    let mark = Array("\"model-event\"".utf8)
    return body.prefix(64).indices.contains { body[$0...].starts(with: mark) }
  }

  /// The decision that it tells of, and the model; nil: it tells of none.
  static func decision(_ body: [UInt8], instance: String) -> (model: String, decision: ModelDecision)? {
    guard mayBe(body), let document = try? JSONValue.parse(body), document["event"]?.string == "model-event",
      let kind = document["kind"]?.string.flatMap(ModelDecision.Kind.init), let model = document["model"]?.string,
      let number = document["number"]?.integer, number > 0,
      let to = document["to"]?.string.flatMap(SemanticVersion.init), document["instance"]?.string == instance
    else { return nil }
    return (
      model,
      ModelDecision(
        instance: instance, number: number, kind: kind,
        from: document["from"]?.string.flatMap(SemanticVersion.init), to: to, by: document["by"]?.string ?? "",
        reason: document["reason"]?.string ?? "")
    )
  }
}
