import DriftWatch
import Seeded
import StateCoding
import Testing

@Suite struct PopulationStabilityTests {
  private func reference(_ values: inout SeededNumbers) throws -> PopulationStability {
    try #require(PopulationStability(learning: (0..<5000).map { _ in values.pairedGaussian() }))
  }

  @Test func noChangeIsNoSignAndAShiftIsOne() throws {
    var values = SeededNumbers(default: 51)
    var (warnings, found) = (0, 0)
    for _ in 0..<40 {
      var stability = try reference(&values)
      for _ in 0..<500 { stability.update(values.pairedGaussian()) }
      warnings += stability.level > .none ? 1 : 0
      stability.reset()
      for _ in 0..<500 { stability.update(values.pairedGaussian() + 1) }
      found += stability.level == .act ? 1 : 0
    }
    print("population stability, 500 values: \(warnings) of 40 false, \(found) of 40 shifts of 1 σ found")
    #expect(warnings == 0 && found == 40)
  }

  /// The index alone would take chance for drift in more than a fourth of the windows of 50, of each feature.
  @Test(arguments: [50, 100, 200])
  func smallWindowsWithoutAChangeAreNoDriftAndAShiftIsOne(count: Int) throws {
    let seed = SeededNumbers.seed(default: 53)
    var values = SeededNumbers(seed)
    let reference = try reference(&values)
    func window(shifted shift: Double) -> PopulationStability {
      var stability = reference
      for _ in 0..<count { stability.update(values.pairedGaussian() + shift) }
      return stability
    }
    var (alone, drifts, found, chance, index) = (0, 0, 0, 0.0, 0.0)
    for _ in 0..<300 {
      let healthy = window(shifted: 0)
      alone += healthy.index >= PopulationStability.actIndex ? 1 : 0
      drifts += healthy.isDrift(beyond: PopulationStability.actIndex, among: 10) ? 1 : 0
      (chance, index) = (chance + healthy.chanceIndex, index + healthy.index)
      found += window(shifted: 1.5).isDrift(beyond: PopulationStability.actIndex, among: 10) ? 1 : 0
    }
    print(
      "population stability, \(count) values: \(alone) of 300 by the index alone, \(drifts) false, \(found) shifts found"
    )
    #expect(drifts == 0 && (count > 50 || alone > 60), "SEED=\(seed)")
    #expect(found >= (count == 50 ? 250 : 300), "SEED=\(seed)")
    #expect(count == 50 || (0.8...1.2).contains(index / chance), "\(index / chance), SEED=\(seed)")
  }

  /// Each value 0.9 or 0.99 of the one before and noise. Taken for independent, more than half of these windows would be drift.
  @Test(arguments: [0.9, 0.99])
  func slowRowsWithoutAChangeAreNoDrift(memory: Double) throws {
    let seed = SeededNumbers.seed(default: 55)
    var values = SeededNumbers(seed)
    let reference = try reference(&values)
    var (drifts, alone, chance, index) = (0, 0, 0.0, 0.0)
    for _ in 0..<200 {
      let healthy = slowWindow(of: 200, reference, memory: memory, shifted: 0, &values)
      drifts += healthy.isDrift(beyond: PopulationStability.actIndex) ? 1 : 0
      alone += healthy.index >= PopulationStability.actIndex ? 1 : 0
      (chance, index) = (chance + healthy.chanceIndex, index + healthy.index)
    }
    print("population stability, memory \(memory): \(drifts) of 200 drift, \(alone) by the index alone")
    #expect(drifts <= 1 && alone > 40 && chance > 0.9 * index, "SEED=\(seed)")
  }

  @Test func shiftOfSlowRowsIsDriftWhereThereAreEnough() throws {
    let seed = SeededNumbers.seed(default: 56)
    var values = SeededNumbers(seed)
    let reference = try reference(&values)
    let found = (0..<20).count { _ in
      slowWindow(of: 2000, reference, memory: 0.9, shifted: 2, &values).isDrift(beyond: PopulationStability.actIndex)
    }
    #expect(found == 20, "SEED=\(seed)")
  }

  private func slowWindow(
    of count: Int, _ reference: PopulationStability, memory: Double, shifted shift: Double,
    _ values: inout SeededNumbers
  ) -> PopulationStability {
    var stability = reference
    var (value, before) = (values.pairedGaussian(), Double.nan)
    for _ in 0..<count {
      stability.update(value + shift, after: before)
      before = value + shift
      value = memory * value + (1 - memory * memory).squareRoot() * values.pairedGaussian()
    }
    return stability
  }

