// Diagnosis without training. A fault's score is the mean prominence of its first three lines over sixteen bands (`EnvelopeBank`) and
// over the blocks; the faults and "none" share the probability in proportion to exp(8 · score), with "none" at a score of 0.2. On the
// CWRU bearings (449 blocks of 0.68 s) scores of the healthy bearing stay below 0.11, and what lies between 0.2 and 0.3 is right in
// three cases of four. A bearing that is damaged and shows no line gets "none" here: whether it vibrates more than it used to is for
// the monitors to say.
//
// The speed. At a wrong one the lines of a fault stand where another fault's are expected. Where lines fit much better at another speed
// (`SpeedFit`), that is a hypothesis beside the faults, more probable than any of them, and no part is named.
//
// Not decided on: the cage. Its line appears whenever the balls are loaded unevenly, with any other fault; it is part of the evidence.

/// Which part of a bearing is damaged, how likely, and on what evidence.
package struct BearingDiagnosis: Equatable, Sendable {
  package static let faults: [BearingFault] = [.outer, .inner, .ball]
  package static let steepness = 8.0
  package static let noneScore = 0.2
  /// A line this prominent is worth telling: 1.65 times as high as noise gets.
  package static let tellingProminence = 0.5

  package struct Candidate: Equatable, Sendable {
    package var fault: BearingFault
    package var probability: Double
    package var score: Double
  }

  /// The most probable first; equal ones in the order of `faults`.
  package var candidates: [Candidate]
  /// That no line of a fault stands out.
  package var noneProbability: Double
  /// That the lines stand where they do because the speed (or the bearing) is another; 0 where the stated speed fits.
  package var otherSpeedProbability: Double
  /// nil: no other speed could be looked at.
  package var speedFit: SpeedFit?
  /// The best score of a fault at each of `SpeedScan.scales`, -infinity where none could be shown.
  package var speedScores: [Double]
  package var blocks: Int
  /// The lines of each fault and harmonic that the blocks could show.
  package var lines: [BearingEvidence.Line]

  /// nil: no usable block, or none that could show a line.
  package init?(_ evidence: BearingEvidence) {
    guard evidence.blocks > 0 else { return nil }
    var found: [Candidate] = []
    for fault in Self.faults {
      guard let score = evidence.score(fault) else { continue }
      found.append(Candidate(fault: fault, probability: 0, score: score))
    }
    guard !found.isEmpty else { return nil }
    let scores = evidence.speedScores
    let fit = SpeedFit(statedScore: found.reduce(-.infinity) { max($0, $1.score) }, scores: scores)
    let doubt = fit.flatMap { $0.isFitting ? nil : $0.doubtScore }
    let top = found.reduce(max(Self.noneScore, doubt ?? 0)) { max($0, $1.score) }
    let none = Scales.exp(Self.steepness * (Self.noneScore - top))
    let otherSpeed = doubt.map { Scales.exp(Self.steepness * ($0 - top)) } ?? 0
    var total = none + otherSpeed
    for i in found.indices {
      found[i].probability = Scales.exp(Self.steepness * (found[i].score - top))
      total += found[i].probability
    }
    for i in found.indices { found[i].probability /= total }
    candidates = found.enumerated().sorted {
      $0.element.probability != $1.element.probability
        ? $0.element.probability > $1.element.probability : $0.offset < $1.offset
    }.map(\.element)
    noneProbability = none / total
    otherSpeedProbability = otherSpeed / total
    speedFit = fit
    speedScores = scores
    blocks = evidence.blocks
    lines = BearingFault.allCases.flatMap { fault in
      WaveformStatistic.harmonics.compactMap { evidence.line(fault, $0) }
    }
  }

  /// The block that the analyser holds. nil without a bearing, without a speed, or when the block cannot show a line.
  package init?(_ analyser: WaveformAnalyser) {
    guard let orders = analyser.orders else { return nil }
    var evidence = BearingEvidence(orders: orders)
    guard evidence.add(analyser) else { return nil }
    self.init(evidence)
  }

  /// Whether the lines of a fault stand out at the stated speed as much as at any other, or nowhere.
  package var isSpeedFitting: Bool { speedFit?.isFitting ?? true }

  /// nil: "none" is the most probable, or the speed does not fit.
  package var fault: BearingFault? {
    guard isSpeedFitting, let first = candidates.first, first.probability > noneProbability else { return nil }
    return first.fault
  }
}
