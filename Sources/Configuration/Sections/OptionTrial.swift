// What a plugin itself says of its options, with places in agent.conf.
//
// A plugin refuses with one sentence, and gives up at the first thing that is wrong. So that everything is told in one go, an option that
// it refuses is put back to its default and the plugin asked again, until it takes them or names nothing of agent.conf any more.
//
// The place comes from the sentence: plugins begin it with the option's key (`bearing = "9999": …`), or name the file that a FILE option
// has given (`layout hall.json:4:7: …`).
import Records

struct OptionTrial {
  private let model: ModelConfiguration
  /// Keys of agent.conf whose values are wrong already: defaults stand for them.
  private let left: Set<String>
  private let table: [PluginOptionDescription]
  private let streams: [StreamDefinition]
  /// Those whose waveforms are integers.
  private let counts: [String]
  private let modelFiles: ((String) -> Result<[OptionFile], ModelFilesFailure>)?
  private let trial: PluginTrial

  /// - Parameter known: what `resolveOptions` has found wrong with them.
  init(
    _ model: ModelConfiguration, without known: [ConfigurationProblem], _ table: [PluginOptionDescription],
    _ streams: [StreamDefinition], counts: [String],
    modelFiles: ((String) -> Result<[OptionFile], ModelFilesFailure>)?, _ trial: @escaping PluginTrial
  ) {
    let isWrong = { (at: SourcePosition) in known.contains { $0.line == at.line && $0.column == at.column } }
    left = Set(
      model.options.filter {
        isWrong($0.keyPosition) || isWrong($0.valuePosition) || $0.elementPositions.contains(where: isWrong)
      }.map(\.key))
    self.model = model
    self.table = table
    self.streams = streams
    self.counts = counts
    self.modelFiles = modelFiles
    self.trial = trial
  }

  /// - Parameter what: the model as messages call it.
  func problems(calling what: String) -> [ConfigurationProblem] {
    var problems: [ConfigurationProblem] = []
    var asked = model
    asked.options.removeAll { left.contains($0.key) }
    while true {
      let (options, unresolved) = resolveOptions(asked, against: table, modelFiles: modelFiles)
      // An option without a default is gone: there is nothing to ask with.
      guard unresolved.isEmpty, let refusal = trial(options, streams, counts) else { return problems }
      let place = place(of: refusal, in: asked)
      // It may rest on a default that nobody has asked for.
      if !left.isEmpty, place.option == nil || !left.isDisjoint(with: Self.words(of: refusal)) { return problems }
      problems.append(
        ConfigurationProblem(
          file: model.file, line: place.position.line, column: place.position.column,
          message: "\(what): \(printable(refusal, limit: 1000))"))
      guard let culprit = place.option else { return problems }
      asked.options.removeAll { $0.key == culprit }
    }
  }

  /// - Returns: no option when what is refused is not one that stands in agent.conf.
  private func place(of refusal: String, in asked: ModelConfiguration) -> (position: SourcePosition, option: String?) {
    let leading = String(refusal.prefix(while: Self.isOfKey))
    if let option = asked.options.first(where: { $0.key == leading }) { return (option.valuePosition, option.key) }
    guard table.contains(where: { $0.key == leading }) else {
      let files = table.filter { $0.kind == .file || $0.kind == .files }.map(\.key)
      let file = asked.options.first { files.contains($0.key) && $0.paths.contains { refusal.contains($0) } }
      return (file?.valuePosition ?? model.position, file?.key)
    }
    // One that is left out, and that another one needs.
    if let other = asked.options.first(where: { Self.words(of: refusal).contains($0.key) }) {
      return (other.valuePosition, other.key)
    }
    return (model.optionsPosition ?? model.position, nil)
  }

  private static func words(of text: String) -> [String] { text.split { !isOfKey($0) }.map(String.init) }

  private static func isOfKey(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == "-")
  }
}

extension ModelOption {
  fileprivate var paths: [String] {
    switch value {
    case .string(let path): [path]
    case .strings(let paths): paths
    default: []
    }
  }
}
