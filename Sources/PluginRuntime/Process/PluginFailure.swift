/// How a plugin's process misbehaved. Each but `stopped` ends with the process killed.
package enum PluginFailure: Error, Sendable, Equatable, CustomStringConvertible {
  case cannotStart(String)
  case exited(code: Int32)
  case killed(signal: Int32)
  /// It did not answer within the time.
  case late(limitMs: Int64)
  case malformed(String)
  /// It sent more than a batch may hold, or more than its share for a second.
  case flooded(String)
  case grew(megabytes: Int, limit: Int)
  /// It computed with nothing to do.
  case overworked(percent: Int, seconds: Int, limit: Int)
  case multiplied(threads: Int, limit: Int)
  /// It filled its private folder.
  case filled(String)
  /// It answered that it failed.
  case failed(String)
  /// Nobody's fault: the agent wants to stop.
  case stopped

  package var description: String {
    switch self {
    case .cannotStart(let reason): "it cannot be started: \(reason)"
    case .exited(let code): "it ended by itself with exit code \(code)"
    case .killed(let signal): "it crashed (\(Self.name(ofSignal: signal)))"
    case .late(let limit): "it did not answer within \(limit) ms"
    case .malformed(let what): "it broke the rules of frames: \(what)"
    case .flooded(let what): "it flooded the agent: \(what)"
    case .grew(let megabytes, let limit): "it grew to \(megabytes) MB; its limit is \(limit) MB"
    case .overworked(let percent, let seconds, let limit):
      "it used \(percent) % of a processor for \(seconds) s in which nothing was asked of it; cpu_percent = \(limit)"
    case .multiplied(let threads, let limit): "it has \(threads) threads; threads = \(limit)"
    case .filled(let what): "it has \(what)"
    case .failed(let reason): reason.isEmpty ? "it said that it failed" : "it said that it failed: \(reason)"
    case .stopped: "the agent stops"
    }
  }

  /// It took what is not its own, whatever it was asked: no record is to blame, and a batch that succeeds excuses nothing.
  package var isExcess: Bool {
    switch self {
    case .overworked, .multiplied, .filled: true
    default: false
    }
  }

  private static func name(ofSignal signal: Int32) -> String {
    let names: [Int32: String] = [
      4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV", 13: "SIGPIPE",
      15: "SIGTERM", 24: "SIGXCPU", 25: "SIGXFSZ", 31: "SIGSYS",
    ]
    return names[signal] ?? "signal \(signal)"
  }
}
