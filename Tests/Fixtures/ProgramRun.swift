import Foundation

/// A program run to its end.
package struct ProgramRun: Sendable {
  package enum Errors: Sendable {
    /// Stderr for itself.
    case apart
    /// Stderr in `output`, as both were written.
    case withOutput
  }

  package let code: Int32
  package let output: String
  package let errors: String

  /// Input and outputs go through files: nothing can fill a pipe.
  /// - Parameters:
  ///   - program: a path, or a name that is looked for along PATH.
  ///   - environment: nil: that of the tests.
  package init(
    _ program: String, _ arguments: [String], in folder: String? = nil, environment: [String: String]? = nil,
    input: String = "", errors place: Errors = .apart
  ) throws {
    let files = try TemporaryFolder()
    defer { withExtendedLifetime(files) {} }
    let process = Process()
    process.executableURL = URL(filePath: program.contains("/") ? program : "/usr/bin/env")
    process.arguments = (program.contains("/") ? [] : [program]) + arguments
    if let folder { process.currentDirectoryURL = URL(filePath: folder) }
    if let environment { process.environment = environment }
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: files.write(input, to: "input")))
    let (output, errors) = (try files.write("", to: "output"), try files.write("", to: "errors"))
    let written = try FileHandle(forWritingTo: URL(filePath: output))
    process.standardOutput = written
    process.standardError = place == .apart ? try FileHandle(forWritingTo: URL(filePath: errors)) : written
    try process.run()
    process.waitUntilExit()
    code = process.terminationStatus
    self.output = String(decoding: try Data(contentsOf: URL(filePath: output)), as: UTF8.self)
    self.errors = String(decoding: try Data(contentsOf: URL(filePath: errors)), as: UTF8.self)
  }

  /// `crossdock` of this build.
  package static func crossdock(
    _ arguments: [String], in folder: String? = nil, errors place: Errors = .apart
  ) throws -> ProgramRun {
    try ProgramRun("\(Repository.programs)/crossdock", arguments, in: folder, errors: place)
  }
}
