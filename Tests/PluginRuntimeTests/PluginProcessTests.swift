import Foundation
import Glibc
import Logging
import Records
import Testing

@testable import PluginRuntime

@Suite struct PluginProcessTests {
  /// In a process group of its own: what it must not do is to end that.
  @Test func hostThatIsNotThereIsAnErrorAndEndsNobodyElse() async {
    await #expect(processExitsWith: .exitCode(17)) {
      setpgid(0, 0)
      let launch = PluginLaunch(hostPath: "/nonexistent/host", artefact: .sharedObject(path: "/x.so"), folder: "/")
      do throws(PluginFailure) {
        _ = try PluginSession(launch, writes: [], log: Logger(label: "test"))
      } catch {
        exit("\(error)".contains("/nonexistent/host") ? 17 : 1)
      }
      exit(2)
    }
  }

  @Test func linesBeyondAFewASecondAreNotLogged() {
    var limit = LineLimit()
    let now = (0..<100).filter { _ in limit.allows(nowMs: 5500) }.count
    let later = (0..<100).filter { _ in limit.allows(nowMs: 6001) }.count
    #expect((now, later) == (20, 20))
  }
}
