/// At which speed the lines of a bearing's faults stand: at the stated one, or at another that the stated one has to be corrected to.
package struct SpeedFit: Equatable, Sendable {
  /// A score at another speed that is not above this is chance: the healthy bearing of the CWRU set stays below 0.3 a block.
  package static let leastScore = 0.4
  /// The stated speed fits when its best score is at least this share of the best at any speed. Right diagnoses at the right speed have
  /// 0.92 and more over a CWRU recording, 0.83 and more over a block of it.
  package static let share = 0.7
  private static let nearlyShare = 0.1

  /// The best score of a fault at the stated speed.
  package var statedScore: Double
  /// The best at any.
  package var score: Double
  /// At which speed, as a multiple of the stated one; of several that are nearly as good (two faults' lines may have the same ratio), the
  /// nearest to it.
  package var scale: Double

  /// - Parameter scores: the best score of a fault at each of `SpeedScan.scales`, -infinity where none could be shown.
  /// - Returns: nil when none has any.
  package init?(statedScore: Double, scores: some Collection<Double>) {
    guard let best = scores.max(), best.isFinite else { return nil }
    var nearest: Double?
    for (scale, score) in zip(SpeedScan.scales, scores) where score >= best - Self.nearlyShare * best.magnitude {
      if nearest.map({ Scales.ln(scale).magnitude < Scales.ln($0).magnitude }) ?? true { nearest = scale }
    }
    (self.statedScore, score, scale) = (statedScore, best, nearest ?? 1)
  }

  package var isFitting: Bool { !(score > Self.leastScore && statedScore < Self.share * score) }

  /// As a fault's score is one, where the speed does not fit: above those of all faults.
  package var doubtScore: Double { Self.share * score }
}
