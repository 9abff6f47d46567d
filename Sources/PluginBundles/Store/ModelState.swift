// A trained model's state.json:
//
//   {"format":1,"life":"1764450000000000000","revision":7,"active":"1.2.0","shadow":"1.3.0","previous":"1.1.0","staged":null,
//    "decided":{"turbines":4},
//    "versions":[{"version":"1.2.0","key":"3D6E…","installed":"2026-11-29T21:00:00Z"}, …],
//    "history":[{"revision":7,"time":"…","what":"promoted","version":"1.2.0","from":"1.1.0","by":"rule","reason":"…"}, …]}
//
// The states of a version: staged (checked, at rest) → shadow (evaluated beside the active one) → active → previous (kept for a rollback).
// Each of the four is one version or null; no version has two of them, and at least one is there. The revision grows with each change: by it a
// plugin's checkpoint knows whether it has seen this state. `life` is when the first version was installed: removed and installed again, the model
// begins anew, and what a checkpoint has decided about it before is not of it. `decided` says by plugin instance how many of its decisions are in here, so that one
// that is read twice is taken once.
package import JSONText
package import Records

package struct ModelState: StoredState {
  package typealias Manifest = ModelBundleManifest
  static let maxHistory = 64
  static let maxDeciders = 64
  static let maxReasonBytes = 500
  static let maxByBytes = 32

  package enum Stage: String, Sendable, CaseIterable {
    case active, shadow, previous, staged
  }

  /// One change of the state, for people.
  package struct Change: Sendable, Equatable {
    package static let promoted = "promoted"
    package static let rolledBack = "rolled back"
    static let inShadow = "in shadow"
    static let removed = "removed"
    static func installed(as stage: Stage) -> String {
      stage == .active ? "installed" : "installed as \(stage.rawValue)"
    }

    package var revision: Int
    package var timeNs: Int64
    package var what: String
    package var version: String
    package var from: String?
    /// "command", "rule", "golden", "deadline", "drift"
    package var by: String
    package var reason: String
    /// The plugin instance that has decided it and has told of it; nil: a command of the program.
    package var instance: String?

    package func write(into json: inout JSONWriter) {
      json.object {
        $0.member("revision", revision)
        $0.member("time", Timestamp.text(timeNs))
        $0.member("what", what)
        $0.member("version", version)
        $0.member("from", from)
        $0.member("by", by)
        $0.member("reason", reason)
        if let instance { $0.member("instance", instance) }
      }
    }
  }

  package var life = ""
  package var revision = 0
  package var active: SemanticVersion?
  package var shadow: SemanticVersion?
  package var previous: SemanticVersion?
  package var staged: SemanticVersion?
  package var decided: [String: Int] = [:]
  package var versions: [StoredVersion] = []
  package var history: [Change] = []

  init(life: String = "") {
    self.life = life
  }

  package var reference: SemanticVersion {
    guard let first = kept.first else { preconditionFailure("ModelState: no version at all") }
    return first
  }
  package var kept: [SemanticVersion] { [active, shadow, staged, previous].compactMap(\.self) }

  package func stage(of version: SemanticVersion) -> Stage? { Stage.allCases.first { self[$0] == version } }

  package subscript(stage: Stage) -> SemanticVersion? {
    get {
      switch stage {
      case .active: active
      case .shadow: shadow
      case .previous: previous
      case .staged: staged
      }
    }
    set {
      switch stage {
      case .active: active = newValue
      case .shadow: shadow = newValue
      case .previous: previous = newValue
      case .staged: staged = newValue
      }
    }
  }
}

// MARK: as text

extension ModelState {
  package func encoded() -> [UInt8] {
    var json = JSONWriter(reserving: 1024)
    json.object { json in
      json.member("format", 1)
      json.member("life", life)
      json.member("revision", revision)
      json.member("active", active?.text)
      json.member("shadow", shadow?.text)
      json.member("previous", previous?.text)
      json.member("staged", staged?.text)
      json.member(
        "decided",
        object: { json in
          for (instance, count) in decided.sorted(by: { $0.key < $1.key }) { json.member(instance, count) }
        })
      json.member("versions", versions: versions)
      json.member("history", array: { json in for change in history { change.write(into: &json) } })
    }
    return json.bytes + [0x0A]
  }

  package init(json bytes: [UInt8], path: String) throws(CrossdockError) {
    let document = try Self.document(bytes, path)
    guard let revision = document["revision"]?.integer, revision >= 0,
      let decided = document["decided"]?.object, decided.count <= Self.maxDeciders,
      let history = document["history"]?.array, history.count <= Self.maxHistory
    else { throw Self.failure(path, "it is damaged") }
    life = document["life"]?.string ?? ""
    self.revision = revision
    for stage in Stage.allCases {
      guard let text = document[stage.rawValue]?.string else { continue }
      guard let version = SemanticVersion(text) else { throw Self.failure(path, "it is damaged") }
      self[stage] = version
    }
    for (instance, count) in decided { self.decided[instance] = count.integer ?? 0 }
    versions = try Self.versions(document, path)
    for entry in history {
      guard let change = Self.change(entry) else { throw Self.failure(path, "it is damaged") }
      self.history.append(change)
    }
    guard !kept.isEmpty, Set(kept).count == kept.count else {
      throw Self.failure(path, "it gives no version a state, or one of them two")
    }
    try checkVersions(path)
  }

  private static func change(_ entry: JSONValue) -> Change? {
    guard let revision = entry["revision"]?.integer, let time = entry["time"]?.string.flatMap(Timestamp.parse),
      let what = entry["what"]?.string, let version = entry["version"]?.string, let by = entry["by"]?.string,
      let reason = entry["reason"]?.string
    else { return nil }
    return Change(
      revision: revision, timeNs: time, what: what, version: version, from: entry["from"]?.string, by: by,
      reason: reason, instance: entry["instance"]?.string)
  }
}
