import Glibc

/// Time of this process on the processors.
enum Stopwatch {
  static func nowNs() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// The median of nine rounds, an operation.
  static func nsPerOperation(_ count: Int, _ round: () -> Void) -> Double {
    round()
    var times: [Int64] = []
    for _ in 0..<9 {
      let started = nowNs()
      round()
      times.append(nowNs() - started)
    }
    return Double(times.sorted()[4]) / Double(count)
  }

  /// Bytes of memory that the process has.
  static func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let fields = text.split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE)) : 0
  }
}
