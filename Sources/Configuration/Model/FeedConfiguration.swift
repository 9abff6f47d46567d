package import Records

/// `[[feed]]`: an MQTT topic filter, its QoS, a decoder, the stream it fills.
package struct FeedConfiguration: Sendable, Equatable {
  package var name: String
  package var connection: String
  /// As written: `{site}/{line}/{asset}/vibration`. A placeholder is one whole level.
  package var topicTemplate: String
  /// The template with `+` for each placeholder.
  package var filter: String
  /// The group of a shared subscription.
  package var share: String?
  /// 0 or 1.
  package var qos: Int32
  package var stream: String
  package var decoder: DecoderConfiguration
  /// Text with `{placeholder}`s of the topic template, and `{topic}` for the whole topic.
  package var sourceTemplate: String
  /// JSON pointers (json) or columns (csv) that identify a message; empty: no check for duplicates.
  package var dedupe: [String]
  /// How many identities are remembered, the latest ones.
  package var dedupeWindow: Int
  /// For how many seconds; nil: as long as there is room.
  package var dedupeWindowS: Int?
  /// A larger payload is counted as oversize and not stored.
  package var maxPayloadBytes: Int
  package var position: SourcePosition

  /// What SUBSCRIBE names: the filter, or `$share/GROUP/filter`.
  package var subscription: String {
    if let share { return "$share/\(share)/\(filter)" }
    return filter
  }
}

package enum DecoderConfiguration: Sendable, Equatable {
  case json(JSONDecoderConfiguration)
  case csv(CSVDecoderConfiguration)
  case raw

  /// Numeric columns for models, in the order of the text.
  package var fields: [FieldConfiguration] {
    switch self {
    case .json(let json): json.fields
    case .csv(let csv): csv.fields
    case .raw: []
    }
  }

  /// Whether records may have a waveform.
  package var hasSamples: Bool {
    if case .json(let json) = self { json.samples != nil } else { false }
  }

  package var name: String {
    switch self {
    case .json: "json"
    case .csv: "csv"
    case .raw: "raw"
    }
  }
}

package struct JSONDecoderConfiguration: Sendable, Equatable {
  /// JSON pointer of the event time; nil: event time is ingest time.
  package var time: String?
  package var timeFormat: TimeFormat
  package var fields: [FieldConfiguration]
  /// JSON pointer of a waveform.
  package var samples: String?
  package var samplesFormat: SamplesFormat
}

package struct CSVDecoderConfiguration: Sendable, Equatable {
  /// Name of the column with the event time; nil: event time is ingest time.
  package var time: String?
  package var timeFormat: TimeFormat
  package var fields: [FieldConfiguration]
  /// One ASCII byte.
  package var delimiter: UInt8
  /// Names of the columns; empty: the first line of every message names them.
  package var header: [String]
}

/// A numeric field that models get as a column: its name, and its JSON pointer or its CSV column.
package struct FieldConfiguration: Sendable, Equatable {
  package var name: String
  package var path: String
}

extension FeedConfiguration {
  /// Its waveforms are a converter's numbers, in no unit.
  package var samplesAreCounts: Bool {
    if case .json(let json) = decoder { json.samples != nil && json.samplesFormat == .i16 } else { false }
  }
}

/// How a waveform stands in a message: an array of numbers, or base64 of packed little-endian ones.
package enum SamplesFormat: String, CaseIterable, Sendable {
  case numbers, f32, i16
}
