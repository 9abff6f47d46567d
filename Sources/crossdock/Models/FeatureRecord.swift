#if PLUGIN_PREDICTIVE_MAINTENANCE
  import SignalFeatures

  /// One record of an input file, as a reader has found it: made once, filled again and again. Texts and samples are borrowed from the
  /// reader for the length of the call.
  final class FeatureRecord {
    typealias Text = UnsafeBufferPointer<UInt8>

    /// In the order of the specification's inputs; NaN where one is missing.
    let values: UnsafeMutableBufferPointer<Double>
    var samples: UnsafeBufferPointer<Float>?
    /// What tells assets apart: the value of the --by column, or an export's source.
    var asset = Text(start: nil, count: 0)
    /// As it stands in the file; nil: the file has no times.
    var time: Text?
    /// Of the columns that were asked for by name.
    var kept: [Text]
    var timeNs: Int64 = 0
    var isTimeTrusted = true
    /// An export's sequence, or the row's number in its file.
    var sequence: UInt64 = 0
    /// Position in the list of files.
    var file = 0

    init(_ specification: FeatureSpecification, keeping keptCount: Int) {
      values = .allocate(capacity: specification.inputs.count)
      values.initialize(repeating: .nan)
      kept = Array(repeating: Text(start: nil, count: 0), count: keptCount)
    }

    deinit {
      values.deallocate()
    }
  }
#endif
