#if PLUGIN_PREDICTIVE_MAINTENANCE
  import CommandSyntax
  import ModelGovernance
  import Platform
  import PluginBundles
  import Records
  import SignalFeatures

  /// `crossdock model pack`: a model's folder as one file.
  struct ModelPackCommand: Command {
    static let syntax = CommandSyntax(
      name: "model pack", summary: "make a bundle of a model's folder",
      discussion: """
        Reads model.json, features.json, the artefacts, reference.json and the golden cases, loads all of them, runs the golden cases, and \
        writes NAME-VERSION.cdm: a tar.zst of the folder whose first file has the hashes of all others. With --fill it first writes \
        the hash of features.json into model.json and golden/output.csv as this program computes it. The same files give the same \
        bytes; the time in the manifest is the newest of the files', or $SOURCE_DATE_EPOCH. Prints the bundle's path.

        Exit codes: 0 done; 1 the golden cases come out otherwise; 65 a file is missing or cannot be read; 73 the bundle cannot be written.
        """,
      positionals: [.init("DIR", help: "the model's folder, with model.json")],
      options: [
        BundleWriting.output, .init("--fill", help: "write features' hash and golden/output.csv into the folder"),
      ],
      examples: ["crossdock model pack turbine-rul --fill", "crossdock model pack turbine-rul -o out/turbine.cdm"])

    static func run(_ arguments: ParsedArguments) throws -> ExitCode {
      let folder = arguments.positionals[0]
      guard Files.isFolder(folder) else {
        throw CrossdockError("pack the model", at: folder, reason: "it is no folder", exitCode: .badInput)
      }
      let place = Files.absolute(folder)
      if arguments.has("--fill") { try fill(place) }
      let (files, newest) = try BundleFolder.files(of: place, noun: ModelBundleManifest.noun)
      let version = try ModelBundleManifest.loaded(files)
      try ModelBundleManifest.checkGolden(version, "pack the model")
      let description = version.description
      guard let number = SemanticVersion(description.version), PluginManifest.isValidName(description.name) else {
        throw CrossdockError(
          "pack the model", at: ModelDescription.fileName,
          reason: "\"\(description.name)\" \"\(description.version)\" is no valid name and version", exitCode: .badInput
        )
      }
      let created = try BundleWriting.sourceDate(for: "pack the \(ModelBundleManifest.noun)") ?? newest
      try BundleWriting.write(
        ModelBundle(
          name: description.name, version: number, summary: description.summary, license: description.license,
          files: files, createdNs: created), arguments)
      return .success
    }

    /// What follows from the other files.
    private static func fill(_ folder: String) throws {
      let place = "\(folder)/\(ModelDescription.fileName)"
      let text = try Files.readInput(place, limit: GovernanceLimits.modelBytes)
      let description: ModelDescription
      do throws(GovernanceError) {
        description = try ModelDescription.parse(text)
      } catch {
        throw CrossdockError("read the model", at: place, reason: error.reason, exitCode: .badInput)
      }
      let specification = try FeaturesCommand.specification(at: "\(folder)/features.json")
      if description.features != specification.hashText {
        var json = String(decoding: text, as: UTF8.self)
        json.replace("\"\(description.features)\"", with: "\"\(specification.hashText)\"")
        try Files.replace(place, with: Array(json.utf8), mode: 0o644)
      }
      let files = try BundleFolder.files(of: folder, noun: ModelBundleManifest.noun).files
      let version = try ModelBundleManifest.loaded(files.filter { $0.path != GoldenCases.outputName })
      try Files.replace("\(folder)/\(GoldenCases.outputName)", with: version.goldenOutput(), mode: 0o644)
    }
  }
#endif
