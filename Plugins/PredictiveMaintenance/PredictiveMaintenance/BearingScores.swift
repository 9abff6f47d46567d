internal import Glibc
internal import Spectra
internal import StateCoding

/// Fault scores of a bearing, smoothed over its waveforms: one block of a second is little.
struct BearingScores: Equatable {
  /// Weight of the newest waveform.
  private static let weight = 0.3

  /// In the order of `BearingDiagnosis.faults`.
  private(set) var values: [Double] = []
  /// The best of them at each of `SpeedScan.scales`, -infinity where it could not be shown yet; empty before the first waveform. In single
  /// precision: there are 29 for each asset.
  private(set) var bySpeed: [Float] = []

  init() {}

  mutating func add(_ diagnosis: BearingDiagnosis) {
    let isFirst = values.isEmpty
    if isFirst { values = Array(repeating: 0, count: BearingDiagnosis.faults.count) }
    for (i, fault) in BearingDiagnosis.faults.enumerated() {
      guard let score = diagnosis.candidates.first(where: { $0.fault == fault })?.score, score.isFinite else {
        continue
      }
      values[i] += (isFirst ? 1 : Self.weight) * (score - values[i])
    }
    if bySpeed.isEmpty { bySpeed = Array(repeating: -.infinity, count: SpeedScan.scaleCount) }
    for (i, score) in diagnosis.speedScores.enumerated() where score.isFinite {
      bySpeed[i] = !bySpeed[i].isFinite ? Float(score) : bySpeed[i] + Float(Self.weight) * (Float(score) - bySpeed[i])
    }
  }

  /// nil where no other speed could be looked at.
  var speedFit: SpeedFit? {
    values.isEmpty ? nil : SpeedFit(statedScore: largest, scores: bySpeed.lazy.map(Double.init))
  }

  var largest: Double { values.max() ?? 0 }

  /// The share of each, as `BearingDiagnosis` has it for one block; the most probable first. Damage that shows no line is `other`; where
  /// the lines stand as they would at another speed, that is what comes first.
  var faults: [AlertBody.Fault] {
    guard !values.isEmpty else { return [] }
    let doubt = speedFit.flatMap { $0.isFitting ? nil : $0.doubtScore }
    let top = max(largest, BearingDiagnosis.noneScore, doubt ?? 0)
    var all = zip(BearingDiagnosis.faults, values).map { fault, score in
      AlertBody.Fault(type: Self.name(fault), probability: exp(BearingDiagnosis.steepness * (score - top)))
    }
    all.append(
      AlertBody.Fault(
        type: "other", probability: exp(BearingDiagnosis.steepness * (BearingDiagnosis.noneScore - top))))
    if let doubt {
      all.append(
        AlertBody.Fault(type: "speed-does-not-fit", probability: exp(BearingDiagnosis.steepness * (doubt - top))))
    }
    let total = all.reduce(0) { $0 + $1.probability }
    for i in all.indices { all[i].probability /= total }
    return all.enumerated().sorted {
      $0.element.probability != $1.element.probability
        ? $0.element.probability > $1.element.probability : $0.offset < $1.offset
    }.map(\.element)
  }

  private static func name(_ fault: BearingFault) -> String {
    switch fault {
    case .outer: "outer-race"
    case .inner: "inner-race"
    case .ball: "ball"
    case .cage: "cage"
    }
  }

  func encode(into state: StateWriter) {
    state.append(UInt8(values.count))
    for value in values { state.append(value) }
    state.append(UInt8(bySpeed.count))
    for score in bySpeed { state.append(score.bitPattern) }
  }

  init(from state: inout StateReader) throws {
    let count = Int(try state.integer(UInt8.self))
    guard count == 0 || count == BearingDiagnosis.faults.count else {
      throw StateReader.Damaged(description: "a bearing has another number of fault scores")
    }
    for _ in 0..<count { values.append(try state.number()) }
    let speeds = Int(try state.integer(UInt8.self))
    guard speeds == (count == 0 ? 0 : SpeedScan.scaleCount) else {
      throw StateReader.Damaged(description: "a bearing has another number of scores by speed")
    }
    for _ in 0..<speeds { bySpeed.append(Float(bitPattern: try state.integer(UInt32.self))) }
  }
}
