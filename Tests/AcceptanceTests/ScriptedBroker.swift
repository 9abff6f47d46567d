import Foundation
import Glibc

/// A broker by script: a listener on a free loopback port whose thread runs the script for each connection, one after the
/// other, in raw MQTT packets. What a script learns it notes; what it expects and does not get is in `failures`.
final class ScriptedBroker: @unchecked Sendable {
  // @unchecked because `notesSoFar`, `failuresSoFar` and `current` are only touched under `lock`.
  let port: UInt16
  private let listener: Int32
  private let lock = NSLock()
  private var notesSoFar: [String] = []
  private var failuresSoFar: [String] = []
  private var current: Int32 = -1
  private var isStopped = false

  /// - Parameter script: gets the connection, after its CONNECT was read, and its number from 1 on.
  init(_ script: @escaping @Sendable (ScriptedConnection, Int) throws -> Void) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = self.listener
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &size) == 0
      }
    }
    guard bound else { throw SandboxError("no port for a scripted broker") }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [weak self] in
      var number = 0
      while true {
        let accepted = accept(listener, nil, nil)
        guard accepted >= 0, let broker = self, broker.begin(accepted) else { return }
        number += 1
        broker.serve(accepted, number, script)
      }
    }
  }

  deinit { stop() }

  var notes: [String] { lock.withLock { notesSoFar } }
  var failures: [String] { lock.withLock { failuresSoFar } }

  func note(_ text: String) {
    lock.withLock { notesSoFar.append(text) }
  }

  func stop() {
    let isFirst = lock.withLock {
      defer { isStopped = true }
      if current >= 0 { shutdown(current, Int32(SHUT_RDWR)) }
      return !isStopped
    }
    if isFirst {
      shutdown(listener, Int32(SHUT_RDWR))
      close(listener)
    }
  }

  private func begin(_ accepted: Int32) -> Bool {
    lock.withLock {
      if isStopped { close(accepted) } else { current = accepted }
      return !isStopped
    }
  }

  private func serve(
    _ accepted: Int32, _ number: Int, _ script: @Sendable (ScriptedConnection, Int) throws -> Void
  ) {
    defer {
      lock.withLock { current = -1 }
      close(accepted)
    }
    do {
      // Nothing but a look at the port (`canConnect`) is no connection.
      guard let connection = try ScriptedConnection(accepted, broker: self) else { return }
      try script(connection, number)
    } catch {
      lock.withLock { if !isStopped { failuresSoFar.append("connection \(number): \(error)") } }
    }
  }
}

/// A packet as it came: its first byte and what follows the remaining length.
struct MQTTPacket {
  enum Kind: UInt8 {
    case connect = 1
    case connack, publish, puback, pubrec, pubrel, pubcomp, subscribe, suback, unsubscribe, unsuback, pingreq, pingresp
    case disconnect
  }

  let first: UInt8
  let body: [UInt8]

  var kind: Kind? { Kind(rawValue: first >> 4) }
  /// Of all but PUBLISH and CONNECT: they begin with it.
  var packetID: Int { body.count >= 2 ? Int(body[0]) << 8 | Int(body[1]) : 0 }
}

/// The broker's side of one connection. Every wait ends: after `patience` it throws.
final class ScriptedConnection {
  static let patienceS = 120
  let broker: ScriptedBroker
  let isMQTT5: Bool
  let clientID: String
  let connect: [UInt8]
  private let fd: Int32

