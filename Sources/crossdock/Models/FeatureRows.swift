#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Records
  import SignalFeatures

  /// Feature rows into a table: file, asset and time in front, then the columns that were asked for, then the features.
  final class FeatureRows {
    private let table: FeatureTable
    private let specification: FeatureSpecification
    private let options: FeatureInput.Options
    private let paths: [String]
    /// Of the columns after those that say which row it is.
    private let valueNames: [String]
    private let hasFiles: Bool
    private let hasAsset: Bool
    private let hasTime: Bool
    private let hasSequence: Bool
    private let hasQuality: Bool
    private let isLastOnly: Bool
    /// Whether the row's time is that of the newest record, as it stands in the file.
    private let hasRecordTime: Bool
    /// The last row of each asset.
    private var last: [[UInt8]] = []
    /// What the rows after the end of the files need.
    private var files: [Int] = []
    private var names: [[UInt8]] = []
    private var isTimestamp = false
    /// By asset, of the record before: a row by time is made due by the first record after its window.
    private var kept: [[[UInt8]]] = []

    init(
      _ table: FeatureTable, _ specification: FeatureSpecification, _ options: FeatureInput.Options, paths: [String],
      names valueNames: [String]? = nil, isLastOnly: Bool = false, hasQuality: Bool = false
    ) {
      self.table = table
      self.specification = specification
      self.options = options
      self.paths = paths
      self.isLastOnly = isLastOnly
      self.hasQuality = hasQuality
      let kinds = paths.map { options.kind ?? FeatureInput.kind(of: $0) }
      let areExports = kinds.allSatisfy { $0 == .export }
      hasFiles = paths.count > 1
      self.valueNames = valueNames ?? specification.featureNames
      hasAsset = options.by != nil || areExports
      hasTime = options.time != nil || areExports
      hasSequence = areExports || kinds.contains { $0 == .float32 || $0 == .int16 }
      switch specification.window.emission {
      case .everyCount, .tumblingCount: hasRecordTime = specification.window.lateNs == 0
      case .everyTime, .tumblingTime: hasRecordTime = false
      }
    }

    func begin() throws(CrossdockError) {
      var names: [String] = []
      if hasFiles { names.append("file") }
      if hasAsset { names.append(options.by ?? "source") }
      if hasSequence { names.append("sequence") }
      if hasTime { names.append(options.time ?? "event_time") }
      names += options.kept
      if hasQuality { names.append("quality") }
      names += valueNames
      try table.begin(names)
    }

    /// - Parameters:
    ///   - record: the one that made the row due; nil after the end of the files.
    ///   - word: stands before the values.
    ///   - values: what stands in the row in place of its features.
    func append(
      _ row: borrowing FeatureRow, of position: Int, _ record: FeatureRecord?, word: String? = nil,
      values: UnsafeBufferPointer<Double>? = nil
    ) throws(CrossdockError) {
      if hasFiles { table.append(paths[record?.file ?? files[position]]) }
      if hasAsset {
        if let record {
          append(asset: record.asset)
        } else {
          names[position].withUnsafeBufferPointer { append(asset: $0) }
        }
      }
      if hasSequence { table.append(Double(row.lastSequence)) }
      if hasTime { append(time: row.lastTimeNs, record) }
      if hasRecordTime {
        for text in record?.kept ?? [] { table.append(text) }
      } else if !options.kept.isEmpty {
        for text in kept[position] { text.withUnsafeBufferPointer { table.append($0) } }
      }
      if hasQuality { table.append(quality(row)) }
      if let word { table.append(word) }
      for value in values ?? row.values { table.append(value) }
      if isLastOnly {
        while last.count <= position { last.append([]) }
        last[position] = table.takeRow()
      } else {
        try table.endRow()
      }
    }

    /// After the record's rows, for each record: what later rows need of it. New assets have the positions in order.
    @inline(__always)
    func note(_ record: FeatureRecord, of position: Int) {
      if position == files.count {
        files.append(record.file)
        names.append(Array(record.asset))
      }
      guard !hasRecordTime, !options.kept.isEmpty else { return }
      while kept.count <= position { kept.append([]) }
      kept[position] = record.kept.map { Array($0) }
    }

    /// A source is a text, a column of the file what it looks like.
    private func append(asset: UnsafeBufferPointer<UInt8>) {
      if options.by == nil { table.append(words: asset) } else { table.append(asset) }
    }

    private func append(time ns: Int64, _ record: FeatureRecord?) {
      if let time = record?.time {
        if hasRecordTime { return table.append(time) }
        isTimestamp = time.count >= 19 && time[4] == UInt8(ascii: "-")
      }
      if isTimestamp {
        table.append(Timestamp.text(ns))
      } else {
        table.append(Double(ns) / Double(options.timeUnitNs))
      }
    }

    /// `good`, or `s_2:range+rate record:late`.
    private func quality(_ row: borrowing FeatureRow) -> String {
      guard !row.reasons.isEmpty else { return "good" }
      let channels = specification.inputNames + ["waveform", "record"]
      var parts: [String] = []
      for (channel, name) in channels.enumerated() where !row.reasons(of: channel).isEmpty {
        parts.append("\(name):\(row.reasons(of: channel).text)")
      }
      return parts.joined(separator: " ")
    }

    func finish() throws(CrossdockError) {
      if isLastOnly {
        for row in last where !row.isEmpty { try table.append(row: row) }
      }
      try table.finish()
    }
  }
#endif
