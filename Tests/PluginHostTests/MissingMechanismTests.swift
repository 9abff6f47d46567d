import Foundation
import Testing

/// What holds where the kernel, or a service manager, does not give a mechanism.
@Suite(.enabled(if: PluginFolder.hasCompiler, "there is no C compiler"), .serialized)
struct MissingMechanismTests {
  let folder: PluginFolder
  let library: String
  let without: String

  private static let createRuleset = "444"
  private static let pidfdGetfd = "438"
  #if arch(x86_64)
    private static let (unshare, capset, seccomp) = ("272", "126", "317")
  #else
    private static let (unshare, capset, seccomp) = ("97", "91", "277")
  #endif
  private static let (setFilter, isActionAvailable) = ("1", "2")

  init() throws {
    folder = try PluginFolder()
    library = try folder.compileHostile()
    without = try folder.compileWithout()
  }

  private func hostile(without calls: String..., confinement: [String] = []) throws -> Hostile {
    try Hostile(library, folder, confinement, through: [without] + calls + ["--"])
  }

  @Test func withoutLandlockTheMonitorJudgesPathsAndNothingIsChanged() throws {
    let file = try folder.write("file", "text")
    let hostile = try hostile(without: Self.createRuleset, confinement: ["--write", folder.outside + "/data"])
    #expect(hostile.logLines.contains { $0.contains("Landlock is missing") })
    #expect(try hostile.order("read /etc/shadow") == "EACCES")
    #expect(try hostile.order("read \(file)") == "EACCES")
    #expect(try hostile.order("read \(library)") == "ok")
    #expect(try hostile.order("write \(file)") == "EACCES")
    #expect(try hostile.order("unlink \(file)") == "EPERM")
  }

  @Test func withoutAUserNamespaceTheRestHolds() throws {
    let listener = try Listener()
    let hostile = try hostile(without: Self.unshare, confinement: ["--connect", "tcp:127.0.0.1:\(listener.port)"])
    #expect(hostile.logLines.contains { $0.contains("no user namespace") })
    #expect(try hostile.order("read /etc/shadow") == "EACCES")
    #expect(try hostile.order("connect 127.0.0.1:\(listener.port)") == "ok")
    #expect(try hostile.order("connect 127.0.0.1:1") == "EACCES")
    #expect(try hostile.order("bomb") == "0")
  }

  @Test func withoutNotificationsThereIsNoNetworkButToAnyHost() throws {
    let listener = try Listener()
    let one = try hostile(
      without: "\(Self.seccomp):\(Self.isActionAvailable)",
      confinement: ["--connect", "tcp:127.0.0.1:\(listener.port)"])
    #expect(one.logLines.contains { $0.contains("not watched") })
    #expect(try one.order("connect 127.0.0.1:\(listener.port)") == "EPERM")
    #expect(try one.order("read /etc/shadow") == "EACCES")
    #expect(try one.order("exec /bin/sh") == "EPERM")
    #expect(try one.order("bomb") == "0")
    let any = try hostile(
      without: "\(Self.seccomp):\(Self.isActionAvailable)", confinement: ["--connect", "tcp:*:\(listener.port)"])
    #expect(try any.order("connect 127.0.0.1:\(listener.port)") == "ok")
    #expect(try any.order("connect 127.0.0.1:1") == "EACCES")
    #expect(try any.order("datagram 127.0.0.1:\(listener.port)") == "EPERM")
    #expect(try any.order("unix /run/nothing") == "EPERM")
  }

  @Test func withoutAFilterNothingRuns() throws {
    let child = try HostChild(
      ["run", "--folder", folder.path, library], through: [without, "\(Self.seccomp):\(Self.setFilter)", "--"])
    #expect(child.end() == 70)
    #expect(child.errors.contains("filter"))
  }

  @Test(.enabled(if: getuid() == 0, "only root has capabilities"))
  func withoutDroppingCapabilitiesNothingRuns() throws {
    let child = try HostChild(["run", "--folder", folder.path, library], through: [without, Self.capset, "--"])
    #expect(child.end() == 70)
    #expect(child.errors.contains("capabilities"))
  }

  /// A monitor that cannot take the listener, or look into the plugin, would leave the plugin hanging.
  @Test func withoutAWayToTheListenerNothingRuns() throws {
    let child = try HostChild(["run", "--folder", folder.path, library], through: [without, Self.pidfdGetfd, "--"])
    #expect(child.end() == 70)
  }
}
