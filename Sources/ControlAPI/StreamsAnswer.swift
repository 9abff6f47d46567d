internal import HTTPServer
internal import JSONText
internal import Journal
internal import Records

/// `GET /v1/streams`: `{"agent","epoch","streams":[{"name","class","format","columns","first","last","records","oldest",
/// "newest"}]}`; `oldest` and `newest` are cursors for `/v1/changes`.
enum StreamsAnswer {
  static func make(_ reader: JournalReader) throws(CrossdockError) -> HTTPResponse {
    let streams = try reader.streams()
    return .json { json in
      json.member("agent", reader.agent)
      json.member("epoch", reader.epoch.description)
      json.member("streams", array: { json in for stream in streams { write(stream, reader, &json) } })
    }
  }

  private static func write(_ stream: StreamState, _ reader: JournalReader, _ json: inout JSONWriter) {
    let name = stream.definition.name
    func cursor(_ sequence: UInt64) -> String {
      ChangesCursor(epoch: reader.epoch, sequence: sequence).text(agent: reader.agent, stream: name)
    }
    json.object { json in
      json.member("name", name)
      json.member("class", stream.definition.streamClass.name)
      json.member("format", stream.definition.bodyFormat.name)
      json.member("columns", array: { json in for column in stream.definition.columns { json.value(column) } })
      json.member("first", stream.first)
      json.member("last", stream.last)
      json.member("records", stream.records)
      json.member("oldest", cursor(stream.first - 1))
      json.member("newest", cursor(stream.last))
    }
  }
}
