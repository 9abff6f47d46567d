import CZstd
import Records

/// One zstd frame with its size in its header, and nothing around it.
enum ZstdFrame {
  static let level: Int32 = 19
  static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

  static func compress(_ bytes: [UInt8]) throws(CrossdockError) -> [UInt8] {
    let bound = ZSTD_compressBound(bytes.count)
    var written = 0
    let out = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      written = bytes.withUnsafeBytes {
        ZSTD_compress(buffer.baseAddress, bound, $0.baseAddress, $0.count, level)
      }
      count = ZSTD_isError(written) == 0 ? written : 0
    }
    guard ZSTD_isError(written) == 0 else {
      throw CrossdockError("compress the bundle", at: "zstd", reason: String(cString: ZSTD_getErrorName(written)))
    }
    return out
  }

  /// Nothing is allocated that the frame's header does not announce within the bound.
  static func decompress(_ bytes: [UInt8], limit: Int) throws(CrossdockError) -> [UInt8] {
    guard bytes.starts(with: magic) else { throw failure("it is no zstd file") }
    let (size, length) = bytes.withUnsafeBytes {
      (ZSTD_getFrameContentSize($0.baseAddress, $0.count), ZSTD_findFrameCompressedSize($0.baseAddress, $0.count))
    }
    guard size <= UInt64(limit) else { throw failure("it does not say its size, or says more than \(limit) bytes") }
    guard ZSTD_isError(length) == 0, length == bytes.count else {
      throw failure("it is cut short, or something follows its end")
    }
    var written = 0
    let out = [UInt8](unsafeUninitializedCapacity: max(1, Int(size))) { buffer, count in
      written = bytes.withUnsafeBytes {
        ZSTD_decompress(buffer.baseAddress, Int(size), $0.baseAddress, $0.count)
      }
      count = ZSTD_isError(written) == 0 ? written : 0
    }
    guard ZSTD_isError(written) == 0, written == Int(size) else { throw failure("it is damaged") }
    return out
  }

  private static func failure(_ reason: String) -> CrossdockError {
    CrossdockError("read the bundle", at: "its compression", reason: reason, exitCode: .badInput)
  }
}
