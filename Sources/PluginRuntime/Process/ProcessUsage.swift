internal import CLinux
internal import Glibc

/// What a process and its children take, from /proc.
struct ProcessUsage {
  var residentMb = 0
  var cpuMs: Int64 = 0

  private static let maxDepth = 4
  private static let pageBytes = sysconf(Int32(_SC_PAGESIZE))
  private static let ticksPerS = max(1, sysconf(Int32(_SC_CLK_TCK)))

  static func read(_ pid: pid_t) -> ProcessUsage {
    var usage = ProcessUsage()
    var residentBytes = 0
    add(pid, depth: 0, &residentBytes, &usage.cpuMs)
    usage.residentMb = residentBytes >> 20
    return usage
  }

  /// How long its first thread has waited for a processor since its start.
  static func waitedMs(_ pid: pid_t) -> Int64 {
    // ns on a processor, ns waited for one, slices.
    guard let fields = text("/proc/\(pid)/schedstat")?.split(separator: UInt8(ascii: " ")), fields.count > 1 else {
      return 0
    }
    return (Int64(String(decoding: fields[1], as: UTF8.self)) ?? 0) / 1_000_000
  }

  private static func add(_ pid: pid_t, depth: Int, _ residentBytes: inout Int, _ cpuMs: inout Int64) {
    // pid (name) state ppid … utime(14) stime(15) cutime(16) cstime(17) … rss(24): the name may hold spaces.
    guard let stat = text("/proc/\(pid)/stat"), let name = stat.lastIndex(of: UInt8(ascii: ")")) else { return }
    let fields = stat[(name + 1)...].split(separator: UInt8(ascii: " ")).map {
      Int64(String(decoding: $0, as: UTF8.self))
    }
    guard fields.count > 21 else { return }
    cpuMs += (11...14).reduce(0) { $0 + (fields[$1] ?? 0) } * 1000 / Int64(ticksPerS)
    residentBytes += Int(fields[21] ?? 0) * pageBytes
    guard depth < maxDepth, let children = text("/proc/\(pid)/task/\(pid)/children") else { return }
    for child in children.split(separator: UInt8(ascii: " ")) {
      if let child = pid_t(String(decoding: child, as: UTF8.self)) {
        add(child, depth: depth + 1, &residentBytes, &cpuMs)
      }
    }
  }

  private static func text(_ path: String) -> [UInt8]? {
    let fd = crossdock_open(path, O_RDONLY, 0)
    guard fd >= 0 else { return nil }
    defer { close(fd) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = buffer.withUnsafeMutableBytes { Glibc.read(fd, $0.baseAddress, $0.count) }
    return count > 0 ? Array(buffer[..<count]) : nil
  }
}
