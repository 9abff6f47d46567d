/// CRC-32C (Castagnoli, RFC 3720), eight bytes a step (Kounavis & Berry 2005): a checkpoint is checked on the writer thread.
package enum CyclicRedundancyCheck {
  /// Row k: the effect of a byte that is followed by k more ones.
  private static let rows: [UInt32] = {
    var rows: [UInt32] = []
    for byte in 0..<256 as Range<UInt32> {
      var crc = byte
      for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0x82F6_3B78 : crc >> 1 }
      rows.append(crc)
    }
    for i in 256..<2048 {
      let previous = rows[i - 256]
      rows.append((previous >> 8) ^ rows[Int(previous & 0xFF)])
    }
    return rows
  }()

  package static func crc32c(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    rows.withUnsafeBufferPointer { rows in
      var crc: UInt32 = ~0
      var i = 0
      while i + 8 <= bytes.count {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: i, as: UInt64.self)) ^ UInt64(crc)
        crc = 0
        for k in 0..<8 {
          let byte = Int(truncatingIfNeeded: word >> UInt64(8 * k)) & 0xFF
          crc ^= rows[256 * (7 - k) + byte]
        }
        i += 8
      }
      while i < bytes.count {
        crc = (crc >> 8) ^ rows[Int((crc ^ UInt32(bytes[i])) & 0xFF)]
        i += 1
      }
      return ~crc
    }
  }
}
