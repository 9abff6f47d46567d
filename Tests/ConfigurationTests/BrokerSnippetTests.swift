import Fixtures
import Foundation
import Glibc
import Testing

private let mosquitto = "/usr/sbin/mosquitto"

/// The broker snippet beside a main file of the shape that Debian installs, in a real mosquitto.
@Suite(
  .serialized, .enabled(if: FileManager.default.isExecutableFile(atPath: mosquitto), "mosquitto is not installed"))
struct BrokerSnippetTests {
  @Test func mosquittoStartsWithTheSnippet() throws {
    let (lines, status) = try run(snippet: try Repository.text("etc/mosquitto-crossdock.conf"))
    #expect(lines.contains { $0.hasSuffix(" running") }, "\(lines)")
    #expect(!lines.contains { $0.contains("Error") || $0.contains("recommended") }, "\(lines)")
    #expect(status == 0)
  }

  @Test func mosquittoRefusesAKeyThatItDoesNotKnow() throws {
    let (lines, status) = try run(snippet: "max_inflight_mesages 1000\n")
    #expect(lines.contains { $0.contains("Unknown configuration variable") }, "\(lines)")
    #expect(status != 0)
  }

  /// Runs the broker until it says that it runs, or ends; then asks it to stop.
  private func run(snippet: String) throws -> (lines: [String], status: Int32) {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: "\(folder.path)/conf.d", withIntermediateDirectories: true)
    try folder.write(snippet, to: "conf.d/crossdock.conf")
    try folder.write(
      """
      user \(NSUserName())
      persistence true
      persistence_location \(folder.path)/
      log_dest stderr
      listener 0 \(folder.path)/socket
      include_dir \(folder.path)/conf.d

      """, to: "mosquitto.conf")
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
    _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
    defer { close(ends[0]) }
    let child = try start("\(folder.path)/mosquitto.conf", standardError: ends[1])
    close(ends[1])
    var output: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while !String(decoding: output, as: UTF8.self).contains(" running\n") {
      let count = read(ends[0], &chunk, chunk.count)
      if count <= 0 { break }
      output += chunk[..<count]
    }
    // Mosquitto 2.0.11 forgets a SIGTERM that comes between its last line and its main loop: ask until its stderr is closed.
    var end = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
    repeat {
      kill(child, SIGTERM)
      if poll(&end, 1, 100) > 0, read(ends[0], &chunk, chunk.count) <= 0 { break }
    } while true
    var status: Int32 = 0
    waitpid(child, &status, 0)
    // The code of a normal end, or minus the signal.
    let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
    return (String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init), code)
  }

  private func start(_ file: String, standardError: Int32) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, standardError, STDERR_FILENO)
    let words: [String] = [mosquitto, "-c", file]
    let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    // The test runner's threads block signals; the broker must hear SIGTERM.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var child: pid_t = 0
    let spawned = posix_spawn(&child, mosquitto, &actions, &attributes, arguments, environ)
    try #require(spawned == 0)
    return child
  }
}
