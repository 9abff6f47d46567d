// Whether the columns of one asset are plausible: the feature library's checks, and how long a column has been flagged.
//
// A flagged value takes no part. An episode begins with a flagged value and ends after so many good ones in a row; values that are
// missing count as neither.
internal import SignalFeatures
internal import StateCoding

struct ColumnChecks {
  /// Reasons for which a value takes no part; what is missing or no number is counted where columns are read.
  static let counted: QualityReasons = [.range, .rate, .stuck, .late]

  struct Episode: Equatable {
    /// Flagged values; 0: none is open.
    var flagged: UInt64 = 0
    var reasons: QualityReasons = []
    var firstSequence: UInt64 = 0
    /// Good values in a row since the last flagged one.
    var good: UInt32 = 0
    /// Its beginning was told.
    var isTold = false
  }

  private var extractor: FeatureExtractor
  private(set) var episodes: [Episode]
  /// Of the record that was looked at last.
  private(set) var reasons: [QualityReasons]
  /// Whether any column of that record has a reason.
  private(set) var hasFlagged = false
  private var openEpisodes = 0
  /// As nearly all records are: nothing was found, no episode is open, there is nothing to note.
  var isQuiet: Bool { !hasFlagged && openEpisodes == 0 }
  /// Beginnings that may be told.
  var bucket = AlertStorm.Bucket()

  init(_ plan: FeaturePlan) {
    extractor = FeatureExtractor(plan)
    let count = plan.specification.inputs.count
    episodes = Array(repeating: Episode(), count: count)
    reasons = Array(repeating: [], count: count)
  }

  /// Fills `reasons`.
  mutating func look(_ values: UnsafeBufferPointer<Double>, timeNs: Int64, sequence: UInt64) {
    var isTaken = false
    var all: QualityReasons = []
    // Taken out while the extractor is at work, so that nothing is copied.
    var found: [QualityReasons] = []
    swap(&found, &reasons)
    extractor.observe(values, timeNs: timeNs, sequence: sequence) { row in
      isTaken = true
      for i in found.indices {
        found[i] = row.reasons(of: i).intersection(Self.counted)
        all.formUnion(found[i])
      }
    }
    // Older than the record before: it has no place in a rate of change.
    if !isTaken { for i in found.indices { found[i] = .late } }
    swap(&found, &reasons)
    hasFlagged = !isTaken || all != []
  }

  enum Change { case began, ended }

  /// Takes what was looked at into a column's episode.
  mutating func note(_ column: Int, sequence: UInt64, clearCount: Int) -> Change? {
    if reasons[column] != [] {
      let isNew = episodes[column].flagged == 0
      if isNew {
        episodes[column].firstSequence = sequence
        openEpisodes += 1
      }
      episodes[column].flagged += 1
      episodes[column].reasons.formUnion(reasons[column])
      episodes[column].good = 0
      return isNew ? .began : nil
    }
    guard episodes[column].flagged > 0 else { return nil }
    episodes[column].good += 1
    return episodes[column].good >= clearCount ? .ended : nil
  }

  mutating func setTold(_ column: Int) { episodes[column].isTold = true }
  mutating func endEpisode(_ column: Int) {
    episodes[column] = Episode()
    openEpisodes -= 1
  }

  // MARK: checkpoint

  func encode(into state: StateWriter) {
    extractor.encode(into: state)
    bucket.encode(into: state)
    for episode in episodes {
      state.append(episode.flagged)
      state.append(episode.reasons.rawValue)
      state.append(episode.firstSequence)
      state.append(episode.good)
      state.append(UInt8(episode.isTold ? 1 : 0))
    }
  }

  /// - Throws: when it is of other columns or limits, or no state at all.
  init(from state: inout StateReader, _ plan: FeaturePlan) throws {
    self.init(plan)
    extractor = try FeatureExtractor(from: &state, plan)
    bucket = try AlertStorm.Bucket(from: &state)
    for i in episodes.indices {
      episodes[i].flagged = try state.count()
      episodes[i].reasons = QualityReasons(rawValue: try state.integer())
      episodes[i].firstSequence = try state.integer()
      episodes[i].good = try state.integer()
      episodes[i].isTold = try state.integer(UInt8.self) != 0
    }
    openEpisodes = episodes.count { $0.flagged > 0 }
    guard state.isAtEnd else { throw StateReader.Damaged(description: "checks are longer than they say") }
  }
}
