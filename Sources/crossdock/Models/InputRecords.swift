#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Engine
  import Journal
  import Records

  /// The records of one source in a range of one stream, decoded: what a derived record was made from.
  struct InputRecords {
    struct Row {
      var sequence: UInt64
      var eventTimeNs: Int64
      var columns: [Double]
      var samples: [Float]
    }

    /// Rows that are kept; of a longer range the first and the last ones.
    static let mostRows = 40

    let columns: [String]
    private(set) var rows: [Row] = []
    /// Of that source in the range, whether kept or not.
    private(set) var count = 0
    /// Of the range, of all sources: gone from the journal.
    private(set) var isIncomplete = false

    init(_ inputs: DerivedRecord.Inputs, of source: String, _ file: ConfigurationFile) throws(CrossdockError) {
      let history = try RecordHistory(
        file.configuration, journalPath: file.journalPath, reads: [inputs.stream], after: [inputs.first - 1])
      columns = history.streams.first { $0.name == inputs.stream }?.columns ?? []
      var last = inputs.first - 1
      reading: while try history.next() {
        for (index, arrived) in history.records.enumerated() {
          let record = arrived.record
          if record.sequence > inputs.last { break reading }
          if record.sequence != last + 1 { isIncomplete = true }
          last = record.sequence
          guard record.source == source else { continue }
          count += 1
          rows.append(
            Row(
              sequence: record.sequence, eventTimeNs: record.eventTimeNs, columns: Array(history.columns(of: index)),
              samples: Array(history.samples(of: index))))
          if rows.count > Self.mostRows { rows.remove(at: Self.mostRows / 2) }
        }
      }
      if last < inputs.last { isIncomplete = true }
    }
  }
#endif
