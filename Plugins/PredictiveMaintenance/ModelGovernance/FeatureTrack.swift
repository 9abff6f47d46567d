internal import SignalFeatures

/// Features that one or more versions of a model are evaluated on: versions with the same specification share them. Every version in use has a
/// track, the one before as well, so that its windows are full when it has to take over.
final class FeatureTrack {
  let plan: FeaturePlan
  let hash: UInt64
  let reach: FeatureReach
  /// By stream: where each input stands among its columns.
  private var places: [Int: [Int]] = [:]
  private var columnCounts: [Int: Int] = [:]
  private let values: UnsafeMutableBufferPointer<Double>

  init(_ plan: FeaturePlan) {
    self.plan = plan
    hash = plan.specification.hash
    reach = FeatureReach(plan.specification)
    values = .allocate(capacity: max(1, plan.specification.inputs.count))
    values.initialize(repeating: .nan)
  }

  deinit {
    values.deallocate()
  }

  /// - Returns: whether the stream has everything that is needed.
  func bind(stream: Int, columns: [String]) -> Bool {
    let found = plan.specification.inputs.map { columns.firstIndex(of: $0.column) }
    guard found.allSatisfy({ $0 != nil }), !found.isEmpty || plan.specification.waveform != nil else { return false }
    places[stream] = found.compactMap(\.self)
    columnCounts[stream] = columns.count
    return true
  }

  var isFed: Bool { !places.isEmpty }

  func isFed(by stream: Int) -> Bool { places[stream] != nil }

  /// - Returns: false when the record lacks what the features need.
  func observe(
    _ sample: GovernedSample, _ extractor: inout FeatureExtractor, emit: (borrowing FeatureRow) throws -> Void
  ) rethrows -> Bool {
    guard let places = places[sample.stream] else { return false }
    guard places.isEmpty || sample.columns.count == columnCounts[sample.stream] else { return false }
    for (index, place) in places.enumerated() { values[index] = sample.columns[place] }
    let inputs = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(values)[..<places.count])
    if plan.specification.waveform == nil {
      try extractor.observe(
        inputs, timeNs: sample.timeNs, sequence: sample.sequence, isTimeTrusted: sample.isTimeTrusted, emit: emit)
    } else {
      guard !sample.samples.isEmpty else { return false }
      try extractor.observe(
        samples: sample.samples, inputs, timeNs: sample.timeNs, sequence: sample.sequence,
        isTimeTrusted: sample.isTimeTrusted, emit: emit)
    }
    return true
  }
}
