import Fixtures
import Testing

/// The unit that is shipped lets the agent decide whether it starts.
@Suite struct ServiceUnitTests {
  /// `check-config` refuses a plugin that is damaged on the disk, as it should tell; `run` parks it, and takes messages in. And a code that is
  /// not the main process's own would be tried again for ever.
  @Test func nothingBesideTheAgentKeepsItFromStarting() throws {
    let lines = try Repository.text("etc/crossdock.service").split(separator: "\n")
    #expect(
      lines.filter { $0.hasPrefix("ExecStart") || $0.hasPrefix("ExecCondition") || $0.hasPrefix("Requires") }
        == ["ExecStart=/usr/bin/crossdock run --config /etc/crossdock/agent.conf"])
    #expect(lines.contains("RestartPreventExitStatus=64 78"))
  }
}
