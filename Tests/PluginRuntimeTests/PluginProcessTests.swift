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
