import Configuration
import PluginRuntime

extension PluginOptionValue {
  /// An option of agent.conf on its way to a plugin.
  init(_ option: ResolvedModelOption) {
    self.init(key: option.key, value: option.value.forPlugin)
  }
}

extension ResolvedModelOption.Value {
  fileprivate var forPlugin: PluginOptionValue.Value {
    switch self {
    case .string(let text): .string(text)
    case .integer(let number): .integer(number)
    case .number(let number): .number(number)
    case .boolean(let flag): .boolean(flag)
    case .files(let files): .files(files.map { PluginOptionValue.File(path: $0.path, contents: $0.contents) })
    }
  }
}
