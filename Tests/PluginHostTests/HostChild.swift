import CLinux
import Fixtures
import Foundation

/// A crossdock-plugin-host, spoken to as the agent does. It is killed when the test lets go of it.
final class HostChild {
  struct Ended: Error, CustomStringConvertible {
    var description: String
  }

  let pid: pid_t
  private let socket: Int32
  private let errorPipe: Int32
  private var received: [UInt8] = []
  private var number: UInt64 = 0
  private var waitStatus: Int32?
  private(set) var errors = ""

  private static let program = Repository.programs + "/crossdock-plugin-host"
  /// Far beyond what anything takes on a busy machine: what succeeds returns at once.
  static let patienceS = 120.0

  /// - Parameter launcher: a program, with arguments, that becomes the host.
  init(_ arguments: [String], environment: [String] = ["PATH=/usr/bin"], through launcher: [String] = []) throws {
    var (ends, pipe): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
    guard crossdock_socket_pair(&ends) == 0, crossdock_quiet_pipe(&pipe) == 0 else {
      throw Ended(description: "no descriptors")
    }
    (socket, errorPipe) = (ends[0], pipe[0])
    let command = launcher + [Self.program] + arguments
    var argv = command.map { strdup($0) } + [nil]
    var envp = environment.map { strdup($0) } + [nil]
    defer { for text in argv + envp { free(text) } }
    var child: pid_t = 0
    let code = crossdock_spawn(command[0], &argv, &envp, ends[1], pipe[1], &child)
    pid = child
    close(ends[1])
    close(pipe[1])
    guard code == 0 else { throw Ended(description: "\(Self.program): \(String(cString: strerror(code)))") }
  }

  deinit {
    if waitStatus == nil {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
    }
    close(socket)
    close(errorPipe)
  }

  // Frames

  func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count > 0 {
        sent += count
      } else if errno == EAGAIN {
        try waitFor(socket, POLLOUT)
      } else {
        throw Ended(description: "the host does not take frames: \(String(cString: strerror(errno)))")
      }
    }
  }

  func receive(within seconds: Double = patienceS) throws -> Frame {
    while true {
      if let frame = try parse() { return frame }
      try waitFor(socket, POLLIN, seconds)
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(socket, &buffer, buffer.count)
      if count == 0 || (count < 0 && errno != EAGAIN) {
        readErrors()
        throw Ended(description: "the host has ended; it said: \(errors)")
      }
      received += buffer.prefix(max(0, count))
    }
  }

  private func parse() throws -> Frame? {
    var reader = PayloadReader(Array(received.prefix(Frame.headerBytes)))
    guard received.count >= Frame.headerBytes else { return nil }
    let (count, kind, zero, number) = (
      Int(reader.number(UInt32.self)), reader.number(UInt16.self), reader.number(UInt16.self),
      reader.number(UInt64.self)
    )
    let whole = Frame.headerBytes + (count + 7) / 8 * 8
    guard let kind = Frame.Kind(rawValue: kind), zero == 0, count <= 64 << 20 else {
      throw Ended(description: "a malformed frame")
    }
    guard received.count >= whole else { return nil }
    let payload = Array(received[Frame.headerBytes..<(Frame.headerBytes + count)])
    received.removeFirst(whole)
    return Frame(kind: kind, number: number, payload: payload)
  }

  @discardableResult
  func request(_ kind: Frame.Kind, _ payload: [UInt8] = []) throws -> Answer {
    number += 1
    try send(Frame(kind: kind, number: number, payload: payload).bytes)
    var frames: [Frame] = []
    while true {
      let frame = try receive()
      // What the host says of its confinement is of no request.
      guard frame.number == number || (frame.kind == .log && frame.number == 0) else {
        throw Ended(description: "a frame of request \(frame.number) in \(number)")
      }
      guard frame.kind == .answer else {
        frames.append(frame)
        continue
      }
      var reader = PayloadReader(frame.payload)
      return Answer(status: reader.number(), frames: frames)
    }
  }

  private func waitFor(_ fd: Int32, _ event: Int32, _ seconds: Double = patienceS) throws {
    var poll = pollfd(fd: fd, events: Int16(event), revents: 0)
    var ready = Glibc.poll(&poll, 1, Int32(seconds * 1000))
    while ready < 0, errno == EINTR { ready = Glibc.poll(&poll, 1, Int32(seconds * 1000)) }
    guard ready == 1 else { throw Ended(description: "the host says nothing") }
  }

  // Standard error and the end

  @discardableResult
  func readErrors() -> String {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(errorPipe, &buffer, buffer.count)
      guard count > 0 else { return errors }
      errors += String(decoding: buffer.prefix(count), as: UTF8.self)
    }
  }

  /// Waits until standard error holds this text.
  func hasSaid(_ text: String) -> Bool {
    let end = Date().addingTimeInterval(Self.patienceS)
    while !readErrors().contains(text) {
      var poll = pollfd(fd: errorPipe, events: Int16(POLLIN), revents: 0)
      let hasFailed = Glibc.poll(&poll, 1, 100) < 0 && errno != EINTR
      guard end.timeIntervalSinceNow > 0, !hasFailed, poll.revents & Int16(POLLHUP) == 0 else {
        return readErrors().contains(text)
      }
    }
    return true
  }

  /// The code it ended with, 128 and the signal if it was one; nil when it does not end.
  func end() -> Int32? {
    let deadline = Date().addingTimeInterval(Self.patienceS)
    var status: Int32 = 0
    while waitStatus == nil {
      if waitpid(pid, &status, WNOHANG) == pid {
        waitStatus = status
      } else if deadline.timeIntervalSinceNow < 0 {
        return nil
      } else {
        _ = Glibc.poll(nil, 0, 5)
      }
    }
    readErrors()
    status = waitStatus ?? 0
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }

  func closeInput() { shutdown(socket, Int32(SHUT_WR)) }

  var isAlive: Bool { waitStatus == nil && Glibc.kill(pid, 0) == 0 }

  /// The monitor, and whatever else it has started.
  var children: [pid_t] { children(of: pid) }

  func children(of pid: pid_t) -> [pid_t] {
    let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)) ?? ""
    return text.split(separator: " ").compactMap { pid_t($0) }
  }
}
