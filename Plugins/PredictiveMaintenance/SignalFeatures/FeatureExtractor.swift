// One asset's way from records to feature rows. The same records in the same order give the same rows bit for bit, in whatever
// pieces they come, and whatever is written to a checkpoint and read again in between. Nothing is allocated after `init`.
package struct FeatureExtractor {
  package let plan: FeaturePlan
  var numbers: [Double]
  var integers: [Int64]

  package init(_ plan: FeaturePlan) {
    self.plan = plan
    numbers = []
    integers = []
    reset()
  }

  /// As it was made: the sensor is another one, or the machine has been repaired. The counters begin anew, too.
  package mutating func reset() {
    numbers = Array(repeating: 0, count: plan.layout.numberCount)
    integers = Array(repeating: 0, count: plan.layout.integerCount)
    // Slots, newest good and smoothed values: not there yet.
    for i in 0..<plan.layout.newestValues { numbers[i] = .nan }
    for i in 0..<plan.steps.count where plan.steps.start[i].statistic == .integral {
      numbers[plan.steps.start[i].state] = 0
    }
    integers[FeatureLayout.Clock.regime] = -1
  }

  /// One record of numbers.
  /// - Parameters:
  ///   - values: in the order of the specification's inputs, NaN where one is missing; as many as there are inputs.
  ///   - emit: called for each row that is due: none, one, after waiting for late samples sometimes several.
  @inline(__always)
  package mutating func observe(
    _ values: UnsafeBufferPointer<Double>, timeNs: Int64, sequence: UInt64, isTimeTrusted: Bool = true,
    emit: (borrowing FeatureRow) throws -> Void
  ) rethrows {
    try observe(
      samples: nil, values, timeNs: timeNs, sequence: sequence, isTimeTrusted: isTimeTrusted, emit: emit)
  }

  /// One record with a waveform.
  package mutating func observe(
    samples: UnsafeBufferPointer<Float>?, _ values: UnsafeBufferPointer<Double>, timeNs: Int64, sequence: UInt64,
    isTimeTrusted: Bool = true, emit: (borrowing FeatureRow) throws -> Void
  ) rethrows {
    precondition(values.count == plan.inputs.count, "FeatureExtractor: a value for each input")
    // A specification of a waveform alone has no values.
    let start = values.baseAddress.map { UnsafePointer($0) } ?? UnsafePointer(plan.scratch)
    let sample = FeatureSample(values: start, samples: samples, timeNs: timeNs, sequence: sequence)
    try Self.run(plan, &numbers, &integers) { run throws in
      try run.take(sample, isTimeTrusted: isTimeTrusted, emit)
    }
  }

  /// The end of the records: what waits for late samples is taken. A window that is not over gives no row.
  package mutating func finish(emit: (borrowing FeatureRow) throws -> Void) rethrows {
    try Self.run(plan, &numbers, &integers) { run throws in try run.releaseAll(emit) }
  }

  @inline(__always)
  private static func run(
    _ plan: FeaturePlan, _ numbers: inout [Double], _ integers: inout [Int64], _ body: (AssetRun) throws -> Void
  ) rethrows {
    try numbers.withUnsafeMutableBufferPointer { numbers in
      try integers.withUnsafeMutableBufferPointer { integers in
        guard let numberStart = numbers.baseAddress, let integerStart = integers.baseAddress else { return }
        try body(AssetRun(plan, numberStart, integerStart))
      }
    }
  }

  // MARK: counts since the start

  /// Of an input; nil: of all inputs, the waveform and the records themselves.
  package func count(_ reason: QualityReasons, input: Int? = nil) -> UInt64 {
    guard let position = QualityReasons.names.firstIndex(where: { $0.reason == reason }) else { return 0 }
    let channels = input.map { $0..<($0 + 1) } ?? 0..<plan.layout.channelCount
    return channels.reduce(0) {
      $0 &+ UInt64(integers[plan.layout.counters + $1 * QualityReasons.names.count + position])
    }
  }

  /// Records that took part: not the late and the thinned ones.
  package var sampleCount: UInt64 { UInt64(integers[FeatureLayout.Clock.sampleTotal]) }
  /// Windows by time without a sample, for which there is no row.
  package var emptyWindowCount: UInt64 { UInt64(integers[FeatureLayout.Clock.emptyWindows]) }
}
