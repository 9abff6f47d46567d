import Foundation
import Seeded
import StateCoding
import Testing

@testable import AnomalyDetection

@Suite struct ThresholdTests {
  /// Values of a generalised Pareto distribution with scale 1 by inversion.
  private func pareto(_ rows: inout SeededNumbers, shape: Double, count: Int) -> [Double] {
    (0..<count).map { _ in
      let u = 1 - rows.uniform()
      return shape == 0 ? -log(u) : (pow(u, -shape) - 1) / shape
    }
  }

  /// One more would overflow.
  @Test func absurdCountsAreRefused() {
    let threshold = StateWriter(reserving: 256)
    ExtremeThreshold().encode(into: threshold)
    let quantile = StateWriter(reserving: 256)
    QuantileEstimate(share: 0.5).encode(into: quantile)
    // Counts: behind a flag and two numbers; behind the share.
    for first in [17, 25, 33, 41] {
      var bytes = threshold.bytes
      for i in first..<(first + 8) { bytes[i] = 0xFF }
      var state = StateReader(bytes[...])
      #expect(throws: StateReader.Damaged.self) { _ = try ExtremeThreshold(from: &state) }
    }
    var bytes = quantile.bytes
    for i in 8..<16 { bytes[i] = 0xFF }
    var state = StateReader(bytes[...])
    #expect(throws: StateReader.Damaged.self) { _ = try QuantileEstimate(from: &state) }
  }

  @Test func theTailFitFindsShapeAndScale() {
    var rows = SeededNumbers(default: 31)
    for shape in [-0.3, 0, 0.2, 0.5] {
      let values = pareto(&rows, shape: shape, count: 4000).map { 3 * $0 }
      let tail = values.withUnsafeBufferPointer { ParetoTail(excesses: $0) }
      print("shape \(shape), scale 3: fitted \(tail.shape), \(tail.scale)")
      #expect(abs(tail.shape - shape) < 0.08)
      #expect(abs(tail.scale - 3) < 0.3)
    }
  }

  @Test func theFitHasTheGreatestLikelihoodNearby() {
    var rows = SeededNumbers(default: 32)
    func likelihood(_ values: [Double], _ shape: Double, _ scale: Double) -> Double {
      values.reduce(0) { sum, y in
        let s = 1 + shape * y / scale
        guard s > 0 else { return -.infinity }
        return sum - log(scale) - (shape.magnitude < 1e-9 ? y / scale : (1 + 1 / shape) * log(s))
      }
    }
    for shape in [-0.2, 0.1, 0.4] {
      let values = pareto(&rows, shape: shape, count: 200)
      let tail = values.withUnsafeBufferPointer { ParetoTail(excesses: $0) }
      let best = likelihood(values, tail.shape, tail.scale)
      for (a, b) in [(0.02, 0.0), (-0.02, 0), (0, 0.02), (0, -0.02), (0.02, -0.02), (-0.02, 0.02)] {
        #expect(likelihood(values, tail.shape + a, tail.scale + b) <= best)
      }
    }
  }

  @Test func degenerateTailsAreFinite() {
    for values in [[], [1.0], [1, 1, 1, 1], [1e-300, 1e-300, 2e-300], [1e99, 1, 1, 1]] as [[Double]] {
      let tail = values.withUnsafeBufferPointer { ParetoTail(excesses: $0) }
      #expect(tail.shape.isFinite && tail.scale.isFinite && tail.scale >= 0)
      #expect(tail.excess(risk: 1e-4, share: 0.02).isFinite)
    }
  }

