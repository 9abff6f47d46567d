import CLinux
import Records
import Segments

/// Byte 0: 0 the rest is a segment as it came; 1 the same with checksums and sizes put right, so that what lies behind them is
/// reached; otherwise the rest says which records to encode.
enum SegmentEntry {
  static func run(_ bytes: UnsafeRawBufferPointer) throws(FuzzFinding) -> Int {
    var input = FuzzInput(bytes)
    switch input.byte() {
    case 0: return try decode(Array(input.rest))
    case 1: return try decode(mended(Array(input.rest)))
    case let choice: return try encode(&input, compress: choice & 1 == 0)
    }
  }

  private static func decode(_ bytes: [UInt8]) throws(FuzzFinding) -> Int {
    let header = try? SegmentDecoder.header(of: bytes)
    guard let (decoded, records) = try? SegmentDecoder.decode(bytes) else { return header == nil ? 0 : 1 }
    try require(header == decoded, "the header alone says something else")
    return try encodeAgain(decoded, records)
  }

  /// What was decoded can be encoded, and is the same then.
  private static func encodeAgain(_ header: SegmentHeader, _ records: [StoredRecord]) throws(FuzzFinding) -> Int {
    do {
      let again = try SegmentEncoder.encode(
        records, agent: header.agent, epoch: header.epoch, stream: header.stream, streamClass: header.streamClass,
        bodyFormat: header.bodyFormat, follows: header.follows, first: header.first, compress: header.codec == .zstd)
      let (second, same) = try SegmentDecoder.decode(again)
      try require(same == records, "other records after encoding again")
      try require(
        second.first == header.first && second.last == header.last && second.follows == header.follows
          && second.epoch == header.epoch && second.count == records.count, "another header after encoding again")
      return again.count
    } catch let finding as FuzzFinding {
      throw finding
    } catch {
      // The encoder stops one sequence earlier than a number can: see its guard.
      guard header.last >= SegmentLimits.maxSequence - 1 else { throw FuzzFinding("encoding again: \(error)") }
      return 2
    }
  }

  private static func encode(_ input: inout FuzzInput, compress: Bool) throws(FuzzFinding) -> Int {
    let first = input.number(bytes: 4) + 1
    var records: [StoredRecord] = []
    while !input.rest.isEmpty, records.count < 100 {
      let source = String(decoding: input.take(Int(input.byte() & 7)), as: UTF8.self)
      let time = Int64(bitPattern: input.number(bytes: 8))
      let flags = RecordFlags(rawValue: UInt32(input.number(bytes: 4)))
      records.append(
        StoredRecord(
          sequence: first + UInt64(records.count), source: source, eventTimeNs: time,
          ingestTimeNs: Int64(bitPattern: input.number(bytes: 8)), monotonicNs: ~time, boot: flags.rawValue,
          flags: flags, body: Array(input.take(Int(input.byte())))))
    }
    let epoch = Epoch(counter: UInt32(truncatingIfNeeded: first), high: first, low: 7)
    do {
      let bytes = try SegmentEncoder.encode(
        records, agent: "a", epoch: epoch, stream: "s", streamClass: .scan, bodyFormat: .bytes, follows: first - 1,
        first: first, compress: compress)
      let (header, decoded) = try SegmentDecoder.decode(bytes)
      guard decoded == records, header.first == first else { throw FuzzFinding("other records come back") }
      return bytes.count
    } catch {
      throw FuzzFinding("\(error)")
    }
  }

  private static func mended(_ bytes: [UInt8]) -> [UInt8] {
    // See SegmentHeader.swift for the places.
    guard bytes.count > 82 else { return bytes }
    var bytes = bytes
    let length = Int(bytes[10]) | Int(bytes[11]) << 8
    guard length >= 82, length <= bytes.count else { return bytes }
    put(UInt32(bytes.count - length), at: 68, in: &bytes)
    if bytes[12] == 0 {
      put(UInt32(bytes.count - length), at: 64, in: &bytes)
      put(checksum(bytes[length...]), at: 72, in: &bytes)
    }
    put(checksum(bytes[..<(length - 4)]), at: length - 4, in: &bytes)
    return bytes
  }

  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBytes { crossdock_crc32c(0, $0.baseAddress, $0.count) }
  }

  private static func put(_ number: UInt32, at place: Int, in bytes: inout [UInt8]) {
    for shift in 0..<4 { bytes[place + shift] = UInt8(truncatingIfNeeded: number >> UInt32(8 * shift)) }
  }
}
