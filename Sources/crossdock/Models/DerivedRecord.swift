#if PLUGIN_PREDICTIVE_MAINTENANCE
  import JSONText
  import Journal
  import Records

  /// `STREAM:SEQUENCE` of the command line.
  struct RecordPlace: Equatable {
    var stream: String
    var sequence: UInt64

    init(_ text: String) throws(CrossdockError) {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, StreamDefinition.isValidName(String(parts[0])), let sequence = UInt64(parts[1]),
        sequence > 0, sequence <= UInt64(Int64.max)
      else {
        throw CrossdockError(
          "read the command line", at: "RECORD", reason: "\"\(text)\" is not STREAM:SEQUENCE",
          hint: "as in alerts:17; `crossdock tail alerts` shows the sequences", exitCode: .wrongUsage)
      }
      stream = String(parts[0])
      self.sequence = sequence
    }
  }

  /// A record that a model has made, and what its body says of where it comes from.
  struct DerivedRecord {
    /// The records that it was made from: of its own source, in one stream.
    struct Inputs: Equatable {
      var stream: String
      var first: UInt64
      var last: UInt64
      /// Empty: not said.
      var epoch: String
    }

    let place: RecordPlace
    let record: StoredRecord
    let body: JSONValue
    let inputs: Inputs?

    /// Whose records the inputs are: of a storm over all assets, those of the one that it names.
    var inputSource: String {
      if record.source == "*", let asset = body["of"]?.string { asset } else { record.source }
    }

    /// - Throws: 65 when there is no such record, or it is no JSON.
    init(_ place: RecordPlace, _ reader: JournalReader) throws(CrossdockError) {
      func failure(_ reason: String, hint: String = "") -> CrossdockError {
        CrossdockError(
          "explain \(place.stream):\(place.sequence)", at: reader.path, reason: reason, hint: hint,
          exitCode: .badInput)
      }
      let states = try reader.streams()
      guard let state = states.first(where: { $0.definition.name == place.stream }) else {
        throw failure(
          "there is no such stream",
          hint: "the streams are: \(states.map(\.definition.name).joined(separator: ", "))")
      }
      let found = try reader.read(stream: place.stream, after: place.sequence - 1, maxRecords: 1, maxBytes: 1 << 20)
      guard let record = found.first, record.sequence == place.sequence else {
        let range = state.records > 0 ? "it has \(state.first) to \(state.last)" : "it is empty"
        throw failure("there is no such record", hint: "\(range); what was evicted cannot be explained here any more")
      }
      guard let body = try? JSONValue.parse(record.body), body.object != nil else {
        throw failure("its body is no JSON object: it is not a record of a model")
      }
      self.place = place
      self.record = record
      self.body = body
      inputs = Inputs(body["inputs"])
    }
  }

  extension DerivedRecord.Inputs {
    init?(_ value: JSONValue?) {
      guard let stream = value?["stream"]?.string, let first = value?["first"]?.integer,
        let last = value?["last"]?.integer, first > 0, last >= first
      else { return nil }
      self.init(
        stream: stream, first: UInt64(first), last: UInt64(last), epoch: value?["epoch"]?.string ?? "")
    }
  }
#endif
