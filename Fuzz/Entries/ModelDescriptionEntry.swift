#if PLUGIN_PREDICTIVE_MAINTENANCE
  import ModelGovernance
  import PluginBundles
  import Prognosis
  import Records

  /// model.json: refused with a place in the text, or it keeps what the type promises, and a bundle made of it is read again.
  enum ModelDescriptionEntry {
    static func run(_ bytes: UnsafeRawBufferPointer) throws(FuzzFinding) -> Int {
      let bytes = Array(bytes)
      let description: ModelDescription
      do throws(GovernanceError) {
        description = try ModelDescription.parse(bytes)
      } catch {
        try require(error.reason.hasPrefix("line "), "a refusal without a place: \(error)")
        return error.reason.utf8.count
      }
      try require((try? ModelDescription.parse(bytes)) == description, "another description the second time")
      try check(description)
      try pack(description, bytes)
      return description.artefacts.count + description.metrics.count
    }

    private static func check(_ model: ModelDescription) throws(FuzzFinding) {
      let isClassification = model.task == .classification
      try require(isClassification == (model.classes.count >= 2), "\(model.classes.count) classes of a \(model.task)")
      try require(Set(model.outputNames).count == model.outputNames.count, "two outputs of one name")
      let first: ModelDescription.Role = isClassification ? .class : .point
      try require(model.artefacts.contains { $0.role == first }, "no artefact gives the output")
      try require(model.artefacts.allSatisfy { $0.weight > 0 && $0.weight.isFinite }, "a weight that is no weight")
      let calibration = model.calibration
      try require(calibration.map { $0.floor <= $0.ceiling } ?? true, "the floor is above the ceiling")
      try require(model.deadlineUs > 0 && model.compareEvery > 0 && model.rollback.window > 0, "a count that is none")
    }

    /// What `model pack` makes of it, `model install` reads.
    private static func pack(_ model: ModelDescription, _ bytes: [UInt8]) throws(FuzzFinding) {
      guard let version = SemanticVersion(model.version), PluginManifest.isValidName(model.name) else { return }
      let bundle = ModelBundle(
        name: model.name, version: version, summary: model.summary, license: model.license,
        files: [BundleFile(path: ModelDescription.fileName, bytes: bytes)], createdNs: 0)
      let read: ModelBundle
      do throws(CrossdockError) {
        read = try ModelBundle(archive: try bundle.archive())
      } catch {
        throw FuzzFinding("model.json passes, and its bundle does not: \(error)")
      }
      try require(read == bundle, "the bundle says something else when it is read")
    }
  }
#endif
