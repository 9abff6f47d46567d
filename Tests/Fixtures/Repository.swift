package import Foundation

/// The checkout whose tests run, and what was built of it.
package enum Repository {
  /// From the place of this file.
  package static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  package static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// The folder with this build's programs: above the test bundle.
  package static let programs: String = {
    for argument in ProcessInfo.processInfo.arguments
    where argument.contains("/debug/") || argument.contains("/release/") {
      var at = URL(filePath: argument).deletingLastPathComponent()
      while at.path.count > 1 {
        if FileManager.default.isExecutableFile(atPath: at.appending(path: "crossdock-plugin-host").path) {
          return at.path
        }
        at.deleteLastPathComponent()
      }
    }
    return root.appending(path: ".build/debug").path
  }()
}
