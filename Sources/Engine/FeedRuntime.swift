internal import Configuration
internal import Decoding
internal import Records

/// A feed resolved against the journal: what is needed for a message, looked up once. A class, because it is looked at for every
/// message: a struct of this size would be copied, with every reference in it counted.
final class FeedRuntime {
  let name: String
  /// Number of its connection.
  let connection: Int
  let stream: UInt16
  let columnCount: Int
  let topic: TopicTemplate
  let source: SourceTemplate
  let decoder: FeedDecoder
  /// Decodes a stored body again, to hand it back to a model after a restart; nil for byte streams.
  let replayDecoder: FeedDecoder?
  let maxPayloadBytes: Int
  /// Whether records carry keys by which duplicates are known.
  let hasDedupeKeys: Bool
  /// Its records are committed at once (see `Engine.isCommitDue`).
  let isUrgent: Bool
  /// What the broker says with the copies for its filter, where filters overlap.
  let subscriptionID: UInt32
  /// How many keys are remembered.
  let dedupeWindow: Int
  /// And for how long; nil: for as long as there is room.
  let dedupeWindowNs: Int64?

  init(
    _ feed: FeedConfiguration, connection: Int, stream: UInt16, columnCount: Int, isUrgent: Bool, maxPayloadBytes: Int
  ) throws(CrossdockError) {
    name = feed.name
    self.connection = connection
    self.stream = stream
    self.columnCount = columnCount
    self.maxPayloadBytes = min(feed.maxPayloadBytes, maxPayloadBytes)
    self.isUrgent = isUrgent
    subscriptionID = IngestPipeline.subscriptionID(ofFilter: feed.subscription)
    hasDedupeKeys = !feed.dedupe.isEmpty
    dedupeWindow = feed.dedupeWindow
    dedupeWindowNs = feed.dedupeWindowS.map { Int64($0) * 1_000_000_000 }
    topic = try TopicTemplate(parsing: feed.topicTemplate)
    source = try SourceTemplate(parsing: feed.sourceTemplate, of: topic)
    let options = DecoderOptions(feed)
    decoder = try FeedDecoder(options)
    replayDecoder = options.replayed.flatMap { try? FeedDecoder($0) }
  }
}

extension DecoderOptions {
  fileprivate init(_ feed: FeedConfiguration) {
    switch feed.decoder {
    case .json(let json):
      self.init(
        format: .json, time: json.time, timeFormat: json.timeFormat,
        fields: json.fields.map { Field($0.name, at: $0.path) }, samples: json.samples,
        sampleFormat: json.samplesFormat.decoding, dedupe: feed.dedupe)
    case .csv(let csv):
      var form = CSV()
      form.delimiter = csv.delimiter
      form.hasHeader = csv.header.isEmpty
      form.columns = csv.header
      self.init(
        format: .csv, time: csv.time, timeFormat: csv.timeFormat,
        fields: csv.fields.map { Field($0.name, at: $0.path) }, dedupe: feed.dedupe, csv: form)
    case .raw: self.init(format: .raw)
    }
  }

  /// How to read the stored body: JSON as it came; a CSV row was stored as an object with its columns as members.
  fileprivate var replayed: DecoderOptions? {
    switch format {
    case .json: return DecoderOptions(format: .json, fields: fields, samples: samples, sampleFormat: sampleFormat)
    case .csv:
      let members = fields.map { field in
        let token = field.place.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
          .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
        return Field(field.name, at: "/" + token)
      }
      return DecoderOptions(format: .json, fields: members)
    case .raw: return nil
    }
  }
}

extension Configuration.SamplesFormat {
  fileprivate var decoding: SampleFormat {
    switch self {
    case .numbers: .numbers
    case .f32: .float32
    case .i16: .int16
    }
  }
}
