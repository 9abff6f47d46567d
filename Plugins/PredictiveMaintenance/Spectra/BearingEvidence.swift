/// What the envelope lines of one or more blocks of the same bearing say, averaged over the blocks: a second of data is little, and the
/// mean over blocks of a line that is there stays while chance goes.
package struct BearingEvidence: Equatable, Sendable {
  package struct Line: Equatable, Sendable {
    package var fault: BearingFault
    package var harmonic: Int
    /// Multiple of the shaft's speed at which the line is expected.
    package var order: Double
    /// Where it is expected and where the largest bin was seen, mean over the blocks.
    package var expectedHz: Double
    package var seenHz: Double
    /// Mean over blocks and bands of what the line stands out by: 0 is noise, 1 is e times as high as noise gets.
    package var prominence: Double

    /// How many times as high as the highest that noise would show.
    package var timesNoise: Double { Scales.exp(prominence) }
  }

  private struct Sum: Equatable {
    var prominence = 0.0
    var expectedHz = 0.0
    var seenHz = 0.0
    var count = 0.0
  }

  /// Blocks that were usable.
  package private(set) var blocks = 0
  package let orders: FaultOrders
  private var sums: [Sum]
  /// The best score of a fault at each of `SpeedScan.scales`, over the blocks that could show one.
  private var speeds = [Sum](repeating: Sum(), count: SpeedScan.scaleCount)

  package init(orders: FaultOrders) {
    self.orders = orders
    sums = Array(repeating: Sum(), count: BearingFault.allCases.count * WaveformStatistic.harmonics.count)
  }

  /// Adds the block that the analyser holds. False: it is not usable, or its speed is not known.
  package mutating func add(_ analyser: WaveformAnalyser) -> Bool {
    guard analyser.outcome == .usable, let shaftHz = analyser.shaftHz, let scan = analyser.speedScan(),
      let lines = analyser.bankLines()
    else {
      return false
    }
    blocks += 1
    for i in speeds.indices {
      let score = scan.score(scale: i)
      guard score.isFinite else { continue }
      speeds[i].prominence += score
      speeds[i].count += 1
    }
    for fault in BearingFault.allCases {
      for harmonic in WaveformStatistic.harmonics {
        let prominence = lines[.fault(fault, harmonic: harmonic)]
        guard prominence.isFinite else { continue }
        let order = Double(harmonic) * orders.line(fault)
        let i = Self.slot(fault, harmonic)
        sums[i].prominence += prominence
        sums[i].expectedHz += order * shaftHz
        sums[i].seenHz += analyser.seenHz(order: order, shaftHz: shaftHz) ?? order * shaftHz
        sums[i].count += 1
      }
    }
    return true
  }

  /// nil: no block could show it.
  package func line(_ fault: BearingFault, _ harmonic: Int) -> Line? {
    let sum = sums[Self.slot(fault, harmonic)]
    guard sum.count > 0 else { return nil }
    return Line(
      fault: fault, harmonic: harmonic, order: Double(harmonic) * orders.line(fault),
      expectedHz: sum.expectedHz / sum.count, seenHz: sum.seenHz / sum.count, prominence: sum.prominence / sum.count)
  }

  /// Mean prominence of a fault's three harmonics, of those that could be shown.
  package func score(_ fault: BearingFault) -> Double? {
    var (sum, count) = (0.0, 0.0)
    for harmonic in WaveformStatistic.harmonics {
      guard let line = line(fault, harmonic) else { continue }
      sum += line.prominence
      count += 1
    }
    return count > 0 ? sum / count : nil
  }

  /// The best score of a fault at each of `SpeedScan.scales`; -infinity where no block could show one.
  package var speedScores: [Double] { speeds.map { $0.count > 0 ? $0.prominence / $0.count : -.infinity } }

  private static func slot(_ fault: BearingFault, _ harmonic: Int) -> Int { 3 * fault.position + harmonic - 1 }
}

extension WaveformAnalyser {
  /// Where the envelope's largest bin near a line is: in the band of the three where it stands out most.
  func seenHz(order: Double, shaftHz: Double) -> Double? {
    var best: (prominence: Double, hz: Double)?
    for band in [EnvelopeBand.automatic, .whole, .white] {
      let spectrum = envelope(band)
      guard let line = spectrum.line(order: order, shaftHz: shaftHz) else { continue }
      if line.prominence > best?.prominence ?? -.infinity {
        best = (line.prominence, Double(line.bin) * spectrum.resolutionHz)
      }
    }
    return best?.hz
  }
}
