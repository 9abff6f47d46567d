// The opaque cursor of `/v1/changes`: base64url, without padding, of 37 bytes, little endian:
//
//   0   1  version, 1
//   1   4  epoch: counter
//   5   8  epoch: high word
//   13  8  epoch: low word
//   21  8  sequence: the last record that the reader has
//   29  8  ByteHash of bytes 0..<29, the agent's id, a zero byte and the stream's name
//
// Valid if and only if the length, the version and the hash are right and the sequence is below 2^63 - 1. The hash ties a cursor to one agent and stream and finds
// slips; it is no signature: a cursor gives no access that the bearer token does not give.
package import Records

package struct ChangesCursor: Sendable, Equatable {
  package var epoch: Epoch
  package var sequence: UInt64

  static let byteCount = 37
  /// base64url letters of 37 bytes.
  package static let letterCount = 50
  private static let version: UInt8 = 1

  package init(epoch: Epoch, sequence: UInt64) {
    self.epoch = epoch
    self.sequence = sequence
  }

  package func text(agent: String, stream: String) -> String {
    var bytes: [UInt8] = [Self.version]
    bytes.reserveCapacity(Self.byteCount)
    Self.append(epoch.counter, to: &bytes)
    Self.append(epoch.high, to: &bytes)
    Self.append(epoch.low, to: &bytes)
    Self.append(sequence, to: &bytes)
    Self.append(Self.hash(bytes, agent: agent, stream: stream), to: &bytes)
    return String(decoding: Base64.encode(bytes, .url), as: UTF8.self)
  }

  /// Nil for what `text` did not write for this agent and stream.
  package init?(_ text: String, agent: String, stream: String) {
    guard text.utf8.count == Self.letterCount, let bytes = Base64.decode(text.utf8, .url),
      bytes.count == Self.byteCount, bytes[0] == Self.version,
      Self.word(bytes, 29) == Self.hash(Array(bytes[..<29]), agent: agent, stream: stream)
    else { return nil }
    let counter = UInt32(truncatingIfNeeded: Self.word(bytes, 1))
    epoch = Epoch(counter: counter, high: Self.word(bytes, 5), low: Self.word(bytes, 13))
    sequence = Self.word(bytes, 21)
    // Sequences are signed in the journal.
    guard sequence < UInt64(Int64.max) else { return nil }
  }

  private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private static func word(_ bytes: [UInt8], _ at: Int) -> UInt64 {
    bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: at, as: UInt64.self)) }
  }

  private static func hash(_ bytes: [UInt8], agent: String, stream: String) -> UInt64 {
    let all = bytes + Array(agent.utf8) + [0] + Array(stream.utf8)
    return all.withUnsafeBytes { ByteHash.hash($0) }
  }
}
