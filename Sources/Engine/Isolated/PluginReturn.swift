/// Whether a runner's plugin is back at its version before.
struct PluginReturn: Sendable {
  /// Another instance of the plugin is back: one version runs, everywhere.
  struct Wish: Sendable, Equatable {
    /// What failed.
    var version: String
    /// The instance that it failed in, and with what.
    var instance: String
    var reason: String
  }

  /// Nil: nobody wants it back, or it is.
  var wish: Wish?
  var isBack = false
}
