// Where everything of one asset's state stands: two flat arrays, one of doubles and one of 64-bit integers, so that an asset is
// two allocations, made once.
//
//   numbers    slots and features · newest good values · smoothed values · integrals · each input's newest value · windows · rows held back
//   integers   clock and counts (`Clock`) · reasons by input · counters by reason and input · each input's runs · holds · windows · rows held back

/// One window over one slot, shared by all statistics of the same extent.
struct WindowLayout: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable {
    case count, time, tumbling, expanding, first
  }

  var slot: Int
  var kind: Kind
  /// Values or nanoseconds.
  var limit: Int64
  /// Places for values; 0: only the running statistics are kept.
  var capacity = 0
  var moments = WindowMoments()
  var needsRing = false
  // Offsets into `numbers`.
  var values = 0
  var aggregates = 0
  /// Statistics of the newer part, then those of the whole, made for each row.
  var running = 0
  var result = 0
  var first = 0
  // Offsets into `integers`: head, count, length of the older part, values in the running statistics; then the times.
  var state = 0
  var times = -1

  var isSliding: Bool { kind == .count || kind == .time }
}

struct FeatureLayout {
  /// Offsets into `integers`.
  enum Clock {
    static let isStarted = 0, newestNs = 1, startNs = 2, latestSeenNs = 3, period = 4
    static let sampleTotal = 5, sinceRow = 6, firstSequence = 7, lastSequence = 8, firstNs = 9, lastNs = 10
    static let rowReasons = 11, goodSinceRow = 12, valuesSinceRow = 13, lateRun = 14, lateRunNs = 15, heldBack = 16
    static let emptyWindows = 17, regime = 18
    static let count = 19
  }

  /// Per input in `integers`.
  enum Run {
    static let stuck = 0, unit = 1, unitBits = 2, newestNs = 3, hasNewest = 4, good = 5, values = 6
    static let count = 7
  }

  struct Key: Hashable {
    var slot: Int
    var extent: FeatureSpecification.Extent
  }

  private(set) var windows: [WindowLayout] = []
  private var byKey: [Key: Int] = [:]
  /// By feature: its window and that of its baseline; -1: none.
  private(set) var windowOfFeature: [Int] = []
  private(set) var baselineOfFeature: [Int] = []
  /// By feature: offset of the smoothed value, or of the integral and the value before.
  private(set) var stateOfFeature: [Int] = []
  private(set) var heldValues = 0
  private(set) var newestValues = 0
  private(set) var heldRows = 0
  private(set) var reasons = 0
  private(set) var counters = 0
  private(set) var runs = 0
  /// By step of `FeaturePlan.holds`: records for which it has held a value.
  private(set) var holds = 0
  private(set) var heldRowIntegers = 0
  /// What comes before the windows.
  private(set) var flatNumbers = 0
  private(set) var flatIntegers = 0
  private(set) var numberCount = 0
  private(set) var integerCount = 0
  /// Inputs, the waveform, and the record itself.
  let channelCount: Int
  private(set) var largestRing = 0

  var byteCount: Int { 8 * (numberCount + integerCount) }

  init(_ specification: FeatureSpecification) {
    channelCount = specification.inputs.count + 2
    for feature in specification.features {
      windowOfFeature.append(-1)
      baselineOfFeature.append(-1)
      add(feature, specification)
    }
    place(specification)
  }

  private mutating func add(_ feature: FeatureSpecification.Feature, _ specification: FeatureSpecification) {
    if feature.extent != .none, feature.slot >= 0 {
      let index = window(feature.slot, feature.extent, specification)
      windowOfFeature[windowOfFeature.count - 1] = index
      windows[index].moments.add(feature.statistic, isBaseline: false)
      switch feature.statistic {
      case .median, .quantile: windows[index].needsRing = true
      default: break
      }
    }
    if feature.baselineCount > 0 {
      let index = window(feature.slot, .firstCount(feature.baselineCount), specification)
      baselineOfFeature[baselineOfFeature.count - 1] = index
      windows[index].moments.add(feature.statistic, isBaseline: true)
    }
  }

  private mutating func window(
    _ slot: Int, _ extent: FeatureSpecification.Extent, _ specification: FeatureSpecification
  ) -> Int {
    let key = Key(slot: slot, extent: extent)
    if let index = byKey[key] { return index }
    var window = WindowLayout(slot: slot, kind: .expanding, limit: 0)
    switch extent {
    case .count(let count):
      window.kind = .count
      window.limit = Int64(count)
      window.capacity = count
    case .time(let ns):
      window.kind = .time
      window.limit = ns
      window.capacity = specification.window.capacity
    case .tumbling:
      window.kind = .tumbling
      window.capacity = specification.window.capacity
      if case .tumblingCount(let count) = specification.window.emission {
        window.capacity = min(count, FeatureLimits.windowCount)
      }
    case .firstCount(let count):
      window.kind = .first
      window.limit = Int64(count)
    case .expanding, .none: break
    }
    byKey[key] = windows.count
    windows.append(window)
    return windows.count - 1
  }

  // MARK: places

  private mutating func numbers(_ count: Int) -> Int {
    numberCount += count
    return numberCount - count
  }

  private mutating func integers(_ count: Int) -> Int {
    integerCount += count
    return integerCount - count
  }

  private mutating func place(_ specification: FeatureSpecification) {
    _ = numbers(specification.slotCount)
    _ = integers(Clock.count)
    heldValues = numbers(specification.featureStart)
    for feature in specification.features {
      stateOfFeature.append(numbers(feature.statistic == .ewma ? 1 : feature.statistic == .integral ? 3 : 0))
    }
    newestValues = numbers(specification.inputs.count)
    reasons = integers(channelCount)
    counters = integers(channelCount * QualityReasons.names.count)
    runs = integers(Run.count * specification.inputs.count)
    holds = integers(specification.inputs.count { $0.holdCount > 0 })
    flatNumbers = numberCount
    flatIntegers = integerCount
    for i in windows.indices { windows[i] = placed(windows[i]) }
    if specification.window.lateNs > 0 {
      heldRows = numbers(specification.window.lateCapacity * specification.inputs.count)
      heldRowIntegers = integers(specification.window.lateCapacity * 2)
    }
  }

  private mutating func placed(_ window: WindowLayout) -> WindowLayout {
    var window = window
    window.moments.place()
    let stride = window.moments.stride
    if !window.isSliding, !window.needsRing { window.capacity = 0 }
    largestRing = max(largestRing, window.capacity)
    window.values = numbers(window.capacity)
    if window.isSliding { window.aggregates = numbers(window.capacity * stride) }
    window.running = numbers(stride)
    window.result = numbers(stride)
    window.first = numbers(1)
    window.state = integers(4)
    if window.kind == .time || (window.isSliding && window.moments.hasTime) { window.times = integers(window.capacity) }
    return window
  }
}
