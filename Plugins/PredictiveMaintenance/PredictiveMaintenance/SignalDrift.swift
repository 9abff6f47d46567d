// Whether a signal has changed for good, which is not the same as an alert: a pump that runs a little warmer since summer came is
// well, and what was learned of it is not what it is. Two looks at each signal:
//
//   input     the values themselves, as means of `blockCount`: against what they were when they were learned
//   residual  the deviation from the baseline, which follows slow change: against zero
//
// by ADWIN and by Page and Hinkley (DriftWatch). Means of blocks, because neighbouring values of a machine are not independent, which
// the tests presume, and because it costs a sixteenth. A signal that has drifted learns its level anew before it can drift again.
internal import DriftWatch
internal import StateCoding

struct SignalDrift: Equatable {
  enum Kind: String {
    case input
    case residual
    /// Of a governed model.
    case score
  }

  struct Finding: Equatable {
    var kind: Kind
    var signs: DriftSigns
    /// Mean of the block that gave it away, and what was learned.
    var value: Double
    var learned: Double
    var scale: Double
    /// The first record that the present test has seen.
    var firstSequence: UInt64
    var firstTimeNs: Int64
  }

  /// Blocks that teach level and scale.
  static let learnBlocks = 50

  private var input = StandardisedDrift(learnCount: SignalDrift.learnBlocks)
  private var residual = PageHinkley()
  private var sum = 0.0
  private var residualSum = 0.0
  private var filled: UInt32 = 0
  private var firstSequence: UInt64 = 0
  private var firstTimeNs: Int64 = 0

  init() {}

  /// - Parameters:
  ///   - z: of the baseline; NaN while it learns.
  ///   - blockCount: values in a block; 1 for waveforms.
  mutating func observe(
    _ value: Double, z: Double, blockCount: UInt32, sequence: UInt64, timeNs: Int64
  ) -> Finding? {
    if firstSequence == 0 {
      firstSequence = sequence
      firstTimeNs = timeNs
    }
    sum += value
    residualSum += z.isFinite ? min(max(z, -10), 10) : 0
    filled += 1
    guard filled >= blockCount else { return nil }
    let count = Double(filled)
    let mean = sum / count
    // Of independent values the mean of so many has 1/√n of their deviation.
    let residualMean = residualSum / count.squareRoot()
    (sum, residualSum, filled) = (0, 0, 0)
    var finding = Finding(
      kind: .input, signs: [], value: mean, learned: input.mean, scale: input.scale, firstSequence: firstSequence,
      firstTimeNs: firstTimeNs)
    finding.signs = input.update(mean)
    if finding.signs.isEmpty, !input.isLearning, residual.update(residualMean) {
      finding.kind = .residual
      finding.signs = .pageHinkley
      (finding.value, finding.learned, finding.scale) = (residualMean, 0, 1)
    }
    guard !finding.signs.isEmpty else { return nil }
    reset()
    return finding
  }

  /// Learns anew.
  mutating func reset() {
    self = SignalDrift()
  }

  func encode(into state: StateWriter) {
    input.encode(into: state)
    residual.encode(into: state)
    state.append(sum)
    state.append(residualSum)
    state.append(filled)
    state.append(firstSequence)
    state.append(firstTimeNs)
  }

  init(from state: inout StateReader) throws {
    try input.restore(from: &state)
    try residual.restore(from: &state)
    sum = try state.number()
    residualSum = try state.number()
    filled = try state.integer()
    firstSequence = try state.integer()
    firstTimeNs = try state.integer()
  }
}

extension DriftSigns {
  var names: String {
    [(DriftSigns.adaptiveWindow, "adwin"), (.pageHinkley, "page-hinkley")].filter { contains($0.0) }.map(\.1)
      .joined(separator: " ")
  }
}
