import Foundation
import Testing

@Suite struct ScriptTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  private func run(_ words: [String]) throws -> (code: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  @Test(arguments: ["scripts/run", "scripts/setup", "scripts/package", ".ci/run"])
  func scriptIsValidBashAndExecutable(_ script: String) throws {
    let path = "\(Self.root)/\(script)"
    #expect(FileManager.default.isExecutableFile(atPath: path))
    let result = try run(["bash", "-n", path])
    #expect(result.code == 0, "\(result.output)")
  }

  @Test func wrongSecondsIsRefusedBeforeAnythingStarts() throws {
    let result = try run(["CROSSDOCK_RUN_SECONDS=ninety", "\(Self.root)/scripts/run"])
    #expect(result.code == 64)
    #expect(result.output == "run: SECONDS=ninety is not a whole number of seconds\n")
  }
}
