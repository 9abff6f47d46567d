#if PLUGIN_PREDICTIVE_MAINTENANCE
  import ModelGovernance
  import Platform
  import PluginBundles
  import Records
  import SignalFeatures

  extension ModelBundleManifest: CheckedContents {
    /// The bundle's model.json says what its manifest says.
    static func checkAgreement(_ bundle: ModelBundle) throws(CrossdockError) {
      let description = try loaded(bundle.files).description
      let manifest = bundle.manifest
      guard description.name == manifest.name, description.version == manifest.version.text,
        description.summary == manifest.summary, description.license == manifest.license
      else {
        throw CrossdockError(
          "read the bundle", at: ModelDescription.fileName, reason: "it says something else than manifest.json",
          exitCode: .badInput)
      }
    }

    /// A bundle's files as a model that could be evaluated.
    static func loaded(_ files: [BundleFile]) throws(CrossdockError) -> ModelVersion {
      let byPath = Dictionary(files.map { ($0.path, Array($0.bytes)) }, uniquingKeysWith: { first, _ in first })
      do throws(GovernanceError) {
        return try ModelVersion(files: byPath)
      } catch {
        throw CrossdockError(
          "read the model", at: error.file, reason: error.reason, hint: "docs/models.md describes a bundle's files",
          exitCode: .badInput)
      }
    }

    /// An agent runs them whenever it opens the version, and takes no records meanwhile.
    private static let longestGoldenMs: Int64 = 5000

    /// - Throws: when the golden cases come out otherwise on this machine, or take too long.
    static func checkGolden(_ version: ModelVersion, _ operation: String) throws(CrossdockError) {
      let began = SystemClock.monotonicNs()
      let mismatch = version.goldenMismatch()
      let tookMs = (SystemClock.monotonicNs() - began) / 1_000_000
      guard let mismatch else {
        guard tookMs > longestGoldenMs else { return }
        throw CrossdockError(
          operation, at: "\(version.description.name) \(version.description.version)",
          reason:
            "its golden cases took \(tookMs) ms; an agent that opens it stands still so long, \(longestGoldenMs) ms at most",
          hint: "20 to 100 samples are enough; a model that is slow with them is too slow for the writer's thread")
      }
      throw CrossdockError(
        operation, at: "\(version.description.name) \(version.description.version)", reason: mismatch,
        hint: "made by another program or on another machine? `crossdock model pack --fill` writes what comes out here")
    }
  }

  extension ModelVersion {
    /// One line for people.
    var summaryLine: String {
      "\(description.name) \(description.version), \(description.task.rawValue): \(description.summary)\n"
        + "features \(specification.name) \(specification.version), hash \(specification.hashText); "
        + "\(description.artefacts.count) artefact\(description.artefacts.count == 1 ? "" : "s"), "
        + "\(TextTable.bytes(artefactBytes)); trained on \(description.training.data)\n"
    }
  }
#endif
