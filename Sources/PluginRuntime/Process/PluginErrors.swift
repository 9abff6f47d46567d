internal import CLinux
internal import Glibc
internal import Logging
internal import Records

/// What a plugin writes to its standard error: lines for the log, no more than a few a second, and the host's reports of
/// denied calls.
struct PluginErrors {
  /// So begins a line by which the host reports a call that it denied.
  private static let deniedPrefix = Array("crossdock-denied: ".utf8)
  private static let maxLineBytes = 1000
  private static let maxDeniedBytes = 200
  private static let maxReadsAtOnce = 64
  /// What one line may say: a plugin can write such a line too.
  private static let maxTimes: UInt64 = 1_000_000
  /// A whole number that every reader of the status can hold.
  private static let maxDeniedCalls: UInt64 = 1 << 53

  private(set) var deniedCalls: UInt64 = 0
  private(set) var lastDenied = ""
  private(set) var lastLine = ""
  /// The plugin has closed its end.
  private(set) var isClosed = false
  private var line: [UInt8] = []
  private var limit = LineLimit()

  /// Takes what is there now, up to a bound.
  mutating func drain(_ fd: Int32, nowMs: Int64, log: Logger) {
    noteLeftOut(nowMs, log)
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
      for _ in 0..<Self.maxReadsAtOnce {
        let count = read(fd, buffer.baseAddress, buffer.count)
        if count == 0 { isClosed = true }
        guard count > 0 else { return }
        for byte in buffer[..<count] {
          if byte == UInt8(ascii: "\n") {
            finishLine(nowMs, log)
          } else if line.count < Self.maxLineBytes {
            line.append(byte)
          }
        }
      }
    }
  }

  private mutating func noteLeftOut(_ nowMs: Int64, _ log: Logger) {
    guard let count = limit.takeLeftOut(nowMs: nowMs) else { return }
    log.warning("\(count) lines of the plugin's standard error were left out")
  }

  private mutating func noteDenied(_ what: String, times: UInt64, log: Logger) {
    deniedCalls = min(deniedCalls + min(times, Self.maxTimes), Self.maxDeniedCalls)
    if what != lastDenied { log.warning("the plugin tried what it may not do", metadata: ["denied": "\(what)"]) }
    lastDenied = what
  }

  private mutating func finishLine(_ nowMs: Int64, _ log: Logger) {
    defer { line.removeAll(keepingCapacity: true) }
    if line.starts(with: Self.deniedPrefix) {
      let parts = line[Self.deniedPrefix.count...].split(separator: UInt8(ascii: " "), maxSplits: 1)
      // More digits than a number has are still many; what is none was not written by the host.
      let isNumber = parts.first.map { $0.allSatisfy { (0x30...0x39).contains($0) } } ?? false
      if parts.count == 2, isNumber {
        let times = UInt64(String(decoding: parts[0], as: UTF8.self)) ?? .max
        return noteDenied(PrintableText.line(parts[1], most: Self.maxDeniedBytes), times: times, log: log)
      }
    }
    lastLine = PrintableText.line(line)
    noteLeftOut(nowMs, log)
    guard limit.allows(nowMs: nowMs) else { return }
    log.info("plugin's standard error", metadata: ["line": "\(lastLine)"])
  }
}