  @Test func falseAlarmsStayNearTheRisk() {
    var rows = SeededNumbers(default: 33)
    var shares: [String: Double] = [:]
    for (name, draw) in [
      ("gaussian", { (r: inout SeededNumbers) in r.pairedGaussian() }), ("exponential", { -log(1 - $0.uniform()) }),
      ("score 0…1", { $0.uniform() }),
    ] as [(String, (inout SeededNumbers) -> Double)] {
      var extremes = 0
      for _ in 0..<4 {
        var threshold = ExtremeThreshold()
        for _ in 0..<11_000 { extremes += threshold.update(draw(&rows)) ? 1 : 0 }
      }
      shares[name] = Double(extremes) / 40_000
    }
    print("risk 1e-4: \(shares)")
    for share in shares.values { #expect(share < 1e-3) }
  }

  @Test func whatIsFarBeyondIsExtreme() {
    var rows = SeededNumbers(default: 34)
    var threshold = ExtremeThreshold()
    for _ in 0..<1000 {
      #expect(threshold.threshold == nil)
      #expect(threshold.update(rows.pairedGaussian()) == false)
    }
    #expect(threshold.threshold.map { $0 > 3 && $0 < 8 } == true)
    #expect(threshold.update(10) == true)
    #expect(!threshold.update(.nan) && !threshold.update(.infinity) && !threshold.update(-1e300))
  }

  @Test func aMovingMeanFollowsDrift() {
    var rows = SeededNumbers(default: 35)
    var parameters = ExtremeThreshold.Parameters()
    parameters.depth = 50
    var (still, moving) = (ExtremeThreshold(), ExtremeThreshold(parameters))
    var (falseAlarms, found, foundStill) = (0, 0, 0)
    for i in 0..<12_000 {
      let season = 20 * sin(2 * Double.pi * Double(i) / 2000)
      let isFault = i > 2000 && i % 2000 == 1500
      let value = season + rows.pairedGaussian() + (isFault ? 15 : 0)
      let (a, b) = (still.update(value), moving.update(value))
      if isFault {
        foundStill += a ? 1 : 0
        found += b ? 1 : 0
      } else {
        falseAlarms += b ? 1 : 0
      }
    }
    print(
      "a season of ±20 σ, 5 spikes of 15 σ at its lowest: \(foundStill) found without, \(found) with the moving mean")
    #expect(foundStill == 0 && found == 5 && falseAlarms < 10)
  }

  @Test func aConstantCalibrationMakesAnythingAboveExtreme() {
    var threshold = ExtremeThreshold()
    for _ in 0..<1000 { _ = threshold.update(5) }
    #expect(threshold.threshold == 5)
    #expect(!threshold.update(5) && threshold.update(5.001))
  }

  @Test func peaksAreBoundedAndTheThresholdForgets() {
    var rows = SeededNumbers(default: 36)
    var parameters = ExtremeThreshold.Parameters()
    parameters.level = 0.8
    var threshold = ExtremeThreshold(parameters)
    for _ in 0..<3000 { _ = threshold.update(10 * rows.pairedGaussian()) }
    let wide = threshold.threshold ?? 0
    for _ in 0..<3000 { _ = threshold.update(10 * rows.pairedGaussian().magnitude.squareRoot()) }
    #expect(threshold.memoryBytes < 6000)
    #expect((threshold.threshold ?? 0) < wide)
  }

  @Test func aQuantileIsCloseAndExactForAFewValues() {
    var rows = SeededNumbers(default: 37)
    for share in [0.05, 0.5, 0.9, 0.99] {
      var estimate = QuantileEstimate(share: share)
      #expect(estimate.value == nil)
      var values: [Double] = []
      for i in 1...20_000 {
        let value = rows.pairedGaussian()
        values.append(value)
        estimate.update(value)
        if i <= 5 { #expect(estimate.value == values.sorted()[max(Int((share * Double(i)).rounded(.up)) - 1, 0)]) }
      }
      let exact = values.sorted()[Int(share * 20_000)]
      #expect(abs((estimate.value ?? 99) - exact) < 0.06)
    }
  }

  /// The example of the paper (table I): twenty values, median 4.44.
  @Test func theQuantileOfThePapersExample() {
    var estimate = QuantileEstimate(share: 0.5)
    for value in [
      0.02, 0.15, 0.74, 3.39, 0.83, 22.37, 10.15, 15.43, 38.62, 15.92, 34.60, 10.28, 1.47, 0.40, 0.05, 11.39, 0.27,
      0.42,
      0.09, 11.37,
    ] { estimate.update(value) }
    #expect(abs((estimate.value ?? 0) - 4.44) < 0.005)
    estimate.update(.nan)
    #expect(estimate.count == 20)
  }

  @Test func theirStatesContinueBitForBit() throws {
    let seed = SeededNumbers.seed(default: 38)
    for (depth, cut) in [(0, 10), (0, 1500), (0, 4000), (20, 10), (20, 700), (20, 1500)] {
      var rows = SeededNumbers(seed)
      var parameters = ExtremeThreshold.Parameters()
      parameters.depth = depth
      var threshold = ExtremeThreshold(parameters)
      var estimate = QuantileEstimate(share: 0.9)
      for _ in 0..<cut {
        _ = threshold.update(rows.pairedGaussian())
        estimate.update(rows.pairedGaussian())
      }
      let writer = StateWriter(reserving: 0)
      threshold.encode(into: writer)
      estimate.encode(into: writer)
      var reader = StateReader(writer.bytes[...])
      var copy = try ExtremeThreshold(parameters, from: &reader)
      var other = try QuantileEstimate(from: &reader)
      #expect(reader.isAtEnd && copy == threshold && other == estimate)
      for _ in 0..<1500 {
        let value = rows.pairedGaussian()
        #expect(copy.update(value) == threshold.update(value) && copy.threshold == threshold.threshold)
        other.update(value)
        estimate.update(value)
      }
      #expect(copy == threshold && other == estimate)
      for end in stride(from: 0, to: writer.bytes.count, by: 11) {
        var short = StateReader(writer.bytes[..<end])
        #expect(throws: StateReader.Damaged.self) {
          _ = try ExtremeThreshold(parameters, from: &short)
          _ = try QuantileEstimate(from: &short)
        }
      }
    }
  }
}
