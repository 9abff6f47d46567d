import CZstd
package import Records

/// Reads segments (format: SegmentHeader.swift). Any bytes whatever give a segment or an error that names the byte offset.
package enum SegmentDecoder {
  package static func decode(
    _ bytes: [UInt8]
  ) throws(CrossdockError) -> (header: SegmentHeader, records: [StoredRecord]) {
    let (header, headerBytes) = try readHeader(bytes)
    guard bytes.count - headerBytes == header.payloadBytes else {
      throw refusal(
        "payload size \(header.payloadBytes), but \(bytes.count - headerBytes) bytes follow the header", at: 68)
    }
    let payload = bytes[headerBytes...]
    let raw = header.codec == .stored ? payload : try decompress(payload, to: header.rawBytes)[...]
    guard raw.count == header.rawBytes else {
      throw refusal("raw size \(header.rawBytes), but the payload has \(raw.count)", at: 64)
    }
    guard crc32c(raw) == header.checksum else { throw refusal("the payload's checksum does not match", at: 72) }
    var reader = RecordReader(SegmentBytes(Array(raw), part: "raw payload "), header)
    return (header, try reader.records())
  }

  /// The header alone, with its checksum verified; the payload need not be there.
  package static func header(of bytes: [UInt8]) throws(CrossdockError) -> SegmentHeader {
    try readHeader(bytes).header
  }

  private static func readHeader(
    _ bytes: [UInt8]
  ) throws(CrossdockError) -> (header: SegmentHeader, bytes: Int) {
    guard bytes.count >= SegmentHeader.fixedBytes else {
      throw refusal("\(bytes.count) bytes are less than a header", at: bytes.count)
    }
    guard bytes.starts(with: SegmentHeader.magic) else { throw refusal("no segment: the magic is wrong", at: 0) }
    var reader = SegmentBytes(bytes, part: "")
    reader.at = SegmentHeader.magic.count
    let version = reader.integer(UInt16.self)
    guard version == SegmentHeader.version else {
      throw refusal("version \(version); this program reads version \(SegmentHeader.version)", at: 8)
    }
    let length = Int(reader.integer(UInt16.self))
    let names = Int(bytes[76]) + Int(bytes[77])
    guard length == SegmentHeader.fixedBytes + names + SegmentHeader.checksumBytes, length <= bytes.count else {
      throw refusal("header length \(length) does not agree with the names or the bytes there are", at: 10)
    }
    let end = length - SegmentHeader.checksumBytes
    var tail = SegmentBytes(bytes, part: "")
    tail.at = end
    guard tail.integer(UInt32.self) == crc32c(bytes[..<end]) else {
      throw refusal("the header's checksum does not match", at: end)
    }
    return (try fields(&reader), length)
  }

  private static func fields(_ reader: inout SegmentBytes) throws(CrossdockError) -> SegmentHeader {
    guard let codec = SegmentHeader.Codec(rawValue: reader.integer(UInt8.self)) else {
      throw refusal("unknown codec", at: 12)
    }
    guard let streamClass = StreamClass(rawValue: reader.integer(UInt8.self)) else {
      throw refusal("unknown stream class", at: 13)
    }
    guard let bodyFormat = BodyFormat(rawValue: reader.integer(UInt8.self)), reader.integer(UInt8.self) == 0 else {
      throw refusal("unknown body format", at: 14)
    }
    let epoch = Epoch(
      counter: reader.integer(UInt32.self), high: reader.integer(UInt64.self), low: reader.integer(UInt64.self))
    let (follows, first, last) = (
      reader.integer(UInt64.self), reader.integer(UInt64.self), reader.integer(UInt64.self)
    )
    let (count, raw, payload, checksum) = (
      reader.integer(UInt32.self), reader.integer(UInt32.self), reader.integer(UInt32.self), reader.integer(UInt32.self)
    )
    guard follows < first, last <= SegmentLimits.maxSequence, first <= last + 1 else {
      throw refusal("follows \(follows), first \(first), last \(last) are no range", at: 36)
    }
    guard count <= SegmentLimits.maxRecords, last + 1 - first == UInt64(count) else {
      throw refusal("count \(count) of \(first) to \(last)", at: 60)
    }
    guard raw <= SegmentLimits.maxRawBytes else {
      throw refusal("raw size \(raw); the limit is \(SegmentLimits.maxRawBytes)", at: 64)
    }
    guard payload <= SegmentLimits.maxRawBytes else {
      throw refusal("payload size \(payload); the limit is \(SegmentLimits.maxRawBytes)", at: 68)
    }
    let lengths = (Int(reader.integer(UInt8.self)), Int(reader.integer(UInt8.self)))
    guard let agent = reader.name(lengths.0), let stream = reader.name(lengths.1) else {
      throw refusal("the agent's id or the stream's name is not valid", at: 78)
    }
    return SegmentHeader(
      agent: agent, epoch: epoch, stream: stream, streamClass: streamClass, bodyFormat: bodyFormat, follows: follows,
      first: first, last: last, count: Int(count), codec: codec, rawBytes: Int(raw), payloadBytes: Int(payload),
      checksum: checksum)
  }

  private static func decompress(
    _ payload: ArraySlice<UInt8>, to rawBytes: Int
  ) throws(CrossdockError) -> [UInt8] {
    let declared = payload.withUnsafeBytes { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
    guard declared == UInt64(rawBytes) else {
      throw refusal("the zstd frame does not declare the raw size \(rawBytes)", at: 64)
    }
    var result = 0
    let raw = [UInt8](unsafeUninitializedCapacity: max(1, rawBytes)) { buffer, count in
      result = payload.withUnsafeBytes {
        ZSTD_decompress(buffer.baseAddress, rawBytes, $0.baseAddress, $0.count)
      }
      count = ZSTD_isError(result) == 0 ? result : 0
    }
    guard ZSTD_isError(result) == 0 else {
      throw refusal("the payload is not valid zstd: \(String(cString: ZSTD_getErrorName(result)))", at: 72)
    }
    return raw
  }

  static func refusal(_ reason: String, at offset: Int, part: String = "") -> CrossdockError {
    CrossdockError("decode a segment", at: "\(part)byte \(offset)", reason: reason, exitCode: .badInput)
  }
}
