package import Foundation

/// Recordings and published instances, which are not part of the repository: tests on them are skipped where they are not.
package enum DataSets {
  /// What the environment's CROSSDOCK_DATA names; nil: nothing.
  package static let named = ProcessInfo.processInfo.environment["CROSSDOCK_DATA"].map { URL(filePath: $0) }

  /// A folder of `data/` below it, or below `../shared`.
  package static func folder(_ path: String = "") -> URL {
    (named ?? URL(filePath: "../shared")).appending(path: "data").appending(path: path)
  }

  package static func isThere(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }
}
