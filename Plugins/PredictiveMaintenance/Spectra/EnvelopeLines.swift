/// The lines that a bearing's faults and its shaft draw in an envelope spectrum, as numbers in a row: for each fault and harmonic the
/// line and the mean of its two side bands, then the shaft's harmonics.
struct EnvelopeLines {
  static let harmonics = 1...3
  private static let faults = BearingFault.allCases.count
  static let count = faults * 3 * 2 + 3

  /// What one number of the row is about.
  enum Line: Hashable {
    case fault(BearingFault, harmonic: Int)
    case sideBands(BearingFault, harmonic: Int)
    case shaft(harmonic: Int)

    var index: Int {
      switch self {
      case .fault(let fault, let harmonic): 6 * fault.position + harmonic - 1
      case .sideBands(let fault, let harmonic): 6 * fault.position + 3 + harmonic - 1
      case .shaft(let harmonic): 6 * EnvelopeLines.faults + harmonic - 1
      }
    }
  }

  /// Prominences, NaN where the spectrum cannot show the line.
  private(set) var values: [Double]

  init() {
    values = Array(repeating: .nan, count: Self.count)
  }

  mutating func clear() {
    for i in 0..<Self.count { values[i] = .nan }
  }

  subscript(line: Line) -> Double { values[line.index] }

  mutating func read(_ spectrum: EnvelopeSpectrum, orders: FaultOrders, shaftHz: Double) {
    func prominence(_ order: Double) -> Double { spectrum.line(order: order, shaftHz: shaftHz)?.prominence ?? .nan }
    for fault in BearingFault.allCases {
      let first = orders.line(fault)
      let step = orders.modulation(fault)
      for harmonic in Self.harmonics {
        let order = Double(harmonic) * first
        values[Line.fault(fault, harmonic: harmonic).index] = prominence(order)
        values[Line.sideBands(fault, harmonic: harmonic).index] =
          Self.mean(prominence((order - step).magnitude), prominence(order + step))
      }
    }
    for harmonic in Self.harmonics { values[Line.shaft(harmonic: harmonic).index] = prominence(Double(harmonic)) }
  }

  /// Of two side bands, those that the spectrum can show. One below zero is seen at its magnitude.
  static func mean(_ a: Double, _ b: Double) -> Double { a.isNaN ? b : b.isNaN ? a : (a + b) / 2 }

  /// Adds one spectrum's row to a mean over several; a NaN counts for nothing.
  mutating func accumulate(_ row: EnvelopeLines, counts: inout [Double]) {
    for i in 0..<Self.count where !row.values[i].isNaN {
      values[i] = counts[i] == 0 ? row.values[i] : values[i] + row.values[i]
      counts[i] += 1
    }
  }

  mutating func divide(by counts: [Double]) {
    for i in 0..<Self.count { values[i] = counts[i] == 0 ? .nan : values[i] / counts[i] }
  }
}

extension BearingFault {
  var position: Int {
    switch self {
    case .outer: 0
    case .inner: 1
    case .ball: 2
    case .cage: 3
    }
  }
}
