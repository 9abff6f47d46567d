import Configuration
import Records

/// Which sections of agent.conf use a trained model, and where they tell of it.
enum ModelUsers {
  /// The option by which an instance names the stream of its events; docs/models.md.
  static let eventsOption = "events"

  static func names(of model: String, _ configuration: AgentConfiguration) -> [String] {
    configuration.models.filter { uses($0, model) }.map(\.name)
  }

  static func uses(_ user: ModelConfiguration, _ model: String) -> Bool {
    trainedModels(of: user).contains(model)
  }

  static func trainedModels(of user: ModelConfiguration) -> [String] {
    user.options.flatMap { option -> [String] in
      guard case .strings(let texts) = option.value else { return [] }
      return texts.filter { $0.hasPrefix(ModelFilesFailure.prefix) }.map {
        String($0.dropFirst(ModelFilesFailure.prefix.count))
      }
    }
  }

  /// The stream that the option names, or the third of `writes`; nil: it does not say.
  static func eventsStream(of user: ModelConfiguration) -> String? {
    for option in user.options where option.key == eventsOption {
      if case .string(let stream) = option.value, !stream.isEmpty {
        return user.writes.contains(stream) ? stream : nil
      }
    }
    return user.writes.count > 2 ? user.writes[2] : nil
  }
}
