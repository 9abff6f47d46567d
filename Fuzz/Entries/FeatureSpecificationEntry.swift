#if PLUGIN_PREDICTIVE_MAINTENANCE
  import SignalFeatures

  /// A feature specification: refused with a place in the text, or its canonical text is the same specification again, and records of
  /// any numbers and times give the same rows when they are given again.
  enum FeatureSpecificationEntry {
    static func run(_ bytes: UnsafeRawBufferPointer) throws(FuzzFinding) -> Int {
      let bytes = Array(bytes)
      let specification: FeatureSpecification
      do {
        specification = try FeatureSpecification.parse(bytes)
      } catch {
        let lines = 1 + bytes.reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
        try require((1...lines).contains(error.line) && error.column >= 1, "line \(error.line) of \(lines)")
        try require(error.column <= bytes.count + 1, "column \(error.column) of \(bytes.count) bytes")
        return error.reason.utf8.count
      }
      guard let again = try? FeatureSpecification.parse(specification.canonical) else {
        throw FuzzFinding("the canonical text is refused: \(String(decoding: specification.canonical, as: UTF8.self))")
      }
      try require(again == specification && again.hash == specification.hash, "the canonical text means something else")
      // Large windows would only be slow.
      guard specification.bytesPerAsset <= 1 << 20 else { return 1 }
      let first = rows(specification)
      try require(first == rows(again), "other rows the second time")
      return first.count
    }

    private static func rows(_ specification: FeatureSpecification) -> [UInt64] {
      var extractor = FeatureExtractor(FeaturePlan(specification))
      var bits: [UInt64] = []
      let numbers: [Double] = [0, 1, -1.5, .nan, 1e300, -1e300, .infinity, .leastNonzeroMagnitude, 37, 37, 37, 38]
      for i in 0..<48 {
        let values = specification.inputs.indices.map { numbers[($0 + i) % numbers.count] }
        let samples = (0..<64).map { Float($0 * (i + 3) % 17) }
        let timeNs = i == 30 ? -5 : Int64(i) * 700_000_000
        values.withUnsafeBufferPointer { values in
          samples.withUnsafeBufferPointer { samples in
            extractor.observe(
              samples: i % 7 == 6 ? nil : samples, values, timeNs: timeNs, sequence: UInt64(i), isTimeTrusted: i != 9
            ) { row in
              for value in row.values { bits.append(value.isNaN ? UInt64.max : value.bitPattern) }
            }
          }
        }
      }
      return bits
    }
  }
#endif
