internal import JSONText
package import Records

/// One record as a line of NDJSON, the same from `/v1/changes`, `crossdock tail` and `crossdock export`:
///
///     {"agent":"dock-7","epoch":"1-…","stream":"scans","sequence":42,"source":"hall/3","event_time":"2026-11-23T08:00:00Z",
///      "ingest_time":"…","flags":["retained"],"body":{…}}
///
/// `body` is the record's JSON as it came (line breaks between tokens become spaces), or `{"base64":"…"}` for a stream of bytes.
package struct ChangeLine {
  private let agent: String
  private let epoch: String
  private let stream: StreamDefinition

  package init(agent: String, epoch: Epoch, stream: StreamDefinition) {
    self.agent = agent
    self.epoch = epoch.description
    self.stream = stream
  }

  package func append(_ record: StoredRecord, to out: inout [UInt8]) {
    var json = JSONWriter(reserving: 256 + record.body.count)
    json.object { json in
      json.member("agent", agent)
      json.member("epoch", epoch)
      json.member("stream", stream.name)
      json.member("sequence", record.sequence)
      json.member("source", record.source)
      json.member("event_time", Timestamp.text(record.eventTimeNs))
      json.member("ingest_time", Timestamp.text(record.ingestTimeNs))
      json.member(
        "flags",
        array: { json in
          for name in Self.names(of: record.flags) { json.value(name) }
        })
      json.key("body")
      switch stream.bodyFormat {
      case .json: json.raw(record.body)
      case .bytes:
        json.object { $0.member("base64", String(decoding: Base64.encode(record.body), as: UTF8.self)) }
      }
    }
    out.append(contentsOf: json.bytes)
    out.append(UInt8(ascii: "\n"))
  }

  package static func names(of flags: RecordFlags) -> [String] {
    RecordFlags.names.filter { flags.contains($0.0) }.map(\.1)
  }
}
