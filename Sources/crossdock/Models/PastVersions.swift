#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Configuration
  import PluginBundles
  import Records

  /// Which versions of the trained models a replay runs: those that were in use when its first record came in, and from there on every change
  /// that did not come of the records themselves, each at its time, as an agent takes it up. Such are the commands of the program, and what a
  /// clock or a file has decided; what a rule or a record has decided the replay decides again.
  ///
  /// Where that cannot be known, it is the store of now, and `remarks` say so.
  struct PastVersions {
    private static let byRecords = ["rule", "drift", "inputs", "command"]

    private struct Model {
      var installed: InstalledModel
      /// The versions of the past are to be had.
      var isFollowed: Bool
    }

    private var models: [String: Model] = [:]
    /// When the next instances are made, ascending.
    private(set) var changesNs: [Int64] = []
    /// What it began with, a line a model.
    private(set) var beginnings: [String] = []
    /// Why results may differ from those of then.
    private(set) var remarks: [String] = []

    /// - Parameters:
    ///   - names: of the models.
    ///   - firstNs: when the first record came in.
    init(_ names: [String], in folder: String, firstNs: Int64) throws(CrossdockError) {
      for name in names {
        guard let installed = try ModelStore.model(name, in: folder) else { continue }
        var model = Model(installed: installed, isFollowed: true)
        if let remark = Self.obstacle(installed, firstNs) {
          model.isFollowed = false
          remarks.append(remark)
        }
        models[name] = model
        let state = Self.state(model, firstNs)
        beginnings.append("\(name): \(Self.words(state))")
        guard model.isFollowed else { continue }
        let gone = Self.gone(installed, from: firstNs)
        if !gone.isEmpty {
          remarks.append(
            "\(name): of versions that were not active then, \(gone.joined(separator: ", ")) is gone from the store")
        }
        changesNs += installed.state.history.filter { Self.isFollowed($0) && $0.timeNs > firstNs }.map(\.timeNs)
      }
      changesNs = Set(changesNs).sorted()
    }

    /// Nil: there is no such model.
    func model(_ name: String, at timeNs: Int64) -> InstalledModel? {
      models[name].map { $0.installed.with(Self.state($0, timeNs)) }
    }

    private static func state(_ model: Model, _ timeNs: Int64) -> ModelState {
      guard model.isFollowed, var past = model.installed.state.asOf(timeNs) else { return model.installed.state }
      let known = model.installed.state.versions.map(\.version)
      for stage in ModelState.Stage.allCases {
        if let version = past[stage], !known.contains(version) { past[stage] = nil }
      }
      return past
    }

    /// A change of an instance that follows from records needs no help; the others do.
    private static func isFollowed(_ change: ModelState.Change) -> Bool {
      change.instance == nil || !byRecords.contains(change.by)
    }

    /// The states that records of this time were judged in.
    private static func states(_ model: InstalledModel, from firstNs: Int64) -> [ModelState] {
      let times = [firstNs] + model.state.history.map(\.timeNs).filter { $0 > firstNs }
      return times.compactMap { model.state.asOf($0) }
    }

    private static func obstacle(_ model: InstalledModel, _ firstNs: Int64) -> String? {
      let now =
        "the replay begins with the versions of now, and results differ for that reason from those of the versions of then"
      guard model.state.historyIsWhole else {
        return "\(model.name): the store's history does not go back to the first record; \(now)"
      }
      let known = model.state.versions.map(\.version)
      let missing = states(model, from: firstNs).compactMap(\.active).first { !known.contains($0) }
      return missing.map { "\(model.name): version \($0), which was active then, is gone from the store; \(now)" }
    }

    private static func gone(_ model: InstalledModel, from firstNs: Int64) -> [String] {
      let known = model.state.versions.map(\.version)
      let named = states(model, from: firstNs).flatMap { [$0.shadow, $0.previous].compactMap(\.self) }
      return Set(named.filter { !known.contains($0) }.map(\.text)).sorted()
    }

    private static func words(_ state: ModelState) -> String {
      let stages: [(ModelState.Stage, String)] = [(.active, "active"), (.shadow, "in shadow"), (.previous, "previous")]
      let words = stages.compactMap { stage, words in state[stage].map { "\($0) \(words)" } }
      return words.isEmpty ? "no version" : words.joined(separator: ", ")
    }
  }
#endif
