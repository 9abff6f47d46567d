import CLinux
import Foundation
import Logging
import Records
import Testing

@testable import Platform

@Suite struct PlatformTests {
  private let folder = NSTemporaryDirectory() + "crossdock-platform-\(UUID().uuidString)"

  @Test func checksumIsThatOfTheSpecification() {
    // RFC 3720 B.4 and the usual check value of CRC-32C.
    let digits = Array("123456789".utf8)
    #expect(crossdock_crc32c(0, digits, digits.count) == 0xE306_9283)
    let zeros = [UInt8](repeating: 0, count: 32)
    #expect(crossdock_crc32c(0, zeros, 32) == 0x8A91_36AA)
    for cut in 0...digits.count {
      let head = crossdock_crc32c(0, digits, cut)
      let whole = digits.withUnsafeBytes { crossdock_crc32c(head, $0.baseAddress! + cut, digits.count - cut) }
      #expect(whole == 0xE306_9283)
    }
  }

  @Test func replacedFileIsWholeAndPrivate() throws {
    try Files.createFolder(folder + "/a/b")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/a/b/file"
    try Files.replace(path, with: Array("one".utf8))
    try Files.replace(path, with: Array("two".utf8))
    #expect(try Files.read(path, limit: 3) == Array("two".utf8))
    #expect(throws: CrossdockError.self) { try Files.read(path, limit: 2) }
    #expect(Files.size(path) == 3)
    #expect(!Files.exists(path + ".new"))
    var info = stat()
    #expect(stat(path, &info) == 0 && info.st_mode & 0o777 == 0o600)
  }

  @Test func missingFileIsAnErrorThatNamesIt() {
    let error = #expect(throws: CrossdockError.self) { try Files.read("/nowhere/file", limit: 1) }
    #expect(error?.place == "/nowhere/file")
    #expect(error?.reason == "No such file or directory")
  }

  /// Whoever reads it would wait until somebody writes.
  @Test func namedPipeIsNoFile() throws {
    try Files.createFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/pipe"
    try #require(mkfifo(path, 0o600) == 0)
    let error = #expect(throws: CrossdockError.self) { try Files.readInput(path, limit: 1) }
    #expect(error?.reason == "it is no plain file" && error?.exitCode == .badInput)
    #expect(!Files.isReadable(path))
    #expect(throws: CrossdockError.self) { try Files.readStart(path, count: 1) }
    #expect(try Files.read("/dev/null", limit: 1).isEmpty)
  }

  @Test func secondLockIsRefusedAndNamesTheHolder() throws {
    try Files.createFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/lock"
    var first: FileLock? = try FileLock(path: path)
    let error = #expect(throws: CrossdockError.self) { try FileLock(path: path) }
    #expect(error?.reason == "already in use by process \(getpid())")
    withExtendedLifetime(first) {}
    first = nil
    _ = try FileLock(path: path)
  }

  @Test func replacedFileIsSeenByTheWatchOfItsFolder() throws {
    try Files.createFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let watch = try FolderWatch(folder)
    func isReadable(_ timeoutMs: Int32) -> Bool {
      var polls = PollSet()
      let place = polls.add(watch.fd)
      polls.wait(timeoutMs: timeoutMs)
      return polls.isReadable(place)
    }
    #expect(!isReadable(0))
    try Files.replace(folder + "/file", with: [1])
    #expect(isReadable(120_000))
    watch.clear()
    #expect(!isReadable(0))
  }

  @Test func processThatHasEndedIsSeenAndNotSignalled() throws {
    let child = try Process.run(URL(filePath: "/bin/sleep"), arguments: ["60"])
    let process = try ProcessDescriptor(child.processIdentifier)
    try process.send(SIGKILL)
    var polls = PollSet()
    let place = polls.add(process.fd)
    polls.wait(timeoutMs: 120_000)
    #expect(polls.isReadable(place))
    child.waitUntilExit()
    #expect(throws: CrossdockError.self) { try process.send(SIGTERM) }
  }

  @Test func sharedLogLevelHoldsForEveryCopyThatHasNoneOfItsOwn() {
    let level = SharedLogLevel(.error)
    let log = Logger(label: "x") { StderrLogHandler(label: $0, level: level) }
    var own = log
    own.logLevel = .warning
    level.level = .debug
    #expect(log.logLevel == .debug)
    #expect(own.logLevel == .warning)
  }

  @Test func wakeIsSeenByAPollOnAnotherThread() {
    let wake = WakeDescriptor()
    let thread = OwnedThread(name: "waker") { wake.wake() }
    var polls = PollSet()
    let place = polls.add(wake.fd)
    polls.wait(timeoutMs: 120_000)
    #expect(polls.isReadable(place))
    thread.join()
    wake.clear()
    polls.wait(timeoutMs: 0)
    #expect(!polls.isReadable(place))
  }
}
