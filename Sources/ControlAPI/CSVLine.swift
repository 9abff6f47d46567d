package import Records

/// One record as a row of CSV (RFC 4180: CRLF, fields with quote, comma, CR or LF are quoted, quotes doubled). `body` is the JSON
/// text, or base64 for a stream of bytes; several flags are joined by spaces.
package enum CSVLine {
  package static let header = "sequence,source,event_time,ingest_time,flags,body\r\n"

  package static func append(_ record: StoredRecord, format: BodyFormat, to out: inout [UInt8]) {
    out.append(contentsOf: String(record.sequence).utf8)
    comma(&out)
    field(record.source.utf8, to: &out)
    comma(&out)
    out.append(contentsOf: Timestamp.text(record.eventTimeNs).utf8)
    comma(&out)
    out.append(contentsOf: Timestamp.text(record.ingestTimeNs).utf8)
    comma(&out)
    out.append(contentsOf: ChangeLine.names(of: record.flags).joined(separator: " ").utf8)
    comma(&out)
    switch format {
    case .json: field(record.body, to: &out)
    case .bytes: out.append(contentsOf: Base64.encode(record.body))
    }
    out.append(contentsOf: [0x0D, 0x0A])
  }

  private static func comma(_ out: inout [UInt8]) {
    out.append(UInt8(ascii: ","))
  }

  private static func field(_ bytes: some Collection<UInt8>, to out: inout [UInt8]) {
    let needsQuotes = bytes.contains {
      $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: ",") || $0 == 0x0D || $0 == 0x0A
    }
    guard needsQuotes else {
      out.append(contentsOf: bytes)
      return
    }
    out.append(UInt8(ascii: "\""))
    for byte in bytes {
      if byte == UInt8(ascii: "\"") { out.append(byte) }
      out.append(byte)
    }
    out.append(UInt8(ascii: "\""))
  }
}
