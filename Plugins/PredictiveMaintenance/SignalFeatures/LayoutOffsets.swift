/// What the hot path needs of the layout and of the window, without references.
struct LayoutOffsets: BitwiseCopyable {
  var channelCount: Int
  var reasons: Int
  var counters: Int
  var runs: Int
  var holds: Int
  var heldValues: Int
  var newestValues: Int
  var heldRows: Int
  var heldRowIntegers: Int
  var valueCount: Int
  var waveformStart: Int
  var featureStart: Int
  var lateNs: Int64
  var lateCapacity: Int
  /// 0: rows by count.
  var periodNs: Int64 = 0
  var emitCount: Int64 = .max
  var thinNs: Int64
  /// Int64.max: nothing is a gap.
  var gapNs: Int64
  var resetsOnGap: Bool
  var warmUpCount: Int64
  var isTumbling: Bool

  init(_ specification: FeatureSpecification, _ layout: FeatureLayout) {
    channelCount = layout.channelCount
    reasons = layout.reasons
    counters = layout.counters
    runs = layout.runs
    holds = layout.holds
    heldValues = layout.heldValues
    newestValues = layout.newestValues
    heldRows = layout.heldRows
    heldRowIntegers = layout.heldRowIntegers
    valueCount = specification.valueCount
    waveformStart = specification.waveformStart
    featureStart = specification.featureStart
    let window = specification.window
    lateNs = window.lateNs
    lateCapacity = window.lateCapacity
    thinNs = window.thinNs
    gapNs = window.gapNs ?? .max
    resetsOnGap = window.resetsOnGap
    warmUpCount = Int64(window.warmUpCount)
    isTumbling = window.isTumbling
    switch window.emission {
    case .everyCount(let count), .tumblingCount(let count): emitCount = Int64(count)
    case .everyTime(let ns), .tumblingTime(let ns): periodNs = ns
    }
  }
}