  /// Nil when the other side closes before it has sent anything.
  fileprivate init?(_ fd: Int32, broker: ScriptedBroker) throws {
    self.fd = fd
    self.broker = broker
    var patience = timeval(tv_sec: Self.patienceS, tv_usec: 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var one: Int32 = 1
    setsockopt(fd, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    guard let packet = try Self.read(fd) else { return nil }
    guard packet.kind == .connect, packet.body.count > 12 else { throw SandboxError("no CONNECT") }
    connect = packet.body
    isMQTT5 = packet.body[6] == 5
    var at = 10
    if isMQTT5 { at += 1 + Int(packet.body[10]) }
    let length = Int(packet.body[at]) << 8 | Int(packet.body[at + 1])
    clientID = String(decoding: packet.body[(at + 2)..<(at + 2 + length)], as: UTF8.self)
  }

  /// The value of a four-byte property of the CONNECT.
  func connectProperty(_ identifier: UInt8) -> UInt32? {
    guard isMQTT5 else { return nil }
    var at = 11
    let end = 11 + Int(connect[10])
    while at < end {
      let width = [0x11: 4, 0x27: 4, 0x21: 2, 0x22: 2, 0x19: 1, 0x17: 1][Int(connect[at])] ?? 0
      if width == 4, connect[at] == identifier {
        return connect[(at + 1)...(at + 4)].reduce(0) { $0 << 8 | UInt32($1) }
      }
      at += 1 + width
    }
    return nil
  }

  // MARK: reading

  /// The next packet; nil when the other side has closed.
  func read() throws -> MQTTPacket? { try Self.read(fd) }

  /// Reads on until a packet of a kind; answers pings meanwhile unless told not to.
  func expect(_ kind: MQTTPacket.Kind) throws -> MQTTPacket {
    while let packet = try read() {
      if packet.kind == kind { return packet }
      if packet.kind == .pingreq { send([0xD0, 0]) }
    }
    throw SandboxError("closed instead of \(kind)")
  }

  /// Takes whatever comes, without an answer but to pings, until the other side closes.
  func drain(answersPings: Bool = true) throws {
    while let packet = try read() {
      if packet.kind == .pingreq, answersPings { send([0xD0, 0]) }
    }
  }

  private static func read(_ fd: Int32) throws -> MQTTPacket? {
    guard let first = try bytes(fd, 1)?.first else { return nil }
    var length = 0
    var shift = 0
    while true {
      guard let byte = try bytes(fd, 1)?.first else { return nil }
      length |= Int(byte & 0x7F) << shift
      shift += 7
      if byte & 0x80 == 0 { break }
    }
    guard let body = try bytes(fd, length) else { return nil }
    return MQTTPacket(first: first, body: body)
  }

  /// Nil when the other side has closed.
  private static func bytes(_ fd: Int32, _ count: Int) throws -> [UInt8]? {
    var all = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = all.withUnsafeMutableBytes { recv(fd, $0.baseAddress! + done, count - done, 0) }
      if got > 0 {
        done += got
      } else if got == 0 || errno == ECONNRESET {
        return nil
      } else if errno == EAGAIN {
        throw SandboxError("nothing came for \(patienceS) s")
      } else if errno != EINTR {
        throw SandboxError(String(cString: strerror(errno)))
      }
    }
    return all
  }

  // MARK: sending

  func send(_ bytes: [UInt8]) {
    var done = 0
    while done < bytes.count {
      let sent = bytes.withUnsafeBytes {
        Glibc.send(fd, $0.baseAddress! + done, bytes.count - done, Int32(MSG_NOSIGNAL))
      }
      if sent <= 0 { return }
      done += sent
    }
  }

  func send(_ first: UInt8, _ body: [UInt8]) {
    var head = [first]
    var rest = body.count
    repeat {
      head.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
      rest >>= 7
    } while rest > 0
    send(head + body)
  }

  func acceptConnect(sessionPresent: Bool = false, properties: [UInt8] = []) {
    send(0x20, [sessionPresent ? 1 : 0, 0] + (isMQTT5 ? [UInt8(properties.count)] + properties : []))
  }

  /// Waits for a SUBSCRIBE and grants it.
  func acceptSubscribe(qos: UInt8 = 1) throws {
    let id = try expect(.subscribe).body[..<2]
    send(0x90, Array(id) + (isMQTT5 ? [0] : []) + [qos])
  }

  func publish(_ topic: [UInt8], _ payload: String, id: Int, qos: UInt8 = 1, isDuplicate: Bool = false) {
    var body = [UInt8(topic.count >> 8), UInt8(topic.count & 0xFF)] + topic
    if qos > 0 { body += [UInt8(id >> 8), UInt8(id & 0xFF)] }
    if isMQTT5 { body.append(0) }
    send(0x30 | (isDuplicate ? 8 : 0) | qos << 1, body + Array(payload.utf8))
  }

  /// `{"n":number}` on `site/asset-1/numbers`.
  func publish(number: Int, id: Int, isDuplicate: Bool = false) {
    publish(Array("site/asset-1/numbers".utf8), "{\"n\":\(number)}", id: id, isDuplicate: isDuplicate)
  }

  /// Waits for PUBACKs of these ids, in this order.
  func expectAcknowledged(_ ids: [Int]) throws {
    for id in ids {
      let got = try expect(.puback).packetID
      guard got == id else { throw SandboxError("PUBACK of \(got) instead of \(id)") }
    }
  }

  /// One number under its own id, as far as its PUBACK.
  func deliver(_ number: Int) throws {
    publish(number: number, id: number)
    try expectAcknowledged([number])
  }

  func end() {
    shutdown(fd, Int32(SHUT_RDWR))
  }
}
