import DriftWatch
import Seeded
import StateCoding
import Testing

@Suite struct DriftTests {
  /// One more would overflow.
  @Test func absurdCountsAreRefused() {
    let bytes = [UInt8](repeating: 0xFF, count: 8) + [UInt8](repeating: 0, count: 400)
    var state = StateReader(bytes[...])
    #expect(throws: StateReader.Damaged.self) {
      var test = PageHinkley()
      try test.restore(from: &state)
    }
    state = StateReader(bytes[...])
    #expect(throws: StateReader.Damaged.self) {
      var drift = StandardisedDrift()
      try drift.restore(from: &state)
    }
  }

  /// Of 20 streams of 1,000 values and then a shift: mean delay; and false alarms a 10,000 values.
  private func measure(
    _ name: String, seed: UInt64, shift: Double, _ make: () -> (Double) -> Bool
  ) -> (delay: Double, falseAlarms: Double) {
    var delays = 0
    var falseAlarms = 0
    for i in 0..<20 as Range<UInt64> {
      var values = SeededNumbers(seed &+ i)
      let update = make()
      for _ in 0..<1000 { falseAlarms += update(values.pairedGaussian()) ? 1 : 0 }
      var delay = 1
      while delay < 2000, !update(values.pairedGaussian() + shift) { delay += 1 }
      delays += delay
    }
    let result = (Double(delays) / 20, Double(falseAlarms) / 2)
    print("\(name), shift \(shift) σ: delay \(result.0), \(result.1) false alarms a 10,000")
    return result
  }

  @Test func theAdaptiveWindowFindsAShiftSoonAndNothingElse() {
    let seed = SeededNumbers.seed(default: 41)
    func make() -> (Double) -> Bool {
      var window = AdaptiveWindow()
      return { window.update($0) }
    }
    let large = measure("adaptive window", seed: seed, shift: 1, make)
    let small = measure("adaptive window", seed: seed, shift: 0.5, make)
    #expect(large.delay < 47 && small.delay < 138 && large.falseAlarms <= 1)
  }

  @Test func pageHinkleyFindsAShiftSoonerWithFewFalseAlarms() {
    let seed = SeededNumbers.seed(default: 42)
    func make() -> (Double) -> Bool {
      var test = PageHinkley()
      return { test.update($0) }
    }
    let large = measure("Page-Hinkley", seed: seed, shift: 1, make)
    let small = measure("Page-Hinkley", seed: seed, shift: -0.5, make)
    #expect(large.delay < 46 && small.delay < 110 && large.falseAlarms <= 2)
  }

  @Test func theWindowForgetsWhatWasBeforeTheShift() {
    var values = SeededNumbers(default: 43)
    var window = AdaptiveWindow()
    for _ in 0..<3000 { _ = window.update(values.pairedGaussian()) }
    #expect(window.count > 2900)
    for _ in 0..<500 { _ = window.update(5 + values.pairedGaussian()) }
    #expect(window.count < 600 && abs(window.mean - 5) < 0.3)
  }

  @Test func theWindowIsBoundedAndItsSumsAreExact() {
    var values = SeededNumbers(default: 44)
    var window = AdaptiveWindow(stride: 10_000)
    var sum = 0.0
    for _ in 0..<9_999 {
      let value = values.pairedGaussian()
      sum += value
      _ = window.update(value)
    }
    #expect(window.count == 9_999 && abs(window.total - sum) < 1e-9)
    #expect(window.memoryBytes < 2600)
  }

  @Test func aSignalInItsOwnUnitIsStandardised() {
    let seed = SeededNumbers.seed(default: 45)
    for (level, unit) in [(20.0, 0.01), (-1e6, 1e3), (0, 1e-12)] {
      var values = SeededNumbers(seed)
      var drift = StandardisedDrift()
      var (signs, falseAlarms) = (DriftSigns(), 0)
      for _ in 0..<2000 { falseAlarms += drift.update(level + unit * values.pairedGaussian()).isEmpty ? 0 : 1 }
      #expect(falseAlarms <= 2 && !drift.isLearning)
      for _ in 0..<150 { signs.formUnion(drift.update(level + unit * (values.pairedGaussian() + 1))) }
      #expect(unit < 1e-9 || signs == [.adaptiveWindow, .pageHinkley])
    }
  }

  @Test func aWildValueIsNoDriftAndWhatIsNoMeasurementIsLeftOut() {
    var values = SeededNumbers(default: 46)
    var drift = StandardisedDrift()
    for _ in 0..<1000 { _ = drift.update(values.pairedGaussian()) }
    var signs = drift.update(1e90)
    for _ in 0..<100 { signs.formUnion(drift.update(values.pairedGaussian())) }
    #expect(signs.isEmpty)
    let before = drift
    for bad in [Double.nan, .infinity, -.infinity, 1e101] { #expect(drift.update(bad).isEmpty) }
    #expect(drift == before)
  }

  @Test func aConstantSignalDriftsOnlyWhenItMoves() {
    var drift = StandardisedDrift()
    var signs: DriftSigns = []
    for _ in 0..<2000 { signs.formUnion(drift.update(50)) }
    #expect(signs.isEmpty)
    for _ in 0..<100 { signs.formUnion(drift.update(53)) }
    #expect(signs == [.adaptiveWindow, .pageHinkley])
    drift.reset()
    #expect(drift == StandardisedDrift())
  }

  @Test func theirStateContinuesBitForBit() throws {
    let seed = SeededNumbers.seed(default: 47)
    for cut in [0, 5, 199, 200, 203, 900] {
      var values = SeededNumbers(seed)
      var drift = StandardisedDrift()
      for _ in 0..<cut { _ = drift.update(values.pairedGaussian()) }
      let writer = StateWriter(reserving: 0)
      drift.encode(into: writer)
      var reader = StateReader(writer.bytes[...])
      var copy = StandardisedDrift()
      try copy.restore(from: &reader)
      #expect(reader.isAtEnd && copy == drift)
      for i in 0..<600 {
        let value = values.pairedGaussian() + (i > 300 ? 1 : 0)
        #expect(copy.update(value) == drift.update(value))
      }
      #expect(copy == drift)
      for end in stride(from: 0, to: writer.bytes.count, by: 5) {
        var short = StateReader(writer.bytes[..<end])
        #expect(throws: StateReader.Damaged.self) { try copy.restore(from: &short) }
      }
    }
  }
}
