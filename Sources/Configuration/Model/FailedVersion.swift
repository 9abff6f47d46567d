/// The version that a plugin has gone back from by itself. agent.conf may be as that one needs it: it fitted when it was installed, and nobody
/// was asked when it failed.
package struct FailedVersion: Sendable {
  package var text: String
  /// The version that the plugin has gone back to.
  package var present: String
  /// Its options; nil: nobody knows them.
  package var table: [PluginOptionDescription]?
  /// What of the section does not fit its description.
  package var misfits: [String]

  package init(text: String, present: String, table: [PluginOptionDescription]?, misfits: [String]) {
    self.text = text
    self.present = present
    self.table = table
    self.misfits = misfits
  }
}
