import Foundation

enum HostProgram {
  /// The program of this build: beside the test bundle.
  static let path: String = {
    let arguments = ProcessInfo.processInfo.arguments
    for argument in arguments where argument.contains("/debug/") || argument.contains("/release/") {
      var at = URL(fileURLWithPath: argument).deletingLastPathComponent().path
      while at.count > 1 {
        if FileManager.default.isExecutableFile(atPath: at + "/crossdock-plugin-host") {
          return at + "/crossdock-plugin-host"
        }
        at = URL(fileURLWithPath: at).deletingLastPathComponent().path
      }
    }
    return FileManager.default.currentDirectoryPath + "/.build/debug/crossdock-plugin-host"
  }()
}
