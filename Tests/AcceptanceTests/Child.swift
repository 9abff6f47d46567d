import Foundation

/// A child process with its output in a file, which can really be killed. Started by posix_spawn with no signal blocked:
/// Foundation's Process hands its own thread's mask on, and a program that has SIGTERM blocked cannot be stopped.
final class Child: @unchecked Sendable {
  // @unchecked because `status` is only touched under `lock`.
  let pid: pid_t
  let logPath: String
  private let lock = NSLock()
  private var status: Int32?

  init(_ executable: String, _ arguments: [String], environment: [String: String] = [:], logPath: String) throws {
    self.logPath = logPath
    pid = try Child.spawn(executable, arguments, environment) { actions in
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
      posix_spawn_file_actions_addopen(&actions, 1, logPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
      posix_spawn_file_actions_adddup2(&actions, 1, 2)
    }
  }

  static func spawn(
    _ executable: String, _ arguments: [String], _ environment: [String: String],
    _ prepare: (inout posix_spawn_file_actions_t) -> Void
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    prepare(&actions)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var argv = ([executable] + arguments).map { strdup($0) } + [nil]
    var envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (argv + envp).forEach { free($0) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, executable, &actions, &attributes, &argv, &envp)
    guard code == 0 else { throw SandboxError("cannot start \(executable): \(String(cString: strerror(code)))") }
    return pid
  }

  var isRunning: Bool { reap(WNOHANG) == nil }
  var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

  func send(_ signal: Int32) {
    if isRunning { Foundation.kill(pid, signal) }
  }

  /// Waits for the end and returns the exit code; 128 and the signal's number when one ended it.
  @discardableResult
  func wait() -> Int32 {
    while true {
      if let status = reap(0) { return status }
    }
  }

  private func reap(_ options: Int32) -> Int32? {
    lock.withLock {
      if let status { return status }
      var raw: Int32 = 0
      guard waitpid(pid, &raw, options) == pid else { return nil }
      status = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + (raw & 0x7F)
      return status
    }
  }

  func kill() {
    send(SIGKILL)
    wait()
  }

  /// User and system time, in clock ticks (usually 100 a second).
  var cpuTicks: Int {
    let line = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
    let fields = line.split(separator: ")").last?.split(separator: " ") ?? []
    return fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
  }

  /// Resident memory in KiB.
  var residentKiB: Int {
    let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
  }
}

/// Runs a program to its end. What fails is shown, so that a test that did not expect it can be understood afterwards.
func runToEnd(
  _ executable: String, _ arguments: [String], environment: [String: String] = [:], input: String = ""
) throws -> (code: Int32, output: String, errors: String) {
  let base = NSTemporaryDirectory() + "crossdock-run-\(UUID().uuidString)"
  let files = (input: base + ".in", output: base + ".out", errors: base + ".err")
  defer { for file in [files.input, files.output, files.errors] { unlink(file) } }
  try Data(input.utf8).write(to: URL(fileURLWithPath: files.input))
  let path = executable.contains("/") ? executable : "\(Sandbox.programs)/\(executable)"
  let pid = try Child.spawn(path, arguments, environment) { actions in
    posix_spawn_file_actions_addopen(&actions, 0, files.input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, files.output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, files.errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  }
  var raw: Int32 = 0
  while waitpid(pid, &raw, 0) < 0, errno == EINTR {}
  let code = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + (raw & 0x7F)
  func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
  let errors = text(files.errors)
  if code != 0 {
    print(
      "\((executable as NSString).lastPathComponent) \(arguments.prefix(3).joined(separator: " ")): \(code), \(errors.prefix(300))"
    )
  }
  return (code, text(files.output), errors)
}
