internal import JSONText

/// What the host hands over of one model: the entries of a FILES option, `model:NAME/state.json` and `model:NAME/VERSION/STAGE/FILE`.
struct VersionEntries {
  var name: String
  /// As agent.conf names this instance.
  var instance = ""
  var revision = 0
  /// The life of the model in the store.
  var store = ""
  var decided = 0
  /// What commands of the program have changed, oldest first.
  var changes: [StoreChange] = []
  /// By version: what the store has found wrong with its files.
  var damage: [String: String] = [:]
  var stages: [(stage: String, version: String)] = []
  /// By version: its files by path.
  var files: [String: [String: [UInt8]]] = [:]

  static let prefix = "model:"

  /// By name, in the order of the entries.
  static func read(_ entries: [(path: String, contents: [UInt8])]) throws(GovernanceError) -> [VersionEntries] {
    var all: [VersionEntries] = []
    for entry in entries {
      let parts = entry.path.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
      guard parts[0].hasPrefix(prefix), parts.count == 2 || parts.count == 4 else {
        throw GovernanceError(
          file: entry.path, reason: "a trained model is named model:NAME, and comes from the store of models")
      }
      let name = String(parts[0].dropFirst(prefix.count))
      if !all.contains(where: { $0.name == name }) {
        guard all.count < GovernanceLimits.models else {
          throw GovernanceError(file: entry.path, reason: "more than \(GovernanceLimits.models) models")
        }
        all.append(VersionEntries(name: name))
      }
      guard let place = all.firstIndex(where: { $0.name == name }) else { continue }
      if parts.count == 2 {
        try all[place].read(state: entry.contents, entry.path)
      } else {
        all[place].add(version: parts[1], stage: parts[2], path: parts[3], entry.contents)
      }
    }
    return all
  }

  private mutating func add(version: String, stage: String, path: String, _ contents: [UInt8]) {
    if !stages.contains(where: { $0.version == version }) { stages.append((stage, version)) }
    files[version, default: [:]][path] = contents
  }

  private mutating func read(state bytes: [UInt8], _ path: String) throws(GovernanceError) {
    guard let document = try? JSONValue.parse(bytes), let revision = document["revision"]?.integer,
      let decided = document["decided"]?.integer, revision >= 0, decided >= 0
    else { throw GovernanceError(file: path, reason: "it is no state of a model") }
    (self.revision, self.decided) = (revision, decided)
    instance = document["instance"]?.string ?? ""
    store = document["life"]?.string ?? ""
    changes = (document["changes"]?.array ?? []).suffix(GovernanceLimits.storeChanges).compactMap(StoreChange.init)
    for (version, reason) in document["damage"]?.object ?? [] { damage[version] = reason.string ?? "damaged" }
  }

  func version(_ stage: String) -> String? { stages.first { $0.stage == stage }?.version }
}
