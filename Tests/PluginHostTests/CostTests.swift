import Foundation
import Testing

/// What a host costs. The bound of the memory is that of the issue; the time to start is the benchmark's matter, on a machine that does
/// nothing else.
@Suite(.enabled(if: PluginFolder.hasCompiler, "there is no C compiler"), .serialized)
struct CostTests {
  @Test func hostIsSmall() throws {
    let folder = try PluginFolder()
    let library = try folder.compile("roles", options: ["-DROLE=CROSSDOCK_ROLE_FEED"])
    var startsMs: [Double] = []
    var residentKiB = 0
    for _ in 1...10 {
      let begun = Date()
      let child = try HostChild(["run", "--folder", folder.path, library])
      _ = try child.receive()
      startsMs.append(Date().timeIntervalSince(begun) * 1000)
      residentKiB = max(residentKiB, ([child.pid] + child.children).map(Self.residentKiB).reduce(0, +))
    }
    print("host: \(residentKiB) KiB with its monitor, started in \(startsMs.sorted()[5]) ms (median of 10)")
    #expect(residentKiB > 0 && residentKiB < 4096)
  }

  private static func residentKiB(_ pid: pid_t) -> Int {
    let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
  }
}
