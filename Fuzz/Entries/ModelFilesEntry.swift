#if PLUGIN_PREDICTIVE_MAINTENANCE
  import DriftWatch
  import ModelGovernance
  import SignalFeatures

  /// A trained model's files as the agent opens them: model.json, features.json, the artefacts, reference.json and the golden cases. The
  /// input is paths and contents in turn, each ended by a zero byte; what it does not name is that of a small model that works. The hash of features.json is put
  /// right first, as `model pack --fill` does.
  ///
  /// A version is refused with a file and a reason, or it gives golden cases that it keeps, evaluates any row to the outputs that it names, and
  /// its reference counts any value.
  enum ModelFilesEntry {
    private static let values: [Double] = [0, 1, -1.5, 37, 60, 1e300, -1e300, .nan, .infinity, -.infinity]

    static func run(_ bytes: UnsafeRawBufferPointer) throws(FuzzFinding) -> Int {
      var input = FuzzInput(bytes)
      var files = sample
      while !input.rest.isEmpty {
        let path = String(decoding: input.take(to: 0), as: UTF8.self)
        files[path] = Array(input.take(to: 0))
      }
      // Large windows would only be slow.
      let specification = files["features.json"].flatMap { try? FeatureSpecification.parse($0) }
      if let specification, specification.bytesPerAsset > 1 << 20 { return 0 }
      fill(&files, specification)
      let version: ModelVersion
      do throws(GovernanceError) {
        version = try ModelVersion(files: files)
      } catch {
        try require(!error.file.isEmpty && !error.reason.isEmpty, "a refusal without a file or a reason")
        return error.description.utf8.count
      }
      _ = version.goldenMismatch()
      try keepsGoldenCases(version, files)
      var sum = try count(version.reference)
      for first in values {
        let row = version.specification.featureNames.indices.map { $0 == 0 ? first : values[$0 % values.count] }
        sum &+= try evaluate(version, row)
      }
      return sum
    }

    private static func fill(_ files: inout [String: [UInt8]], _ specification: FeatureSpecification?) {
      guard let specification, let text = files[ModelDescription.fileName],
        let description = try? ModelDescription.parse(text)
      else { return }
      var json = String(decoding: text, as: UTF8.self)
      json.replace("\"\(description.features)\"", with: "\"\(specification.hashText)\"")
      files[ModelDescription.fileName] = Array(json.utf8)
    }

    /// What `model pack --fill` writes passes when the bundle is installed.
    private static func keepsGoldenCases(_ version: ModelVersion, _ files: [String: [UInt8]]) throws(FuzzFinding) {
      var files = files
      let output = version.goldenOutput()
      try require(output == version.goldenOutput(), "other golden outputs the second time")
      // No sample gives a row: that is refused, and is the author's to mend.
      guard output.split(separator: 0x0A, omittingEmptySubsequences: false).count > 2 else { return }
      files[GoldenCases.outputName] = output
      do throws(GovernanceError) {
        let mismatch = try ModelVersion(files: files).goldenMismatch()
        guard let mismatch else { return }
        throw GovernanceError(file: GoldenCases.outputName, reason: mismatch)
      } catch {
        throw FuzzFinding("golden cases that were filled in: \(error)\n\(String(decoding: output, as: UTF8.self))")
      }
    }

    private static func count(_ reference: ReferenceTable?) throws(FuzzFinding) -> Int {
      var bins = 0
      for feature in reference?.features ?? [] {
        var stability = PopulationStability(edges: feature.edges, shares: feature.shares)
        for value in values + feature.edges { stability.update(value) }
        try require(stability.index >= 0 && stability.index.isFinite, "an index of \(stability.index)")
        try require(stability.missingCount == 1, "\(stability.missingCount) values are missing, not 1")
        bins += stability.counts.count
      }
      return bins
    }

    private static func evaluate(_ version: ModelVersion, _ row: [Double]) throws(FuzzFinding) -> Int {
      let outputs = row.withUnsafeBufferPointer { Array(version.evaluate($0)) }
      let again = row.withUnsafeBufferPointer { Array(version.evaluate($0)) }
      try require(outputs.count == version.outputNames.count, "\(outputs.count) outputs")
      for (a, b) in zip(outputs, again) where a != b && !(a.isNaN && b.isNaN) {
        throw FuzzFinding("another result the second time: \(a), \(b)")
      }
      if version.description.hasInterval, outputs.allSatisfy(\.isFinite) {
        try require(outputs[1] <= outputs[0] && outputs[0] <= outputs[2], "an interval of \(outputs)")
      }
      let verdict: (severity: GovernedSeverity, chosen: Int?) = outputs.withUnsafeBufferPointer {
        (version.severity($0), version.chosenClass($0))
      }
      try require(
        verdict.severity == .none || outputs[0].isFinite, "\(verdict.severity) of \(outputs.prefix(3))")
      let told = row.withUnsafeBufferPointer { row in
        outputs.withUnsafeBufferPointer { outputs in version.contributions(row, outputs: outputs).count }
      }
      return told + (verdict.chosen ?? 0)
    }

    // MARK: a model that works

    private static let sample: [String: [UInt8]] = [
      "model.json": Array(
        """
        {"format":"crossdock-model","format_version":1,"name":"pump-life","version":"1.0.0","task":"regression",
         "summary":"A sample.","license":"CC0-1.0","features":"0000000000000000",
         "artefacts":[{"file":"tree.txt","format":"lightgbm","role":"point"}],
         "training":{"data":"none","identity":"none"}}
        """.utf8),
      "features.json": Array(
        """
        {"name":"pump","version":"1","inputs":[{"name":"pressure"}],
         "features":[{"name":"pressure_mean","input":"pressure","statistic":"mean","count":2}]}
        """.utf8),
      "tree.txt": Array(
        """
        tree
        version=v4
        num_tree_per_iteration=1
        max_feature_idx=0
        objective=regression
        feature_names=pressure_mean

        Tree=0
        num_leaves=2
        split_feature=0
        threshold=50
        decision_type=2
        left_child=-1
        right_child=-2
        leaf_value=10 20
        leaf_count=10 10
        internal_count=20


        end of trees

        """.utf8),
      "golden/input.csv": Array("pressure\n40\n50\n60\n80\n".utf8),
    ]
  }
#endif
