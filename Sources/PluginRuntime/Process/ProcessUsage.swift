internal import CLinux
internal import Glibc

/// What a process and its children take, from /proc.
struct ProcessUsage {
  var residentMb = 0
  var cpuMs: Int64 = 0
  /// Beside the first one of each process of its group.
  var threads = 0

  private static let maxDepth = 4
  private static let pageBytes = sysconf(Int32(_SC_PAGESIZE))
  private static let ticksPerS = max(1, sysconf(Int32(_SC_CLK_TCK)))

  static func read(_ pid: pid_t) -> ProcessUsage {
    var usage = ProcessUsage()
    var residentBytes = 0
    usage.add(pid, group: pid, depth: 0, &residentBytes)
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

  private mutating func add(_ pid: pid_t, group: pid_t, depth: Int, _ residentBytes: inout Int) {
    // pid (name) state ppid pgrp … utime(14) stime(15) cutime(16) cstime(17) … threads(20) … rss(24): the name may hold spaces.
    guard let stat = Self.text("/proc/\(pid)/stat"), let name = stat.lastIndex(of: UInt8(ascii: ")")) else { return }
    let fields = stat[(name + 1)...].split(separator: UInt8(ascii: " ")).map {
      Int64(String(decoding: $0, as: UTF8.self))
    }
    guard fields.count > 21 else { return }
    cpuMs += (11...14).reduce(0) { $0 + (fields[$1] ?? 0) } * 1000 / Int64(Self.ticksPerS)
    residentBytes += Int(fields[21] ?? 0) * Self.pageBytes
    let hasThreads = fields[17] ?? 1 > 1
    // The monitor has a group of its own.
    if fields[2] == Int64(group) { threads += Int(fields[17] ?? 1) - 1 }
    guard depth < Self.maxDepth else { return }
    for task in hasThreads ? Self.tasks(of: pid) : [pid] {
      for child in Self.text("/proc/\(pid)/task/\(task)/children")?.split(separator: UInt8(ascii: " ")) ?? [] {
        guard let child = pid_t(String(decoding: child, as: UTF8.self)) else { continue }
        add(child, group: group, depth: depth + 1, &residentBytes)
      }
    }
  }

  private static let maxTasks = 256

  /// Each thread has the children that it started.
  private static func tasks(of pid: pid_t) -> [pid_t] {
    guard let all = opendir("/proc/\(pid)/task") else { return [pid] }
    defer { closedir(all) }
    var tasks: [pid_t] = []
    while tasks.count < maxTasks, let entry = readdir(all) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
      }
      if let task = name.flatMap({ pid_t($0) }) { tasks.append(task) }
    }
    return tasks
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
