import Foundation

/// `crossdock features` of this build, beside the test bundle.
struct FeatureProgram {
  struct Result {
    var code: Int32
    var output: String
    var errors: String
  }

  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "crossdock-features-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
    return path(name)
  }

  static let program: String = {
    let arguments = ProcessInfo.processInfo.arguments
    for path in arguments where path.contains("/debug/") || path.contains("/release/") {
      var at = URL(fileURLWithPath: path).deletingLastPathComponent().path
      while at.count > 1 {
        if FileManager.default.isExecutableFile(atPath: at + "/crossdock") { return at + "/crossdock" }
        at = URL(fileURLWithPath: at).deletingLastPathComponent().path
      }
    }
    return FileManager.default.currentDirectoryPath + "/.build/debug/crossdock"
  }()

  /// Both outputs go through files: nothing can fill a pipe.
  func run(_ arguments: [String]) throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.program)
    process.arguments = ["features"] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    let (output, errors) = (path("stdout.txt"), path("stderr.txt"))
    for file in [output, errors] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
    try process.run()
    process.waitUntilExit()
    return Result(
      code: process.terminationStatus, output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }

  /// Rows of a CSV without quotes, without the header.
  static func table(_ text: String) -> [[Substring]] {
    text.split(separator: "\n").dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
  }
}
