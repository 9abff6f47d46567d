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
    #expect(reader.isAtEnd && copy == stability && copy.index == stability.index)
    var other = PopulationStability(edges: [0], shares: [0.5, 0.5])
    var again = StateReader(writer.bytes[...])
    #expect(throws: StateReader.Damaged.self) { try other.restore(from: &again) }
  }
}
