// A block: consecutive records of one stream, as the journal's file keeps them. Small ones lie in the table `log` (the
// records of one stream in one commit), large ones in the table `segment`.
//
//   offset  bytes  field
//        0      1  form: 0x10 stored, 0x11 zstd
//        1      4  CRC-32C, little-endian, of: stream id, first and last sequence (8 bytes each, little-endian), the form, and
//                  every byte from offset 5 on. A block that was moved under another key is as invalid as a changed one.
//        5      v  raw size: bytes of the payload before compression, as a LEB128 varint
//               …  payload
//
// The raw payload: nine varints, the lengths in bytes of the nine columns that follow; then the columns; then all bodies, one
// after the other, to the end. Columns have one value a record (varints; signed ones are zigzag-coded):
//
//   source      number in the table `source`, from 0
//   feed        row of the table `feed`, 0: none
//   arrival     the first absolute, then the difference to the one before minus 1
//   event       one byte: the unit as a power of ten in ns (0, 3, 6); then signed differences in that unit, the first to 0
//   ingest      signed differences, the first to 0
//   monotonic   signed differences to (the one before + the difference of the ingest times): both clocks run alike
//   boot, flags, body length
//
// Columns, and units instead of nanoseconds, because like lies beside like then: zstd finds it.
// A block is valid if and only if the checksum holds and every column has exactly `last - first + 1` values.
internal import CLinux
internal import CZstd
internal import Records

/// Writes and reads blocks. It keeps its buffers and the compressor's memory: one a connection, used by one thread.
final class BlockCodec {
  enum Form: UInt8 {
    case stored = 0x10
    case zstd = 0x11
  }

  /// Below this zstd costs more than it saves.
  static let minCompressedBytes = 400
  /// Raw bytes of one block: what one transaction may write, and some for the columns.
  static let maxRawBytes = 8 << 20
  static let hotLevel: Int32 = 1
  static let coldLevel: Int32 = 5

  private var raw: [UInt8] = []
  private var out: [UInt8] = []
  private var decompressed: [UInt8] = []
  private var compressor: OpaquePointer?
  private var decompressor: OpaquePointer?

  deinit {
    ZSTD_freeCCtx(compressor)
    ZSTD_freeDCtx(decompressor)
  }

