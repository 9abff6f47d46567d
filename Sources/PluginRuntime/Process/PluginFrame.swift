// Frames between the agent and a plugin's process: docs/plugin-frames.md is the format.
//
// Invariant: what comes from a plugin is not trusted. Every length is checked against what is there and against a bound; what
// breaks the rules is `PluginFailure.malformed`, and the process is killed.
package enum PluginFrame {
  package enum Kind: UInt16, Sendable {
    case open = 1
    case restore = 2
    case batch = 3
    case checkpoint = 4
    case close = 5
    case hello = 129
    case answer = 130
    case output = 131
    case log = 132
    case count = 133
    case metric = 134
    case state = 135
    case reject = 136
    case wantCheckpoint = 137

    var isFromPlugin: Bool { rawValue >= 129 }
  }

  static let headerBytes = 16
  /// What a plugin may put into one frame.
  package static let maxIncomingBytes = 16 << 20
  /// The agent's own batches, files of options included.
  package static let maxOutgoingBytes = 64 << 20

  /// Bits of a batch's flags: WANT_CHECKPOINT is understood; the records come again.
  static let takesWishes: UInt32 = 1
  static let isReplay: UInt32 = 2

  static func padded(_ count: Int) -> Int { (count + 7) & ~7 }
}

/// Builds one frame.
struct PluginFrameWriter {
  private(set) var bytes: [UInt8] = []
  private var kind = PluginFrame.Kind.open

  mutating func begin(_ kind: PluginFrame.Kind, number: UInt64) {
    bytes.removeAll(keepingCapacity: true)
    append(UInt32(0))
    append(kind.rawValue)
    append(UInt16(0))
    append(number)
  }

  /// Nothing is appended after it.
  mutating func end() {
    let length = UInt32(bytes.count - PluginFrame.headerBytes)
    withUnsafeBytes(of: length.littleEndian) { for (i, byte) in $0.enumerated() { bytes[i] = byte } }
    pad()
  }

  mutating func pad() {
    while bytes.count & 7 != 0 { bytes.append(0) }
  }

  mutating func append<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
  mutating func append(_ value: Double) { append(value.bitPattern) }
  mutating func append(text: some Collection<UInt8>) {
    append(UInt32(text.count))
    bytes.append(contentsOf: text)
  }
  mutating func append(raw: UnsafeRawBufferPointer) { bytes.append(contentsOf: raw) }

  /// An array as it lies in memory (this host is little-endian, as the format is), padded.
  mutating func append<T: BitwiseCopyable>(array: [T]) {
    array.withUnsafeBytes { bytes.append(contentsOf: $0) }
    pad()
  }
}

/// Reads the payload of one frame; every read is checked.
struct PluginFrameReader {
  private let bytes: UnsafeRawBufferPointer
  private var at = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type = T.self) throws(PluginFailure) -> T {
    let size = MemoryLayout<T>.size
    guard bytes.count - at >= size else { throw .malformed("a frame ends too early") }
    defer { at += size }
    return T(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: T.self))
  }

  mutating func number() throws(PluginFailure) -> Double { Double(bitPattern: try integer(UInt64.self)) }

  mutating func text() throws(PluginFailure) -> UnsafeBufferPointer<UInt8> {
    let count = Int(try integer(UInt32.self))
    guard count <= bytes.count - at else { throw .malformed("a text of \(count) bytes goes beyond its frame") }
    defer { at += count }
    return UnsafeRawBufferPointer(rebasing: bytes[at..<at + count]).assumingMemoryBound(to: UInt8.self)
  }

  mutating func string() throws(PluginFailure) -> String { String(decoding: try text(), as: UTF8.self) }

  /// What has no meaning is no frame of this version.
  func end() throws(PluginFailure) {
    guard at == bytes.count else { throw .malformed("a frame with \(bytes.count - at) bytes too many") }
  }

  mutating func rest() -> UnsafeBufferPointer<UInt8> {
    defer { at = bytes.count }
    return UnsafeRawBufferPointer(rebasing: bytes[at...]).assumingMemoryBound(to: UInt8.self)
  }
}
