import Fixtures
import Foundation
import Testing

/// The Python module against the frames' rules: its own tests, which run real processes.
@Suite struct PythonModuleTests {
  @Test func theModuleKeepsToTheFrames() throws {
    let workshop = try Workshop()
    let ended = try workshop.run(
      ["python3", "-B", "-m", "unittest", "discover", "-s", Workshop.root + "/Tests/PythonModule"],
      environment: ["PYTHONPATH": Workshop.root + "/SDK/python"])
    #expect(ended.code == 0, "\(ended.output)")
    #expect(ended.output.contains("OK"))
  }
}
