#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Platform
  import Records
  import SignalFeatures

  /// Records of any kind of file, for a feature specification: CSV with a header, NDJSON as `crossdock export` writes it, raw waveforms.
  /// Constant memory, whatever the file's size.
  struct FeatureInput {
    struct Options {
      /// Column (or member of an export's line) that tells assets apart; nil: an export's source, otherwise the file.
      var by: String?
      var time: String?
      /// Nanoseconds of one unit of a time that is a plain number.
      var timeUnitNs: Int64 = 1_000_000_000
      var delimiter: UInt8?
      /// The columns' names where the file has no header.
      var columns: [String] = []
      var kept: [String] = []
      /// Raw waveforms: samples of a block, and from the start of one to that of the next.
      var blockCount: Int?
      var hopCount: Int?
      var rateHz: Double?
      /// nil: by the file's name.
      var kind: Kind?
      /// Inputs that are the same in every record.
      var constants: [(input: Int, value: Double)] = []
    }

    enum Kind {
      case csv, export, float32, int16
    }

    let specification: FeatureSpecification
    let options: Options

    static func kind(of path: String) -> Kind {
      for (suffix, kind) in [(".ndjson", Kind.export), (".jsonl", .export), (".f32", .float32), (".i16", .int16)]
      where path.hasSuffix(suffix) {
        return kind
      }
      return .csv
    }

    /// Calls `body` for every record of the files, in order.
    func read(_ paths: [String], _ body: (FeatureRecord) throws -> Void) throws {
      let record = FeatureRecord(specification, keeping: options.kept.count)
      for (file, path) in paths.enumerated() {
        record.file = file
        for i in 0..<record.values.count { record.values[i] = .nan }
        for constant in options.constants { record.values[constant.input] = constant.value }
        switch options.kind ?? Self.kind(of: path) {
        case .csv:
          let reader = try CSVFeatureReader(path: path, specification, options)
          try reader.read(into: record, body)
        case .export:
          let reader = try ExportFeatureReader(path: path, specification, options)
          try reader.read(into: record, body)
        case .float32, .int16:
          try WaveformFileReader(path: path, specification, options).read(into: record, body)
        }
      }
    }

    /// What a text is to an input: a number, one of its categories, or missing.
    static func number(_ text: FeatureRecord.Text, _ categories: [FeatureSpecification.Category]) -> Double {
      for category in categories where category.text.utf8.elementsEqual(text) { return category.number }
      return DecimalText.parse(text) ?? .nan
    }
  }
#endif
