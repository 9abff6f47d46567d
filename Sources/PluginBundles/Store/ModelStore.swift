internal import Platform
package import Records

/// The folder of trained models.
package typealias ModelStore = BundleStore<ModelState>

/// A model of the store as it stands there.
package struct InstalledModel: Sendable {
  package let name: String
  package let state: ModelState
  /// With a folder for each version.
  package let folder: String

  /// With another state: of its past.
  package func with(_ state: ModelState) -> InstalledModel { InstalledModel(name: name, state: state, folder: folder) }

  package func folder(of version: SemanticVersion) -> String { "\(folder)/\(version)" }

  package func manifest(of version: SemanticVersion) throws(CrossdockError) -> ModelBundleManifest {
    try ModelStore.manifest(folder(of: version), name, version)
  }

  /// A version's files as they are now.
  package func files(of version: SemanticVersion) throws(CrossdockError) -> [BundleFile] {
    let folder = folder(of: version)
    var files: [BundleFile] = []
    for file in try manifest(of: version).files {
      let bytes = try Files.read("\(folder)/\(file.path)", limit: BundleLimits.maxFileBytes)
      files.append(BundleFile(path: file.path, isExecutable: file.isExecutable, slice: bytes[...]))
    }
    return files
  }

  /// What is not as the bundles had it, with the version before each line. Nothing when all is well.
  package func damage() -> [String] {
    state.kept.flatMap { version -> [String] in
      do throws(CrossdockError) {
        return try manifest(of: version).damage(in: folder(of: version)).map { "\(version): \($0)" }
      } catch {
        return ["\(version): \(error.reason)"]
      }
    }
  }
}

extension BundleStore where State == ModelState {
  /// Nil when there is none of the name.
  package static func model(_ name: String, in folder: String) throws(CrossdockError) -> InstalledModel? {
    try state(name, in: folder).map { InstalledModel(name: name, state: $0, folder: "\(folder)/\(name)") }
  }

  /// Takes a staged bundle into use.
  package func take(
    _ staged: StagedBundle<ModelBundleManifest>, as stage: ModelState.Stage, _ occasion: ModelState.Occasion
  ) throws(CrossdockError) {
    let name = staged.manifest.name
    var state = try Self.state(name, in: folder) ?? ModelState(life: "\(occasion.nowNs)")
    let version = try settle(staged, nowNs: occasion.nowNs)
    state.install(version, as: stage, occasion)
    try replaceState(name, state)
    try removeRemains(of: name)
  }

  /// - Returns: the stage that a version has now, and which one.
  /// - Throws: also where it was installed without a signature, and that is not allowed (any more).
  package func promote(
    _ name: String, _ occasion: ModelState.Occasion, allowsUnsigned: Bool
  ) throws(CrossdockError) -> (stage: ModelState.Stage, version: SemanticVersion) {
    var state = try state(name)
    let stage = try state.promote(name, occasion)
    guard let version = state[stage] else { preconditionFailure("ModelStore: promoted nothing") }
    try checkSigned(state.version(version), of: name, allowsUnsigned: allowsUnsigned, for: "promote the model")
    try checkWhole(name, version, for: "promote the model")
    try replaceState(name, state)
    try removeRemains(of: name)
    return (stage, version)
  }

  package func rollBack(
    _ name: String, _ occasion: ModelState.Occasion, allowsUnsigned: Bool
  ) throws(CrossdockError) -> (from: SemanticVersion?, to: SemanticVersion) {
    var state = try state(name)
    try state.rollBack(name, occasion)
    guard let version = state.active else { preconditionFailure("ModelStore: rolled back to nothing") }
    try checkSigned(state.version(version), of: name, allowsUnsigned: allowsUnsigned, for: "roll back the model")
    try checkWhole(name, version, for: "roll back the model")
    try replaceState(name, state)
    return (state.previous, version)
  }

  package func drop(
    _ name: String, _ version: SemanticVersion, _ occasion: ModelState.Occasion
  ) throws(CrossdockError) {
    var state = try state(name)
    try state.drop(name, version, occasion)
    try replaceState(name, state)
    try removeRemains(of: name)
  }

  /// Takes a decision of the running agent.
  /// - Returns: whether it was new.
  package func take(_ decision: ModelDecision, about name: String, nowNs: Int64) throws(CrossdockError) -> Bool {
    var state = try state(name)
    guard state.apply(decision, nowNs: nowNs) else { return false }
    try replaceState(name, state)
    try removeRemains(of: name)
    return true
  }
}
