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

  @Test func whatWasLeftOutIsToldOnceTheSecondIsOver() {
    var limit = LineLimit()
    for _ in 0..<100 { _ = limit.allows(nowMs: 5500) }
    #expect(limit.takeLeftOut(nowMs: 5999) == nil)
    #expect(limit.takeLeftOut(nowMs: 6000) == 80)
    #expect(limit.takeLeftOut(nowMs: 6000) == nil)
    for _ in 0..<20 { _ = limit.allows(nowMs: 6001) }
    #expect(limit.takeLeftOut(nowMs: 7000) == nil)
  }

  /// Text on a plugin's standard error, and what comes of it.
  private func errors(_ text: String) throws -> PluginErrors {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    defer { for fd in ends { close(fd) } }
    let bytes = Array(text.utf8)
    try #require(write(ends[1], bytes, bytes.count) == bytes.count)
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    var errors = PluginErrors()
    errors.drain(ends[0], nowMs: 0, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    return errors
  }

  @Test func claimsOfDeniedCallsStayWithinWhatAStatusCanSay() throws {
    let honest = try errors("crossdock-denied: 312 fork\n")
    #expect(honest.deniedCalls == 312 && honest.lastDenied == "fork")
    let claim = try errors(
      "crossdock-denied: 18446744073709551615 everything\ncrossdock-denied: 99999999999999999999999 y\n"
        + "crossdock-denied: -1 x\ncrossdock-denied: many\n")
    #expect(claim.deniedCalls == 2_000_000 && claim.lastDenied == "y")
    #expect(claim.lastLine == "crossdock-denied: many")
  }

  @Test func nothingThatATerminalObeysIsLeftInALine() throws {
    let said = try errors("a\u{1b}[2J\u{85}b\r\n")
    #expect(said.lastLine == #"a\u{1b}[2J\u{85}b\u{d}"#)
    let denied = try errors("crossdock-denied: 1 open /\u{1b}]0;x\n")
    #expect(denied.lastDenied == #"open /\u{1b}]0;x"#)
  }

  @Test func privateFolderIsHeldToItsFilesAndBytes() throws {
    let base = NSTemporaryDirectory() + "crossdock-private-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: base + "/a/b", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: base) }
    var launch = PluginLaunch(hostPath: "/h", artefact: .sharedObject(path: "/x.so"), folder: "/")
    #expect(PrivateFolder(launch) == nil)
    launch.privateFolder = base
    (launch.limits.diskMb, launch.limits.diskFiles) = (1, 5)
    let folder = try #require(PrivateFolder(launch))
    try Data(count: 700_000).write(to: URL(fileURLWithPath: base + "/a/b/one"))
    #expect(folder.excess() == nil)
    try Data(count: 700_000).write(to: URL(fileURLWithPath: base + "/two"))
    #expect(folder.excess() == .filled("more than 1 MiB in its folder \(base): disk_mb = 1"))
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: base + "/two"))
    try FileManager.default.removeItem(atPath: base + "/two")
    #expect(folder.excess() == nil)
    #expect(folder.excess(pid: getpid()) != nil, "deleted and open")
    try file.close()
    for number in 0..<3 { try Data().write(to: URL(fileURLWithPath: base + "/\(number)")) }
    #expect(folder.excess() == .filled("more than 5 files in its folder \(base): disk_files = 5"))
  }
}