  /// Hands over the encoded block; it is valid until the next call.
  func encode<Result>(
    _ columns: borrowing BlockColumns, stream: Int64, level: Int32,
    _ use: (UnsafeRawBufferPointer) throws(CrossdockError) -> Result
  ) throws(CrossdockError) -> Result {
    raw.removeAll(keepingCapacity: true)
    BlockPayload.write(columns, to: &raw)
    out.removeAll(keepingCapacity: true)
    out.append(contentsOf: [Form.stored.rawValue, 0, 0, 0, 0])
    out.appendVarint(UInt64(raw.count))
    if raw.count < Self.minCompressedBytes || !appendCompressed(level) { out.append(contentsOf: raw) }
    let crc = out.withUnsafeBytes { Self.checksum($0, stream: stream, first: columns.first, last: columns.end - 1) }
    for index in 0..<4 { out[1 + index] = UInt8(truncatingIfNeeded: crc >> UInt32(8 * index)) }
    let result: Swift.Result<Result, CrossdockError> = out.withUnsafeBytes { bytes in
      do throws(CrossdockError) { return .success(try use(bytes)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// Appends the compressed payload; false when it is not smaller.
  private func appendCompressed(_ level: Int32) -> Bool {
    if compressor == nil { compressor = ZSTD_createCCtx() }
    // A window and tables for what blocks are: the defaults of a level would take megabytes.
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_compressionLevel, level)
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_windowLog, 17)
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_hashLog, level > Self.hotLevel ? 15 : 13)
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_chainLog, 14)
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_contentSizeFlag, 0)
    let start = out.count
    let capacity = ZSTD_compressBound(raw.count)
    out.append(contentsOf: repeatElement(0, count: capacity))
    let written = out.withUnsafeMutableBytes { out in
      raw.withUnsafeBytes {
        ZSTD_compress2(compressor, out.baseAddress! + start, capacity, $0.baseAddress, $0.count)
      }
    }
    guard ZSTD_isError(written) == 0, written < raw.count else {
      out.removeLast(out.count - start)
      return false
    }
    out.removeLast(capacity - written)
    out[0] = Form.zstd.rawValue
    return true
  }

  /// Whether the bytes are what was written for these sequences.
  static func isIntact(_ block: UnsafeRawBufferPointer, stream: Int64, first: UInt64, last: UInt64) -> Bool {
    guard block.count > 6, Form(rawValue: block[0]) != nil else { return false }
    let stored = block.loadUnaligned(fromByteOffset: 1, as: UInt32.self).littleEndian
    return stored == checksum(block, stream: stream, first: first, last: last)
  }

  private static func checksum(
    _ block: UnsafeRawBufferPointer, stream: Int64, first: UInt64, last: UInt64
  ) -> UInt32 {
    var crc: UInt32 = 0
    withUnsafeBytes(of: (stream.littleEndian, first.littleEndian, last.littleEndian)) {
      crc = crossdock_crc32c(crc, $0.baseAddress, $0.count)
    }
    crc = crossdock_crc32c(crc, block.baseAddress, 1)
    return crossdock_crc32c(crc, block.baseAddress! + 5, block.count - 5)
  }

  /// How many records a block seems to have, whatever its checksum says; nil when nothing can be made of it.
  func count(_ block: UnsafeRawBufferPointer) -> UInt64? {
    guard block.count > 6, let form = Form(rawValue: block[0]) else { return nil }
    var at = 5
    guard let size = BlockPayload.varint(block, &at), size <= UInt64(Self.maxRawBytes) else { return nil }
    let payload = UnsafeRawBufferPointer(rebasing: block[at...])
    if form == .stored { return BlockWalk(payload, first: 1)?.count }
    guard decompress(payload, to: Int(size)) else { return nil }
    return decompressed.withUnsafeBytes {
      BlockWalk(UnsafeRawBufferPointer(rebasing: $0[..<Int(size)]), first: 1)?.count
    }
  }

  /// Verifies and unpacks a block and hands over its records in order, until the visitor has enough.
  /// - Returns: false when the block is not valid. Records may have been handed over before that was found out only if the
  ///   checksum held and the writer was wrong.
  func decode(
    _ block: UnsafeRawBufferPointer, stream: Int64, first: UInt64, last: UInt64, after: UInt64 = 0,
    _ visit: (BlockRecord) throws(CrossdockError) -> Bool
  ) throws(CrossdockError) -> Bool {
    guard last >= first, last - first < UInt64(Self.maxRawBytes),
      Self.isIntact(block, stream: stream, first: first, last: last)
    else { return false }
    var at = 5
    guard let size = BlockPayload.varint(block, &at), size <= UInt64(Self.maxRawBytes) else { return false }
    let payload = UnsafeRawBufferPointer(rebasing: block[at...])
    guard block[0] == Form.zstd.rawValue else {
      guard payload.count == Int(size) else { return false }
      return try BlockPayload.read(payload, first: first, last: last, after: after, visit)
    }
    guard decompress(payload, to: Int(size)) else { return false }
    let result: Result<Bool, CrossdockError> = decompressed.withUnsafeBytes { bytes in
      do throws(CrossdockError) {
        return .success(
          try BlockPayload.read(
            UnsafeRawBufferPointer(rebasing: bytes[..<Int(size)]), first: first, last: last, after: after, visit))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func decompress(_ payload: UnsafeRawBufferPointer, to size: Int) -> Bool {
    if decompressor == nil { decompressor = ZSTD_createDCtx() }
    if decompressed.count < size { decompressed = [UInt8](repeating: 0, count: max(size, 160 << 10)) }
    let written = decompressed.withUnsafeMutableBytes {
      ZSTD_decompressDCtx(decompressor, $0.baseAddress, size, payload.baseAddress, payload.count)
    }
    return ZSTD_isError(written) == 0 && written == size
  }

  /// Gives back what a large block has taken.
  func releaseMemory() {
    if decompressed.count > 1 << 20 { decompressed = [] }
    if raw.capacity > 1 << 20 { raw = [] }
    if out.capacity > 1 << 20 { out = [] }
  }
}
