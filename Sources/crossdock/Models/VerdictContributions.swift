#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Configuration
  import JSONText
  import ModelGovernance
  import Platform
  import PluginBundles
  import Records
  import SignalFeatures

  /// What each feature added to a trained model's output: from the features that a verdict has recorded, and the bundle in the store.
  struct VerdictContributions {
    private(set) var contributions: [(feature: String, value: Double, contribution: Double)] = []
    /// What they are counted from, and what they come to with it.
    private(set) var score: (expected: Double, score: Double)?
    /// Outputs evaluated again from the recorded features, beside those that were recorded.
    private(set) var outputs: [(name: String, recorded: Double, now: Double)] = []
    /// Why there are none.
    private(set) var gap: String?

    /// - Returns: nil when the record is no verdict.
    init?(_ body: JSONValue, _ store: ModelsSection) {
      guard let verdict = body["verdict"], let features = body["features"]?.object else { return nil }
      let name = body["model"]?["name"]?.string ?? ""
      let number = body["model"]?["version"]?.string ?? ""
      do throws(CrossdockError) {
        let version = try Self.version(name, number, InstalledModels.storeFolder(store))
        let hash = body["model"]?["features_hash"]?.string
        guard version.specification.hashText == hash else {
          gap =
            "the bundle of \(name) \(number) has features \(version.specification.hashText), the record \(hash ?? "?")"
          return
        }
        evaluate(version, verdict, features)
      } catch {
        gap = "\(name) \(number) cannot be evaluated again: \(error.place): \(error.reason)"
      }
    }

    private static func version(
      _ name: String, _ number: String, _ folder: String
    ) throws(CrossdockError) -> ModelVersion {
      guard let model = try ModelStore.model(name, in: folder) else { throw ModelStore.missing(name, in: folder) }
      guard let version = SemanticVersion(number) else {
        throw CrossdockError("read the record", at: "model.version", reason: "\"\(number)\" is no version")
      }
      let folder = model.folder(of: version)
      var files: [String: [UInt8]] = [:]
      for file in try model.manifest(of: version).files {
        files[file.path] = try Files.read("\(folder)/\(file.path)", limit: BundleLimits.maxFileBytes)
      }
      do throws(GovernanceError) {
        return try ModelVersion(files: files)
      } catch {
        throw CrossdockError("read the model", at: error.file, reason: error.reason)
      }
    }

    private mutating func evaluate(
      _ version: ModelVersion, _ verdict: JSONValue, _ features: [(key: String, value: JSONValue)]
    ) {
      let row = version.specification.featureNames.map { name in
        features.first { $0.key == name }?.value.number ?? .nan
      }
      row.withUnsafeBufferPointer { row in
        let outputs = version.evaluate(row)
        for (name, value) in zip(version.outputNames, outputs) {
          guard let recorded = verdict[name]?.number else { continue }
          self.outputs.append((name, recorded, value))
        }
        score = version.scoreOfContributions(row, outputs: outputs)
        let names = version.specification.featureNames
        for (feature, added) in version.contributions(row, outputs: outputs) {
          guard let place = names.firstIndex(of: feature) else { continue }
          contributions.append((feature, row[place], added))
        }
      }
      if let wrong = outputs.first(where: { $0.recorded != $0.now }) {
        gap = "evaluated again, \(wrong.name) is \(wrong.now) and was recorded as \(wrong.recorded)"
      }
    }
  }
#endif
