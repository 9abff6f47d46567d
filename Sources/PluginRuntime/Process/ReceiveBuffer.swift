internal import CLinux
internal import Glibc

/// Bytes that came from a plugin, cut into frames. Holds at most one frame that is not whole, and what one read brings.
struct ReceiveBuffer {
  private var bytes: [UInt8] = []
  private var start = 0
  private var end = 0
  private static let chunkBytes = 256 << 10

  /// Reads once. False: there was nothing.
  /// - Throws: `exited` when the other side has closed.
  mutating func fill(from fd: Int32) throws(PluginFailure) -> Bool {
    if start == end { (start, end) = (0, 0) }
    if bytes.count - end < Self.chunkBytes / 2 { makeRoom() }
    let room = bytes.count - end
    let count = bytes.withUnsafeMutableBytes { recv(fd, $0.baseAddress! + end, room, 0) }
    if count > 0 {
      end += count
      return true
    }
    if count < 0, errno == EAGAIN || errno == EINTR { return false }
    throw .exited(code: 0)
  }

  private mutating func makeRoom() {
    if start > 0 {
      bytes.withUnsafeMutableBytes { $0.baseAddress!.copyMemory(from: $0.baseAddress! + start, byteCount: end - start) }
      (start, end) = (0, end - start)
    }
    if bytes.count - end < Self.chunkBytes {
      bytes.append(contentsOf: repeatElement(0, count: max(Self.chunkBytes, bytes.count)))
    }
  }

  /// The next whole frame, handed over where it lies. False: there is none yet.
  mutating func next(
    _ body: (PluginFrame.Kind, UInt64, UnsafeRawBufferPointer) throws(PluginFailure) -> Void
  ) throws(PluginFailure) -> Bool {
    guard end - start >= PluginFrame.headerBytes else { return false }
    var header = bytes.withUnsafeBytes { PluginFrameReader(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
    let length = Int(try header.integer(UInt32.self))
    let number = try header.integer(UInt16.self)
    _ = try header.integer(UInt16.self)
    let request = try header.integer(UInt64.self)
    guard length <= PluginFrame.maxIncomingBytes else { throw .malformed("a frame of \(length) bytes") }
    guard let kind = PluginFrame.Kind(rawValue: number), kind.isFromPlugin else {
      throw .malformed("a frame of type \(number)")
    }
    let whole = PluginFrame.headerBytes + PluginFrame.padded(length)
    guard end - start >= whole else { return false }
    let payload = start + PluginFrame.headerBytes
    start += whole
    let outcome = bytes.withUnsafeBytes { all in
      Result { () throws(PluginFailure) in
        try body(kind, request, UnsafeRawBufferPointer(rebasing: all[payload..<payload + length]))
      }
    }
    try outcome.get()
    return true
  }

  /// Gives a large buffer back.
  mutating func releaseMemory() {
    if start == end, bytes.count > 4 * Self.chunkBytes { (bytes, start, end) = ([], 0, 0) }
  }
}
