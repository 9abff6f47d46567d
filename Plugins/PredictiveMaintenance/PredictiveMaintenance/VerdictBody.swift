internal import JSONText
internal import ModelGovernance
internal import SignalFeatures

/// What a trained model says of a row of features, as it is written into the feature stream: with the features' exact values, so that
/// it can be explained, and evaluated again, from this record alone.
enum VerdictBody {
  static func write(
    _ verdict: GovernedVerdict, _ row: borrowing FeatureRow, asset: String, lineage: Lineage,
    into json: inout JSONWriter
  ) {
    json.removeAll()
    json.object { json in
      json.member("asset", asset)
      json.member("stream", lineage.stream)
      json.member("sequence", lineage.lastSequence)
      json.member("verdict", object: { write(outputs: verdict, into: &$0) })
      json.member("severity", verdict.severity.name)
      if row.reasons != [] { json.member("quality", row.reasons.text) }
      let names = verdict.version.specification.featureNames
      json.beginMember("features")
      for i in row.values.indices { json.member(names[i], row.values[i]) }
      json.endObject()
      lineage.writeInputs(into: &json)
      ModelIdentity(verdict).write(into: &json)
    }
  }

  private static func write(outputs verdict: GovernedVerdict, into json: inout JSONWriter) {
    json.member("task", verdict.task.rawValue)
    if let chosen = verdict.chosenClass { json.member("class", chosen) }
    for (name, value) in zip(verdict.version.outputNames, verdict.outputs) where name != "class" {
      json.member(name, value)
    }
    if !verdict.unit.isEmpty { json.member("unit", verdict.unit) }
  }
}

extension JSONWriter {
  fileprivate mutating func beginMember(_ name: String) {
    key(name)
    beginObject()
  }
}

extension ModelIdentity {
  init(_ verdict: GovernedVerdict) {
    let specification = verdict.version.specification
    self.init(
      name: verdict.name, version: verdict.version.description.version,
      features: "\(specification.name)/\(specification.version)", featuresHash: specification.hashText)
  }
}
