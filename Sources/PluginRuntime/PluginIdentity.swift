/// Whose records a plugin sees, and where it may keep files.
package struct PluginIdentity: Sendable, Equatable {
  package var agent: String
  package var epoch: String
  /// Empty: nowhere.
  package var dataFolder: String

  package init(agent: String = "", epoch: String = "", dataFolder: String = "") {
    self.agent = agent
    self.epoch = epoch
    self.dataFolder = dataFolder
  }
}
