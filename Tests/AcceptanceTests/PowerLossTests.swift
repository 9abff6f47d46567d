import Foundation
import Seeded
import Testing

/// The crash campaign in short: `make crash` is the long one. A real agent loses its power (a shared object makes it forget
/// what it had not synced), and a recorder on the wire knows what it had acknowledged.
@Suite(.serialized) struct PowerLossTests {
  private func campaign(_ environment: [String: String]) throws -> (code: Int32, line: String, log: String) {
    let sandbox = try Sandbox()
    let seed = String(SeededNumbers.seed())
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var variables = environment
    variables["SEED"] = seed
    variables["CROSSDOCK_PROGRAMS"] = Sandbox.programs
    variables["CROSSDOCK_CRASH_FOLDER"] = sandbox.path("crash")
    let result = try runToEnd(root.appendingPathComponent("scripts/crash").path, [], environment: variables)
    return (result.code, result.output.split(separator: "\n").last.map(String.init) ?? "", result.errors)
  }

  /// Every sync from an empty folder to a clean stop: the power goes before it and after it, or the process is killed there.
  @Test func powerCutAtEverySyncPointLosesNoAcknowledgedMessage() throws {
    let result = try campaign(["ONLY": "points", "ROUNDS": "1000", "MESSAGES": "20"])
    #expect(result.code == 0, "\(result.log)")
    #expect(result.line.contains(" 0 lost, 0 double"), "\(result.line)")
    print(result.line)
  }

  /// The other side of it: with the setting that SQLite's documentation calls good enough for WAL, the campaign sees losses.
  @Test func synchronousNormalWouldLoseAcknowledgedMessages() throws {
    let result = try campaign(["ONLY": "control", "ROUNDS": "100"])
    #expect(result.code == 0, "\(result.log)")
    let parts = result.line.split(separator: " ").map(String.init)
    let lost = parts.lastIndex(of: "lost").flatMap { Int(parts[$0 + 1]) } ?? 0
    #expect(lost > 0, "\(result.line)")
    print(result.line)
  }
}
