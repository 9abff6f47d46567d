// Whether a section of agent.conf fits a version of its plugin.
//
// A plugin that has gone back to the version before by itself must keep neither a start nor a reload back. So what only the version that
// failed knows is left out, with a warning; and where the version before cannot do with the rest, although the one that failed could, it is
// not run, with the reason. What fits neither of the two is the operator's mistake, and an error as ever.

package struct PluginFit {
  /// As the plugin gets them, where nothing is wrong.
  package private(set) var options: [ResolvedModelOption]
  package private(set) var problems: [ConfigurationProblem]
  /// What of the section does not fit the plugin's description.
  package private(set) var misfits: [String]
  /// Why the version is not to be run; nil: it is, unless there are problems or misfits.
  package private(set) var refusal: String?
  /// Left out.
  package private(set) var ignored: [ModelOption] = []
  /// Each of them in a sentence.
  package private(set) var ignoredTexts: [String] = []

  /// - Parameters:
  ///   - misfits: of the section and the version.
  ///   - failed: the version that the plugin has gone back from by itself; nil: it has not.
  ///   - modelFiles: gives the files of a trained model by its name. Nil: there is no store of them.
  package init(
    _ model: ModelConfiguration, table: [PluginOptionDescription], misfits: [String], after failed: FailedVersion?,
    modelFiles: ((String) -> Result<[OptionFile], ModelFilesFailure>)? = nil
  ) {
    var kept = model
    if let failed {
      ignored = model.options.filter { option in
        !table.contains { $0.key == option.key } && failed.table?.contains { $0.key == option.key } != false
      }
      ignoredTexts = ignored.map { option in
        "option \"\(printable(option.key))\" of plugin \"\(model.plugin)\" is ignored: version \(failed.text) knows it, from which it has gone back to \(failed.present)"
      }
      let keys = ignored.map(\.key)
      kept.options.removeAll { keys.contains($0.key) }
    }
    let resolved = resolveOptions(kept, against: table, modelFiles: modelFiles)
    (options, problems, self.misfits) = (resolved.options, resolved.problems, misfits)
    guard let failed, let first = problems.first.map({ "line \($0.line): \($0.message)" }) ?? misfits.first,
      Self.isFit(model, for: failed, modelFiles)
    else { return }
    (problems, self.misfits) = ([], [])
    refusal =
      "version \(failed.present), to which it has gone back because \(failed.text) failed, does not fit agent.conf: \(first)"
  }

  private static func isFit(
    _ model: ModelConfiguration, for failed: FailedVersion,
    _ modelFiles: ((String) -> Result<[OptionFile], ModelFilesFailure>)?
  ) -> Bool {
    guard failed.misfits.isEmpty, let table = failed.table else { return failed.misfits.isEmpty }
    return resolveOptions(model, against: table, modelFiles: modelFiles).problems.isEmpty
  }

  /// What a reading of agent.conf says of what is left out and of what is not run.
  func warnings(_ model: ModelConfiguration, calling what: String) -> [ConfigurationProblem] {
    func warning(_ position: SourcePosition, _ message: String, _ hint: String) -> ConfigurationProblem {
      ConfigurationProblem(
        file: model.file, line: position.line, column: position.column, severity: .warning, message: message,
        hint: hint)
    }
    let hint = "install a version that works, or take it out"
    var all = zip(ignored, ignoredTexts).map { warning($0.keyPosition, $1, hint) }
    if let refusal {
      all.append(
        warning(model.position, "\(what) is parked: \(refusal)", "install a version that works, or change the section"))
    }
    return all
  }
}
