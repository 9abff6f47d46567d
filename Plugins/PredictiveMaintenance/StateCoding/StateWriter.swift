// Fixed-width little-endian coding of monitor state, for checkpoints. A reader never trusts a length or a number.

/// Appends to a buffer of its own; one copy at the end makes it an array.
package final class StateWriter {
  private var buffer: UnsafeMutableRawBufferPointer
  private var count = 0

  package init(reserving capacity: Int) {
    buffer = .allocate(byteCount: max(capacity, 64), alignment: 8)
  }

  deinit {
    buffer.deallocate()
  }

  package var bytes: [UInt8] { Array(written) }
  /// Valid until the next `append`.
  package var written: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[..<count]) }

  private func reserve(_ size: Int) {
    guard count + size > buffer.count else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(2 * buffer.count, count + size), alignment: 8)
    larger.copyMemory(from: written)
    buffer.deallocate()
    buffer = larger
  }

  package func append<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
    reserve(MemoryLayout<T>.size)
    buffer.storeBytes(of: value.littleEndian, toByteOffset: count, as: T.self)
    count += MemoryLayout<T>.size
  }

  package func append(_ value: Double) {
    append(value.bitPattern)
  }

  /// At most 65,535 bytes of UTF-8, cut there.
  package func append(_ text: String) {
    let utf8 = text.utf8.prefix(Int(UInt16.max))
    append(UInt16(utf8.count))
    for byte in utf8 { append(byte) }
  }

  /// What the body appends, with its length in front, so that a reader can step over it.
  package func appendSized(_ body: (StateWriter) -> Void) {
    let place = count
    append(UInt32(0))
    body(self)
    let length = UInt32(count - place - MemoryLayout<UInt32>.size)
    buffer.storeBytes(of: length.littleEndian, toByteOffset: place, as: UInt32.self)
  }
}
