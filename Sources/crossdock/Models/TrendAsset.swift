#if PLUGIN_PREDICTIVE_MAINTENANCE
  import Prognosis

  /// One asset of a table: its degradation model, and its newest values as the model follows them.
  struct TrendAsset {
    var state = DegradationPrognosis()
    /// Since its baseline was learned; values that the model leaves out are not among them.
    var levels: [Double] = []
    private let keptCount: Int

    init(keeping keptCount: Int) {
      self.keptCount = keptCount
    }

    mutating func update(_ row: TrendTable.Row, _ parameters: DegradationPrognosis.Parameters) {
      let (wasReady, leftOutCount) = (state.isReady, state.leftOutCount)
      state.update(time: row.time, index: row.index, parameters)
      guard wasReady, state.leftOutCount == leftOutCount else { return }
      if levels.count == keptCount { levels.removeFirst() }
      levels.append(state.level(parameters))
    }
  }
#endif
