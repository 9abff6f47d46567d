import Foundation

/// `crossdock` of this build, beside the test bundle, run in a folder of its own.
struct ProgramRun {
  let code: Int32
  let output: String
  let errors: String

  private static let program: String = {
    for path in ProcessInfo.processInfo.arguments where path.contains("/debug/") || path.contains("/release/") {
      var at = URL(fileURLWithPath: path).deletingLastPathComponent().path
      while at.count > 1 {
        if FileManager.default.isExecutableFile(atPath: at + "/crossdock") { return at + "/crossdock" }
        at = URL(fileURLWithPath: at).deletingLastPathComponent().path
      }
    }
    return FileManager.default.currentDirectoryPath + "/.build/debug/crossdock"
  }()

  /// Both outputs go through files: nothing can fill a pipe.
  init(_ arguments: [String], files: [String: Data] = [:]) throws {
    let folder = NSTemporaryDirectory() + "crossdock-bearing-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, data) in files { try data.write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    let (output, errors) = ("\(folder)/stdout.txt", "\(folder)/stderr.txt")
    for file in [output, errors] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
    try process.run()
    process.waitUntilExit()
    code = process.terminationStatus
    self.output = try String(contentsOfFile: output, encoding: .utf8)
    self.errors = try String(contentsOfFile: errors, encoding: .utf8)
  }
}

func float32(_ samples: [Float]) -> Data { samples.withUnsafeBytes { Data($0) } }
