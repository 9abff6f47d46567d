import EngineSimulation
import Glibc
import Records

/// What a worker says of a life that has ended.
enum WorkerLine {
  case done(LifeReport)
  case failed(seed: UInt64, text: String)
}

/// Another process of this program, whose standard output comes back through a pipe.
final class WorkerProcess {
  let fd: Int32
  private let process: pid_t
  private var pending: [UInt8] = []
  private(set) var hasEnded = false
  /// The seed of the life that has begun and not ended.
  private(set) var underWay: UInt64?
  private var status: Int32?

  init(_ words: [String]) throws(CrossdockError) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw Self.failure(errno) }
    // Another worker must not keep this pipe open.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    fd = ends[0]
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      close(ends[1])
    }
    let path = "/proc/self/exe"
    var arguments = ([path] + words).map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, path, &actions, nil, &arguments, environ)
    guard code == 0 else { throw Self.failure(code) }
    self.process = process
  }

  deinit {
    close(fd)
  }

  /// What has come, as far as it makes whole lines.
  func readLines() -> [WorkerLine] {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = read(fd, &chunk, chunk.count)
    guard count > 0 else {
      hasEnded = true
      return []
    }
    pending += chunk[..<count]
    var lines: [WorkerLine] = []
    while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
      if let line = take(String(decoding: pending[..<end], as: UTF8.self)) { lines.append(line) }
      pending.removeFirst(end + 1)
    }
    return lines
  }

  private func take(_ line: String) -> WorkerLine? {
    let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count >= 2, let seed = UInt64(words[1]) else { return nil }
    switch words[0] {
    case "begin":
      underWay = seed
      return nil
    case "done":
      underWay = nil
      let fields = words.count == 3 ? words[2].split(separator: " ").compactMap { UInt64($0) } : []
      return LifeReport(fields: fields).map { .done($0) }
    case "fail":
      underWay = nil
      return .failed(seed: seed, text: words.count == 3 ? String(words[2]) : "")
    default: return nil
    }
  }

  /// How the process ended.
  func wait() -> String {
    if status == nil {
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0, errno == EINTR {}
      self.status = status
    }
    guard let status else { return "unknown" }
    return status & 0x7F == 0 ? "exit code \(status >> 8 & 0xFF)" : "signal \(status & 0x7F)"
  }

  /// Ends the process if it still runs.
  func end() {
    if status == nil {
      if !hasEnded { kill(process, SIGKILL) }
      _ = wait()
    }
  }

  private static func failure(_ code: Int32) -> CrossdockError {
    CrossdockError("start a worker", at: "crossdock-simulation", reason: String(cString: strerror(code)))
  }
}
