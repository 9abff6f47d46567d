package import Records

extension SegmentHeader {
  /// Length of the header and of the whole segment, from its first bytes; so many must be given.
  package static let lengthBytes = fixedBytes

  /// - Throws: when the bytes cannot be the begin of a segment; what follows the fixed part is not looked at.
  package static func lengths(of start: [UInt8]) throws(CrossdockError) -> (header: Int, segment: Int) {
    guard start.count >= fixedBytes else {
      throw SegmentDecoder.refusal("\(start.count) bytes are less than a header", at: start.count)
    }
    guard start.starts(with: magic) else { throw SegmentDecoder.refusal("no segment: the magic is wrong", at: 0) }
    var reader = SegmentBytes(start, part: "")
    reader.at = 10
    let header = Int(reader.integer(UInt16.self))
    reader.at = 68
    let payload = Int(reader.integer(UInt32.self))
    guard header >= fixedBytes + checksumBytes, header <= SegmentLimits.maxHeaderBytes else {
      throw SegmentDecoder.refusal("header length \(header) is beyond its bounds", at: 10)
    }
    guard payload <= SegmentLimits.maxRawBytes else {
      throw SegmentDecoder.refusal("payload size \(payload); the limit is \(SegmentLimits.maxRawBytes)", at: 68)
    }
    return (header, header + payload)
  }
}
