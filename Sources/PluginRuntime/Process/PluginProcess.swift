// A plugin's process: started through `crossdock-plugin-host`, spoken to in frames, killed when it misbehaves.
//
// One request at a time, with a deadline. While it waits, it watches the process's memory, its standard error and the caller's wish
// to stop. After any failure the process is gone: `deinit`, at the latest, kills the whole process group and waits for it.
internal import CLinux
internal import Glibc
package import Logging
package import Platform
internal import Records

package final class PluginProcess {
  package let pid: Int32
  private(set) var errors = PluginErrors()
  private(set) var usage = ProcessUsage()
  private let socket: Int32
  private let errorPipe: Int32
  private let limits: PluginLimits
  private let isUnconfined: Bool
  private var privateFolder: PrivateFolder?
  private let log: Logger
  private var incoming = ReceiveBuffer()
  private var polls = PollSet()
  private var isReaped = false
  /// Nothing of it is left, or it never was: its number may be another's by now, and 0 would be the agent's own group.
  private var isGone = false
  package private(set) var usageReadMs: Int64 = 0
  /// How long it had waited for a processor when the exchange under way was young; nil: not looked at yet.
  private var waitedBeforeMs: Int64?

  /// How often memory and standard error are looked at while a plugin works.
  private static let watchMs: Int64 = 100
  /// A plugin that gets no processor is given so many times its limit.
  private static let maxStarved: Int64 = 10

  package init(_ launch: PluginLaunch, log: Logger) throws(PluginFailure) {
    var (ends, pipe): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
    guard crossdock_socket_pair(&ends) == 0 else {
      throw .cannotStart("socketpair: \(String(cString: strerror(errno)))")
    }
    guard crossdock_quiet_pipe(&pipe) == 0 else {
      for fd in ends { Glibc.close(fd) }
      throw .cannotStart("pipe: \(String(cString: strerror(errno)))")
    }
    (socket, errorPipe, limits, self.log) = (ends[0], pipe[0], launch.limits, log)
    isUnconfined = launch.isUnconfined
    privateFolder = isUnconfined ? nil : PrivateFolder(launch)
    let (child, code) = Self.spawn([launch.hostPath] + launch.arguments, io: ends[1], errors: pipe[1])
    Glibc.close(ends[1])
    Glibc.close(pipe[1])
    pid = child
    guard code == 0 else {
      isGone = true
      throw .cannotStart("\(launch.hostPath): \(String(cString: strerror(code)))")
    }
  }

  deinit {
    kill()
    Glibc.close(socket)
    Glibc.close(errorPipe)
  }

  /// All that a plugin learns of the agent's environment.
  private static let environment = ["PATH=/usr/bin:/bin", "LANG=C.UTF-8"]

  private static func spawn(_ arguments: [String], io: Int32, errors: Int32) -> (pid_t, Int32) {
    var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    defer { for text in argv + envp { free(text) } }
    var pid: pid_t = 0
    let code = crossdock_spawn(arguments[0], &argv, &envp, io, errors, &pid)
    return (pid, code)
  }

  /// Sends a frame and hands over what comes until the visitor has seen enough.
  /// - Parameters:
  ///   - stop: readable when the caller wants to stop.
  ///   - visit: answers whether the exchange is over.
  package func exchange(
    _ request: [UInt8], limitMs: Int64, stop: WakeDescriptor?,
    _ visit: (PluginFrame.Kind, UInt64, UnsafeRawBufferPointer) throws(PluginFailure) -> Bool
  ) throws(PluginFailure) {
    let deadline = SystemClock.monotonicNs() / 1_000_000 + limitMs
    waitedBeforeMs = nil
    var sent = 0
    var isOver = false
    while true {
      sent = try send(request, from: sent)
      while !isOver {
        let hasFrame = try incoming.next { (kind, number, payload) throws(PluginFailure) in
          isOver = try visit(kind, number, payload)
        }
        if !hasFrame { break }
      }
      if isOver, sent == request.count { break }
      try wait(until: deadline, limitMs: limitMs, wantsWrite: sent < request.count, stop: stop)
    }
    incoming.releaseMemory()
    errors.drain(errorPipe, nowMs: SystemClock.monotonicNs() / 1_000_000, log: log)
  }

  private func send(_ bytes: [UInt8], from start: Int) throws(PluginFailure) -> Int {
    var at = start
    while at < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.send(socket, $0.baseAddress! + at, $0.count - at, Int32(MSG_NOSIGNAL)) }
      if count > 0 {
        at += count
      } else if errno == EAGAIN || errno == EINTR {
        break
      } else {
        throw ended()
      }
    }
    return at
  }

  private func wait(until deadline: Int64, limitMs: Int64, wantsWrite: Bool, stop: WakeDescriptor?)
    throws(PluginFailure)
  {
    let nowMs = SystemClock.monotonicNs() / 1_000_000
    guard nowMs < deadline + starvedMs(nowMs, deadline, limitMs) else { throw .late(limitMs: limitMs) }
    polls.removeAll()
    polls.add(socket, wantsWrite: wantsWrite)
    polls.add(errors.isClosed ? -1 : errorPipe)
    if let stop { polls.add(stop.fd) }
    polls.wait(timeoutMs: Int32(clamping: min(max(1, deadline - nowMs), Self.watchMs)))
    if polls.isReadable(1) { errors.drain(errorPipe, nowMs: nowMs, log: log) }
    if polls.isReadable(0) {
      do throws(PluginFailure) {
        _ = try incoming.fill(from: socket)
      } catch {
        throw ended()
      }
    }
    if stop != nil, polls.isReadable(2) { throw .stopped }
    try watchUsage(nowMs)
  }

  /// How long it has waited for a processor since this exchange began: plugins run when nothing else wants to, and time that they
  /// were not given does not count, up to a bound. Looked at only when the time is over.
  private func starvedMs(_ nowMs: Int64, _ deadline: Int64, _ limitMs: Int64) -> Int64 {
    if nowMs < deadline {
      // Most exchanges are over before this.
      let isYoung = deadline - nowMs > limitMs - min(Self.watchMs, limitMs / 4)
      if waitedBeforeMs == nil, !isYoung { waitedBeforeMs = ProcessUsage.waitedMs(pid) }
      return 0
    }
    guard let before = waitedBeforeMs else { return 0 }
    return min(Self.maxStarved * limitMs, max(0, ProcessUsage.waitedMs(pid) - before))
  }

  /// Looks at what the process takes, a few times a second.
  package func watchUsage(_ nowMs: Int64) throws(PluginFailure) {
    guard nowMs - usageReadMs >= Self.watchMs else { return }
    usageReadMs = nowMs
    usage = ProcessUsage.read(pid)
    if usage.residentMb > limits.memoryMb { throw .grew(megabytes: usage.residentMb, limit: limits.memoryMb) }
    // The monitor keeps to the number, but for those that ask in the same moment.
    if usage.threads > 2 * limits.threads, !isUnconfined {
      throw .multiplied(threads: usage.threads, limit: limits.threads)
    }
    try privateFolder?.watch(nowMs, pid: pid)
  }

  /// Standard error, and whether it is still there, while nothing is asked of it.
  package func lookAfter(_ nowMs: Int64) throws(PluginFailure) {
    errors.drain(errorPipe, nowMs: nowMs, log: log)
    try watchUsage(nowMs)
    var status: Int32 = 0
    guard !isReaped, waitpid(pid, &status, WNOHANG) == pid else { return }
    isReaped = true
    throw Self.failure(status)
  }

  /// Why the other side has closed: its end, waited for a moment.
  private func ended() -> PluginFailure {
    errors.drain(errorPipe, nowMs: SystemClock.monotonicNs() / 1_000_000, log: log)
    guard !isReaped else { return .exited(code: 0) }
    // Whoever closes its end without ending is ended.
    let status = reap(afterMs: 500)
    return Self.failure(status)
  }

  private static func failure(_ status: Int32) -> PluginFailure {
    let signal = status & 0x7F
    // A host that lost its plugin ends as a shell would: 128 and the signal.
    let code = (status >> 8) & 0xFF
    if signal != 0 { return .killed(signal: signal) }
    return code > 128 && code < 128 + 65 ? .killed(signal: code - 128) : .exited(code: code)
  }

  /// Ends the process and everything that it started.
  package func kill() {
    guard !isGone else { return }
    isGone = true
    _ = Glibc.kill(-pid, SIGKILL)
    if !isReaped { _ = reap(afterMs: 0) }
  }

  /// Waits for the end, killing it when it takes too long.
  private func reap(afterMs: Int64) -> Int32 {
    var status: Int32 = 0
    let deadline = SystemClock.monotonicNs() / 1_000_000 + afterMs
    while waitpid(pid, &status, WNOHANG) == 0 {
      if SystemClock.monotonicNs() / 1_000_000 >= deadline {
        _ = Glibc.kill(-pid, SIGKILL)
        _ = waitpid(pid, &status, 0)
        break
      }
      _ = poll(nil, 0, 1)
    }
    isReaped = true
    return status
  }

  /// Asks it to end and gives it a moment.
  package func close(request: [UInt8], limitMs: Int64) {
    guard !isGone else { return }
    _ = try? send(request, from: 0)
    _ = shutdown(socket, Int32(SHUT_WR))
    if !isReaped { _ = reap(afterMs: limitMs) }
    kill()
  }

  package var residentMb: Int { usage.residentMb }
  package var cpuMs: Int64 { usage.cpuMs }
  package var deniedCalls: UInt64 { errors.deniedCalls }
  package var lastDenied: String { errors.lastDenied }
  package var lastErrorLine: String { errors.lastLine }
}
