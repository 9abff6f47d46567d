import CLinux
import CZstd
package import Records

/// Writes segments (format: SegmentHeader.swift).
package enum SegmentEncoder {
  package static let compressionLevel: Int32 = 3

  /// One segment with `records`, whose sequences must be contiguous. An empty array needs `first`, and declares that the
  /// sequences from `follows + 1` to `first - 1` were dropped.
  ///
  /// - Throws: `CrossdockError` when names, counts or sizes are beyond `SegmentLimits`: send fewer records.
  package static func encode(
    _ records: [StoredRecord], agent: String, epoch: Epoch, stream: String, streamClass: StreamClass,
    bodyFormat: BodyFormat, follows: UInt64, first: UInt64? = nil, compress: Bool = true
  ) throws(CrossdockError) -> [UInt8] {
    let place = "\(agent)/\(stream)"
    let start = records.first?.sequence ?? first ?? follows + 1
    func refuse(_ reason: String) -> CrossdockError {
      CrossdockError("encode a segment", at: place, reason: reason, exitCode: .badInput)
    }
    guard StreamDefinition.isValidName(agent), StreamDefinition.isValidName(stream) else {
      throw refuse("the agent's id or the stream's name is not valid")
    }
    guard records.count <= SegmentLimits.maxRecords else {
      throw refuse("\(records.count) records; the limit is \(SegmentLimits.maxRecords)")
    }
    guard start > follows, start <= SegmentLimits.maxSequence - UInt64(records.count) else {
      throw refuse("first \(start) does not follow \(follows)")
    }
    let raw = try payload(of: records, first: start, place: place)
    guard raw.count <= SegmentLimits.maxRawBytes else {
      throw refuse("\(raw.count) bytes of records; the limit is \(SegmentLimits.maxRawBytes)")
    }
    let compressed = compress ? zstd(raw) : nil
    let header = SegmentHeader(
      agent: agent, epoch: epoch, stream: stream, streamClass: streamClass, bodyFormat: bodyFormat, follows: follows,
      first: start, last: start + UInt64(records.count) - 1, count: records.count,
      codec: compressed == nil ? .stored : .zstd, rawBytes: raw.count, payloadBytes: compressed?.count ?? raw.count,
      checksum: crc32c(raw[...]))
    return header.bytes() + (compressed ?? raw)
  }

  private static func payload(
    of records: [StoredRecord], first: UInt64, place: String
  ) throws(CrossdockError) -> [UInt8] {
    var indexes: [String: UInt64] = [:]
    var sources: [UInt8] = []
    var out: [UInt8] = []
    var record: [UInt8] = []
    out.reserveCapacity(records.reduce(0) { $0 + $1.body.count + 24 })
    var expected = first
    var (event, ingest, monotonic): (Int64, Int64, Int64) = (0, 0, 0)
    for stored in records {
      guard stored.sequence == expected else {
        throw CrossdockError(
          "encode a segment", at: place, reason: "sequence \(stored.sequence) where \(expected) should be",
          exitCode: .badInput)
      }
      var index = UInt64(indexes.count)
      if let known = indexes[stored.source] {
        index = known
      } else {
        indexes[stored.source] = index
        sources.appendVarint(UInt64(stored.source.utf8.count))
        sources.append(contentsOf: stored.source.utf8)
      }
      record.removeAll(keepingCapacity: true)
      record.appendVarint(stored.sequence == first ? 0 : 1)
      record.appendVarint(index)
      record.appendSigned(stored.eventTimeNs &- event)
      record.appendSigned(stored.ingestTimeNs &- ingest)
      record.appendSigned(stored.monotonicNs &- monotonic)
      record.appendVarint(UInt64(stored.boot))
      record.appendVarint(UInt64(stored.flags.rawValue))
      out.appendVarint(UInt64(record.count + stored.body.count))
      out.append(contentsOf: record)
      out.append(contentsOf: stored.body)
      (event, ingest, monotonic) = (stored.eventTimeNs, stored.ingestTimeNs, stored.monotonicNs)
      expected += 1
    }
    var head: [UInt8] = []
    head.appendVarint(UInt64(indexes.count))
    return head + sources + out
  }

  /// Nil when compression does not make it smaller.
  private static func zstd(_ raw: [UInt8]) -> [UInt8]? {
    let bound = ZSTD_compressBound(raw.count)
    var written = 0
    let compressed = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      written = raw.withUnsafeBytes {
        ZSTD_compress(buffer.baseAddress, bound, $0.baseAddress, $0.count, compressionLevel)
      }
      count = ZSTD_isError(written) == 0 ? written : 0
    }
    return compressed.isEmpty || compressed.count >= raw.count ? nil : compressed
  }
}

extension SegmentHeader {
  /// The header as sent, with its checksum.
  func bytes() -> [UInt8] {
    var out = Self.magic
    out.append(Self.version)
    out.append(UInt16(Self.fixedBytes + agent.utf8.count + stream.utf8.count + Self.checksumBytes))
    out += [codec.rawValue, streamClass.rawValue, bodyFormat.rawValue, 0]
    out.append(epoch.counter)
    out.append(epoch.high)
    out.append(epoch.low)
    out.append(follows)
    out.append(first)
    out.append(last)
    out.append(UInt32(count))
    out.append(UInt32(rawBytes))
    out.append(UInt32(payloadBytes))
    out.append(checksum)
    out += [UInt8(agent.utf8.count), UInt8(stream.utf8.count)]
    out += Array(agent.utf8)
    out += Array(stream.utf8)
    out.append(crc32c(out[...]))
    return out
  }
}

func crc32c(_ bytes: ArraySlice<UInt8>) -> UInt32 {
  bytes.withUnsafeBytes { crossdock_crc32c(0, $0.baseAddress, $0.count) }
}

extension [UInt8] {
  mutating func append<Integer: FixedWidthInteger>(_ integer: Integer) {
    Swift.withUnsafeBytes(of: integer.littleEndian) { append(contentsOf: $0) }
  }

  mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  mutating func appendSigned(_ value: Int64) {
    appendVarint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
  }
}
