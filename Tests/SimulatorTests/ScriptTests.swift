import Fixtures
import Foundation
import Testing

@Suite struct ScriptTests {
  @Test(arguments: ["scripts/run", "scripts/setup", "scripts/package", ".ci/run"])
  func scriptIsValidBashAndExecutable(_ script: String) throws {
    let path = Repository.root.appending(path: script).path
    #expect(FileManager.default.isExecutableFile(atPath: path))
    let result = try ProgramRun("bash", ["-n", path], errors: .withOutput)
    #expect(result.code == 0, "\(result.output)")
  }

  @Test func wrongSecondsIsRefusedBeforeAnythingStarts() throws {
    let result = try ProgramRun(
      "env", ["CROSSDOCK_RUN_SECONDS=ninety", Repository.root.appending(path: "scripts/run").path], errors: .withOutput)
    #expect(result.code == 64)
    #expect(result.output == "run: SECONDS=ninety is not a whole number of seconds\n")
  }
}
