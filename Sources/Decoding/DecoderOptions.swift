package import Records

/// What a feed says about its payloads.
package struct DecoderOptions: Sendable {
  package enum Format: String, Sendable, CaseIterable {
    case json, csv, raw
  }

  package struct Field: Sendable {
    /// The column's name in the stream.
    package var name: String
    /// A JSON pointer, or the name of a CSV column.
    package var place: String

    package init(_ name: String, at place: String) {
      self.name = name
      self.place = place
    }
  }

  package struct CSV: Sendable {
    package var delimiter: UInt8 = UInt8(ascii: ",")
    /// The first row of each message names the columns.
    package var hasHeader = true
    /// The columns' names where there is no header; empty: they are called 1, 2, 3, ...
    package var columns: [String] = []
    package var maxRows = 10_000
    package var maxColumns = 256
    package var maxNameBytes = 256
    /// Bound of one message's bodies as JSON, in which every row repeats the names.
    package var maxExpandedBytes = 8 << 20

    package init() {}
  }

  package var format: Format
  /// A JSON pointer, or the name of a CSV column.
  package var time: String?
  package var timeFormat: TimeFormat
  /// In the order of the stream's columns.
  package var fields: [Field]
  /// JSON only: the pointer of a waveform.
  package var samples: String?
  package var sampleFormat: SampleFormat
  /// JSON pointers, or names of CSV columns: two records of a source with the same values there are the same record.
  package var dedupe: [String]
  package var csv: CSV

  package init(
    format: Format, time: String? = nil, timeFormat: TimeFormat = .auto, fields: [Field] = [], samples: String? = nil,
    sampleFormat: SampleFormat = .numbers, dedupe: [String] = [], csv: CSV = CSV()
  ) {
    self.format = format
    self.time = time
    self.timeFormat = timeFormat
    self.fields = fields
    self.samples = samples
    self.sampleFormat = sampleFormat
    self.dedupe = dedupe
    self.csv = csv
  }
}
