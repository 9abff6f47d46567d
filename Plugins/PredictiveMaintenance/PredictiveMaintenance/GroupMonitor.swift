internal import AnomalyDetection
internal import ConditionMonitoring
internal import StateCoding

/// The columns of one asset together: what none of them shows alone. Two detectors at most and one alarm for them. A class: most assets
/// have none, and it is large.
final class GroupMonitor {
  /// What alerts call it.
  static let component = "columns"
  static let columnCounts = 2...MultivariateDetector.largestColumnCount

  /// What one row is.
  struct Reading {
    var transition: AlarmState.Transition?
    /// 0…1 of the detector that is most sure, and where it warns.
    var score: Double
    var threshold: Double
    var isTrees: Bool
  }

  var alarm = AlarmState()
  private(set) var multivariate: MultivariateDetector?
  private var trees: HalfSpaceTrees?
  private var extremes = ExtremeThreshold(GroupMonitor.extremeParameters)

  private static var extremeParameters: ExtremeThreshold.Parameters {
    var parameters = ExtremeThreshold.Parameters()
    parameters.risk = 1e-5
    return parameters
  }

  init?(_ detectors: Set<MaintenanceOptions.Detector>, columnCount: Int, _ shape: HalfSpaceShape?) {
    guard Self.columnCounts.contains(columnCount) else { return nil }
    if detectors.contains(.multivariate) { multivariate = MultivariateDetector(columnCount: columnCount) }
    if let shape, detectors.contains(.trees) { trees = HalfSpaceTrees(shape: shape) }
    guard multivariate != nil || trees != nil else { return nil }
  }

  /// The detectors have a persistence of their own, so their word opens the alarm at once; it ends as others do.
  func observe(
    _ row: UnsafeBufferPointer<Double>, sequence: UInt64, _ thresholds: AlarmState.Thresholds
  ) -> Reading {
    var reading = Reading(transition: nil, score: 0, threshold: 0.5, isTrees: false)
    var isSure = false
    if let found = multivariate?.update(row), !found.isLearning {
      reading.score = found.score
      isSure = found.isAlert
    }
    if let score = trees?.update(row), trees?.isLearning == false {
      let isExtreme = extremes.update(score)
      if let threshold = extremes.threshold, isExtreme, !isSure {
        reading = Reading(transition: nil, score: score, threshold: threshold, isTrees: true)
        isSure = true
      }
    }
    // Half of the alarm's window: it neither opens by persistence nor counts as recovered while a detector warns.
    reading.transition = alarm.observe(score: isSure ? thresholds.clear : 0, sequence: sequence, thresholds)
    // What is normal now has to be learned, or the next row would open the alert again.
    if reading.transition == .relearned { multivariate?.reset() }
    if reading.transition == nil, isSure { reading.transition = alarm.raise(sequence: sequence) }
    return reading
  }

  /// The columns that are farthest off, for the evidence.
  func farthest(_ count: Int) -> [(column: Int, deviation: Double)] {
    guard let deviations = multivariate?.deviations else { return [] }
    let order = deviations.indices.filter { deviations[$0].isFinite }.sorted {
      let (a, b) = (deviations[$0].magnitude, deviations[$1].magnitude)
      return a != b ? a > b : $0 < $1
    }
    return order.prefix(count).map { ($0, deviations[$0]) }
  }

  // MARK: checkpoint

  func encode(into state: StateWriter) {
    alarm.encode(into: state)
    state.append(UInt8((multivariate == nil ? 0 : 1) | (trees == nil ? 0 : 2)))
    multivariate?.encode(into: state)
    if let trees {
      trees.encode(into: state)
      extremes.encode(into: state)
    }
  }

  init(from state: inout StateReader, _ shape: HalfSpaceShape?) throws {
    alarm = try AlarmState(from: &state)
    let parts = try state.integer(UInt8.self)
    if parts & 1 != 0 { multivariate = try MultivariateDetector(from: &state) }
    if parts & 2 != 0 {
      trees = try HalfSpaceTrees(shape: shape, from: &state)
      extremes = try ExtremeThreshold(Self.extremeParameters, from: &state)
    }
  }

  /// Whether it is what the options ask for now.
  func fits(_ detectors: Set<MaintenanceOptions.Detector>, columnCount: Int) -> Bool {
    (multivariate != nil) == detectors.contains(.multivariate) && (trees != nil) == detectors.contains(.trees)
      && multivariate.map { $0.columnCount == columnCount } ?? true
      && trees.map { $0.shape.columnCount == columnCount } ?? true
  }
}