  /// What does not move, and what a single wild value or an infinite one is among, is judged by its shares as before.
  @Test func valuesThatSayNothingOfTheirCorrelationCountAsIndependent() {
    var still = PopulationStability(edges: [0, 1, 2], shares: [0.25, 0.25, 0.25, 0.25])
    for _ in 0..<60 { still.update(9, after: 9) }
    #expect(still.correlation.upper == 0 && still.isDrift(beyond: PopulationStability.actIndex))
    var ramp = PopulationStability(edges: [0, 100], shares: [0.25, 0.5, 0.25])
    for i in 0..<60 { ramp.update(i == 30 ? .infinity : Double(i), after: i == 0 ? .nan : Double(i - 1)) }
    #expect(ramp.correlation.upper > 0.5)
    var levels = PopulationStability(edges: [0, 0], shares: [0.5, 0, 0.5])
    for i in 0..<60 { levels.update(i < 30 ? -5 : 5, after: i == 0 ? .nan : i <= 30 ? -5 : 5) }
    #expect(levels.correlation.upper > 0.9)
  }

  /// A value in 2,000 of the training data twice among 50, where χ² would see a change.
  @Test func rareBinsAreNoDriftBySingleValues() {
    var stability = PopulationStability(edges: [1], shares: [0.9995, 0.0005], referenceCount: 20_000)
    for i in 0..<50 { stability.update(i < 2 ? 2 : 0) }
    #expect(!stability.isDrift(beyond: 0.05))
    for _ in 0..<10 { stability.update(2) }
    #expect(stability.isDrift(beyond: 0.05))
  }

  @Test func theIndexIsThatOfItsFormula() {
    var stability = PopulationStability(edges: [0, 1], shares: [0.25, 0.5, 0.25])
    #expect(stability.index == 0)
    for value in [-1, 0, 0.5, 1, 2, 3] { stability.update(value) }
    // Now 1/6, 2/6, 3/6.
    let expected = (1.0 / 6 - 0.25) * -0.4054651081 + (2.0 / 6 - 0.5) * -0.4054651081 + 0.25 * 0.6931471806
    #expect(abs(stability.index - expected) < 1e-9)
    #expect(stability.level == .none)
  }

  @Test func missingIsCountedApartAndInfinitiesAreOuter() {
    var stability = PopulationStability(edges: [0], shares: [0.5, 0.5])
    for value in [Double.nan, .nan, .infinity, -.infinity, 1] { stability.update(value) }
    #expect(stability.missingCount == 2 && stability.count == 3 && stability.counts == [1, 2])
  }

  @Test func aConstantFeatureIsAReferenceToo() throws {
    var stability = try #require(PopulationStability(learning: [Double](repeating: 3, count: 100)))
    for _ in 0..<600 { stability.update(3) }
    #expect(stability.level == .none)
    for _ in 0..<600 { stability.update(2) }
    #expect(stability.level == .act && stability.index.isFinite)
    #expect(PopulationStability(learning: [1, .nan]) == nil)
  }

  @Test func anUnusableReferenceIsTold() {
    #expect(PopulationStability.isUsable(edges: [0], shares: [0.5, 0.5]))
    #expect(!PopulationStability.isUsable(edges: [], shares: [1]))
    #expect(!PopulationStability.isUsable(edges: [1, 0], shares: [0.3, 0.3, 0.4]))
    #expect(!PopulationStability.isUsable(edges: [.nan], shares: [0.5, 0.5]))
    #expect(!PopulationStability.isUsable(edges: [0], shares: [0.5, .infinity]))
    #expect(!PopulationStability.isUsable(edges: [0], shares: [0.5]))
  }

  @Test func itsCountsContinue() throws {
    var values = SeededNumbers(default: 52)
    var stability = try reference(&values)
    for _ in 0..<777 { stability.update(values.pairedGaussian() + 0.2) }
    stability.update(.nan)
    let writer = StateWriter(reserving: 0)
    stability.encode(into: writer)
    var copy = stability
    copy.reset()
    var reader = StateReader(writer.bytes[...])
    try copy.restore(from: &reader)
    let memory = StateWriter(reserving: 0)
    stability.correlation.encode(into: memory)
    var second = StateReader(memory.bytes[...])
    try copy.restoreCorrelation(from: &second)
    #expect(reader.isAtEnd && second.isAtEnd && copy == stability && copy.index == stability.index)
    var other = PopulationStability(edges: [0], shares: [0.5, 0.5])
    var again = StateReader(writer.bytes[...])
    #expect(throws: StateReader.Damaged.self) { try other.restore(from: &again) }
  }
}
