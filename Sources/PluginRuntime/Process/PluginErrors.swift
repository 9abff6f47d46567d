internal import CLinux
internal import Glibc
internal import Logging

/// What a plugin writes to its standard error: lines for the log, no more than a few a second, and the host's reports of
/// denied calls.
struct PluginErrors {
  /// So begins a line by which the host reports a call that it denied.
  private static let deniedPrefix = Array("crossdock-denied: ".utf8)
  private static let maxLineBytes = 1000
  private static let maxReadsAtOnce = 64

  private(set) var deniedCalls: UInt64 = 0
  private(set) var lastDenied = ""
  private(set) var lastLine = ""
  /// The plugin has closed its end.
  private(set) var isClosed = false
  private var line: [UInt8] = []
  private var limit = LineLimit()

  /// Takes what is there now, up to a bound.
  mutating func drain(_ fd: Int32, nowMs: Int64, log: Logger) {
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

  private mutating func noteDenied(_ what: String, times: UInt64, log: Logger) {
    deniedCalls &+= times
    if what != lastDenied { log.warning("the plugin tried what it may not do", metadata: ["denied": "\(what)"]) }
    lastDenied = what
  }

  private mutating func finishLine(_ nowMs: Int64, _ log: Logger) {
    defer { line.removeAll(keepingCapacity: true) }
    if line.starts(with: Self.deniedPrefix) {
      let parts = line[Self.deniedPrefix.count...].split(separator: UInt8(ascii: " "), maxSplits: 1)
      guard parts.count == 2, let times = UInt64(String(decoding: parts[0], as: UTF8.self)) else { return }
      noteDenied(String(decoding: parts[1], as: UTF8.self), times: times, log: log)
      return
    }
    lastLine = String(decoding: line, as: UTF8.self)
    guard limit.allows(nowMs: nowMs) else { return }
    log.info("plugin's standard error", metadata: ["line": "\(lastLine)"])
  }
}
