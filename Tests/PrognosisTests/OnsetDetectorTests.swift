import Prognosis
import Seeded
import StateCoding
import Testing

@Suite struct OnsetDetectorTests {
  private let parameters = OnsetDetector.Parameters()

  private func learned(_ numbers: inout SeededNumbers) -> OnsetDetector {
    var detector = OnsetDetector()
    for _ in 0..<50 { detector.update(10 + numbers.gaussian(), parameters) }
    return detector
  }

  @Test func beginsAtTheThirdValueInARowBeyondThreeDeviations() {
    var numbers = SeededNumbers(default: 21)
    var detector = learned(&numbers)
    #expect(detector.isReady && abs(detector.mean - 10) < 0.6 && abs(detector.deviation - 1) < 0.3)
    let beyond = detector.mean + 3.01 * detector.deviation
    let within = detector.mean + 2.99 * detector.deviation
    for value in [beyond, beyond, within, beyond, beyond] {
      detector.update(value, parameters)
      #expect(!detector.hasBegun)
    }
    detector.update(beyond, parameters)
    #expect(detector.hasBegun)
  }

  @Test func healthyNoiseOfAHundredThousandValuesBeginsNothing() {
    var numbers = SeededNumbers(default: 22)
    var detector = learned(&numbers)
    for _ in 0..<100_000 { detector.update(10 + numbers.gaussian(), parameters) }
    #expect(!detector.hasBegun)
  }

  @Test func onsetIsTakenBackOnlyAfterManyValuesWithin() {
    var numbers = SeededNumbers(default: 23)
    var detector = learned(&numbers)
    for _ in 0..<3 { detector.update(100, parameters) }
    for _ in 0..<29 { detector.update(10, parameters) }
    #expect(detector.hasBegun)
    detector.update(100, parameters)
    for _ in 0..<29 { detector.update(10, parameters) }
    #expect(detector.hasBegun)
    detector.update(10, parameters)
    #expect(!detector.hasBegun)
  }

  @Test func constantIndexHasAFloorAndUnusableValuesAreIgnored() {
    var detector = OnsetDetector()
    for _ in 0..<50 { detector.update(20, parameters) }
    #expect(detector.deviation == 0.2)
    let before = detector
    for value in [Double.nan, .infinity, -.infinity, 1e101] {
      let z = detector.update(value, parameters)
      #expect(z == nil)
    }
    #expect(detector == before)
    var zero = OnsetDetector()
    for _ in 0..<50 { zero.update(0, parameters) }
    let far = zero.update(1, parameters)
    #expect(zero.deviation == 1e-9 && far == OnsetDetector.largestScore)
    var wild = OnsetDetector()
    for i in 0..<50 { wild.update(i % 2 == 0 ? 1e100 : -1e100, parameters) }
    #expect(wild.isReady && wild.deviation.isFinite)
  }

  @Test func stateIsWrittenAndReadBitForBit() throws {
    var numbers = SeededNumbers(default: 24)
    var detector = OnsetDetector()
    for i in 0..<200 {
      detector.update(10 + numbers.gaussian() + (i > 120 ? 5 : 0), parameters)
      let writer = StateWriter(reserving: 64)
      detector.encode(into: writer)
      var reader = StateReader(writer.bytes[...])
      #expect(try OnsetDetector(from: &reader) == detector && reader.isAtEnd)
    }
    #expect(detector.hasBegun)
  }
}
