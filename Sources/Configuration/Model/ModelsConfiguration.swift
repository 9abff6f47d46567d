/// `[models]`: where trained models are kept, and whose signatures count.
package struct ModelsSection: Sendable, Equatable {
  package var folder: String
  package var trustKeys: [TrustKey]
  package var allowUnsigned: Bool
}

/// The files that `model:NAME` in a FILES option stands for: asked for each when options are checked, and when they are resolved.
package typealias ModelFilesLookup = (
  _ models: ModelsSection, _ name: String, _ user: ModelConfiguration
) -> Result<[OptionFile], ModelFilesFailure>

package struct ModelFilesFailure: Error, Sendable {
  package var reason: String
  package var hint: String

  package init(reason: String, hint: String) {
    self.reason = reason
    self.hint = hint
  }

  /// What stands before a trained model's name where a file could be named.
  package static let prefix = "model:"
}
