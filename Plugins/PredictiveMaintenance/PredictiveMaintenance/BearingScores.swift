internal import Glibc
internal import Spectra
internal import StateCoding

/// Fault scores of a bearing, smoothed over its waveforms: one block of a second is little.
struct BearingScores: Equatable {
  /// Weight of the newest waveform.
  private static let weight = 0.3

  /// In the order of `BearingDiagnosis.faults`.
  private(set) var values: [Double] = []

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
  }

  var largest: Double { values.max() ?? 0 }

  /// The share of each, as `BearingDiagnosis` has it for one block; the most probable first. Damage that shows no line is `other`.
  var faults: [AlertBody.Fault] {
    guard !values.isEmpty else { return [] }
    let top = max(largest, BearingDiagnosis.noneScore)
    var all = zip(BearingDiagnosis.faults, values).map { fault, score in
      AlertBody.Fault(type: Self.name(fault), probability: exp(BearingDiagnosis.steepness * (score - top)))
    }
    all.append(
      AlertBody.Fault(
        type: "other", probability: exp(BearingDiagnosis.steepness * (BearingDiagnosis.noneScore - top))))
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
  }

  init(from state: inout StateReader) throws {
    let count = Int(try state.integer(UInt8.self))
    guard count == 0 || count == BearingDiagnosis.faults.count else {
      throw StateReader.Damaged(description: "a bearing has another number of fault scores")
    }
    for _ in 0..<count { values.append(try state.number()) }
  }
}
