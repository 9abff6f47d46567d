package import Records

// A segment: one contiguous run of one stream's records, as it is pushed to central and exported to files.
//
// Numbers are little-endian. Bytes before the payload are the header; its length is at offset 10.
//
//   offset  bytes  field
//        0      8  magic "XDOCKSEG"
//        8      2  version, 1
//       10      2  H, length of the header with its checksum
//       12      1  codec of the payload: 0 stored, 1 zstd (one frame that declares its content size)
//       13      1  stream class: 0 telemetry, 1 summary, 2 scan, 3 decision, 4 alert
//       14      1  body format: 0 JSON, 1 bytes
//       15      1  0
//       16      4  epoch: counter
//       20      8  epoch: high 64 random bits
//       28      8  epoch: low 64 random bits
//       36      8  follows: the sequence sent before this segment, 0 when there is none
//       44      8  first
//       52      8  last
//       60      4  count of records
//       64      4  raw size: bytes of the payload before compression
//       68      4  payload size: bytes that follow the header
//       72      4  CRC-32C of the raw payload
//       76      1  a, length of the agent's id (1…64)
//       77      1  s, length of the stream's name (1…64)
//       78      a  agent
//     78+a      s  stream
//      H-4      4  CRC-32C of bytes 0 ..< H-4
//        H         payload
//
// The raw payload, with varints as in LEB128 (at most 10 bytes) and signed numbers zigzag-coded:
//
//   sources:  varint n, then n times: varint length, UTF-8 bytes
//   records:  count times: varint length of what follows, then
//             varint sequence delta (0 for the first record, which has `first`; then always 1)
//             varint index into sources
//             signed event time delta, signed ingest time delta, signed monotonic delta, all in nanoseconds to the record
//             before (to 0 for the first), modulo 2^64
//             varint boot, varint flags, and the body: the rest of the record's length
//
// A segment is valid if and only if: magic, version and both checksums hold; sizes are within `SegmentLimits` and agree
// with the bytes there are; names are valid stream names; follows < first; last - first + 1 = count; every record's
// sequence is the one before plus 1; nothing follows the last record or the payload.
//
// `first > follows + 1` declares that the sequences in between were dropped on the agent. A segment with count 0
// (first = last + 1) carries such a declaration alone.

/// What a segment says about itself.
package struct SegmentHeader: Sendable, Equatable {
  package enum Codec: UInt8, Sendable {
    case stored = 0
    case zstd = 1
  }

  package var agent: String
  package var epoch: Epoch
  package var stream: String
  package var streamClass: StreamClass
  package var bodyFormat: BodyFormat
  /// The sequence sent before this segment; 0 when there is none.
  package var follows: UInt64
  package var first: UInt64
  /// `first - 1` when there are no records.
  package var last: UInt64
  package var count: Int
  package var codec: Codec
  /// Bytes of the payload before compression.
  package var rawBytes: Int
  /// Bytes of the payload as it is sent.
  package var payloadBytes: Int
  /// CRC-32C of the raw payload.
  package var checksum: UInt32

  /// Sequences dropped on the agent before this segment's first record; nil when there are none.
  package var declaredGap: ClosedRange<UInt64>? {
    first > follows + 1 ? (follows + 1)...(first - 1) : nil
  }

  static let magic = Array("XDOCKSEG".utf8)
  static let version: UInt16 = 1
  static let fixedBytes = 78
  static let checksumBytes = 4
}

/// Bounds of a segment; an encoder keeps them, a decoder refuses what is beyond them before it allocates anything.
package enum SegmentLimits {
  package static let maxRawBytes = 8 << 20
  package static let maxRecords = 65_536
  /// Agent ids and stream names.
  package static let maxNameBytes = StreamDefinition.maxNameBytes
  package static let maxHeaderBytes = SegmentHeader.fixedBytes + 2 * maxNameBytes + SegmentHeader.checksumBytes
  /// The largest segment: a payload that does not compress is stored.
  package static let maxSegmentBytes = maxHeaderBytes + maxRawBytes
  /// Sequences are signed 64-bit numbers in SQLite.
  package static let maxSequence = UInt64(Int64.max) - 1
}

extension SegmentHeader {
  /// Whether the bytes begin as a segment of a version that this program reads.
  package static func isReadable(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: magic + [UInt8(truncatingIfNeeded: version), UInt8(version >> 8)])
  }
}
