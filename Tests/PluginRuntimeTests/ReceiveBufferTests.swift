import Glibc
import Seeded
import Testing

@testable import PluginRuntime

/// What comes from a plugin is cut into frames however it arrives, and refused where it breaks a rule.
@Suite struct ReceiveBufferTests {
  private func frame(_ kind: UInt16, _ payload: [UInt8], number: UInt64 = 7, length: UInt32? = nil) -> [UInt8] {
    var bytes: [UInt8] = []
    withUnsafeBytes(of: (length ?? UInt32(payload.count)).littleEndian) { bytes += $0 }
    withUnsafeBytes(of: kind.littleEndian) { bytes += $0 }
    bytes += [0, 0]
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
    bytes += payload
    while bytes.count % 8 != 0 { bytes.append(0) }
    return bytes
  }

  private func frames(_ pieces: [[UInt8]]) throws -> [(PluginFrame.Kind, UInt64, [UInt8])] {
    var ends: [Int32] = [0, 0]
    #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    defer { for end in ends { close(end) } }
    var buffer = ReceiveBuffer()
    var found: [(PluginFrame.Kind, UInt64, [UInt8])] = []
    for piece in pieces {
      var sent = 0
      while sent < piece.count {
        sent += piece.withUnsafeBytes { send(ends[0], $0.baseAddress! + sent, min($0.count - sent, 32_768), 0) }
        _ = try buffer.fill(from: ends[1])
        while try buffer.next({ found.append(($0, $1, Array($2))) }) {}
      }
    }
    return found
  }

  @Test func framesAreWholeHoweverTheyAreCut() throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    for _ in 0..<50 {
      var all: [UInt8] = []
      var expected: [[UInt8]] = []
      for number in 0..<10 {
        let payload = (0..<Int.random(in: 0...5000, using: &random)).map { UInt8(truncatingIfNeeded: $0 &+ number) }
        expected.append(payload)
        all += frame(132, payload, number: UInt64(number))
      }
      var pieces: [[UInt8]] = []
      while !all.isEmpty {
        let count = min(all.count, Int.random(in: 1...9000, using: &random))
        pieces.append(Array(all.prefix(count)))
        all.removeFirst(count)
      }
      let found = try frames(pieces)
      #expect(found.map(\.2) == expected)
      #expect(found.map(\.1) == (0..<10).map(UInt64.init))
    }
  }

  @Test func typeThatThereIsNotIsRefused() {
    #expect(throws: PluginFailure.malformed("a frame of type 99")) { try frames([frame(99, [])]) }
  }

  @Test func frameOfTheAgentsOwnIsRefused() {
    #expect(throws: PluginFailure.malformed("a frame of type 3")) { try frames([frame(3, [])]) }
  }

  @Test func lengthBeyondTheBoundIsRefusedBeforeAnythingIsKept() {
    #expect(throws: PluginFailure.malformed("a frame of 4294967295 bytes")) {
      try frames([frame(131, [], length: .max)])
    }
  }

  @Test func textThatGoesBeyondItsFrameIsRefused() {
    let payload: [UInt8] = [200, 0, 0, 0, 65]
    payload.withUnsafeBytes { bytes in
      var reader = PluginFrameReader(bytes)
      #expect(throws: PluginFailure.malformed("a text of 200 bytes goes beyond its frame")) { try reader.text() }
    }
  }
}
