import Foundation

/// A child process with its output in a file, which can really be killed.
final class Child {
  private let process = Process()
  let logPath: String

  init(_ executable: String, _ arguments: [String], environment: [String: String] = [:], logPath: String) throws {
    self.logPath = logPath
    if !FileManager.default.fileExists(atPath: logPath) {
      _ = FileManager.default.createFile(atPath: logPath, contents: nil)
    }
    let log = try FileHandle(forWritingTo: URL(fileURLWithPath: logPath))
    try log.seekToEnd()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = log
    process.standardError = log
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  var pid: Int32 { process.processIdentifier }
  var isRunning: Bool { process.isRunning }
  var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

  func send(_ signal: Int32) {
    if process.isRunning { Foundation.kill(pid, signal) }
  }

  /// Waits for the end and returns the exit code; a signal's number when one ended it.
  @discardableResult
  func wait() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus
  }

  func kill() {
    send(SIGKILL)
    wait()
  }

  /// Resident memory in KiB.
  var residentKiB: Int {
    let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
  }
}

/// Runs a program to its end.
func runToEnd(_ executable: String, _ arguments: [String], environment: [String: String] = [:], input: String? = nil)
  throws -> (
    code: Int32, output: String, errors: String
  )
{
  let process = Process()
  let output = Pipe()
  let errors = Pipe()
  process.executableURL = URL(
    fileURLWithPath: executable.contains("/") ? executable : "\(Sandbox.programs)/\(executable)")
  process.arguments = arguments
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  process.standardOutput = output
  process.standardError = errors
  let stdin = Pipe()
  process.standardInput = stdin
  try process.run()
  if let input { stdin.fileHandleForWriting.write(Data(input.utf8)) }
  try? stdin.fileHandleForWriting.close()
  // Both pipes at once: either may fill while the other is read.
  let collected = Collected()
  let reader = Thread {
    collected.errors = errors.fileHandleForReading.readDataToEndOfFile(); collected.isDone.signal()
  }
  reader.start()
  let text = output.fileHandleForReading.readDataToEndOfFile()
  collected.isDone.wait()
  process.waitUntilExit()
  return (
    process.terminationStatus, String(decoding: text, as: UTF8.self), String(decoding: collected.errors, as: UTF8.self)
  )
}

private final class Collected: @unchecked Sendable {
  // @unchecked because `errors` is written once, before the semaphore is signalled, and read after it was waited for.
  var errors = Data()
  let isDone = DispatchSemaphore(value: 0)
}
