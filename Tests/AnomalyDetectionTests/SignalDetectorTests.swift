import AnomalyDetection
import Foundation
import Seeded
import StateCoding
import Testing

/// The detector of one signal on signals whose truth is known. Each is a few thousand values.
@Suite struct SignalDetectorTests {
  private static let dayCount = 288

  private func alerts(_ values: [Double], _ configuration: SignalDetector.Configuration = .init()) -> [Int] {
    var detector = SignalDetector(configuration)
    return values.indices.filter { SignalDetector.isAlert(detector.update(values[$0])) }
  }

  private func day(_ i: Int) -> Double { 20 + 10 * sin(2 * Double.pi * Double(i) / Double(Self.dayCount)) }

  // MARK: what is normal

  @Test func absurdCountsAreRefused() {
    let writer = StateWriter(reserving: 256)
    SignalDetector().encode(into: writer)
    for first in [0, 8] {
      var bytes = writer.bytes
      for i in first..<(first + 8) { bytes[i] = 0xFF }
      var reader = StateReader(bytes[...])
      #expect(throws: StateReader.Damaged.self) {
        _ = try SignalDetector(SignalDetector.Configuration(), from: &reader)
      }
    }
  }

  @Test func aConstantSignalIsNeverUnusual() {
    #expect(alerts([Double](repeating: 45, count: 3000)) == [])
    #expect(alerts([Double](repeating: 0, count: 3000), .init(probationCount: 450, knownRange: 0...0)) == [])
  }

  /// Blocks and days do not divide: a shape may come once in a way that it has not been seen.
  @Test func aSignalThatRepeatsItselfIsHardlyEverUnusualOnceItIsKnown() {
    let square = (0..<4000).map { ($0 % Self.dayCount) < 100 ? 80.0 : 20 }
    let smooth = (0..<4000).map(day)
    for values in [square, smooth] {
      #expect(alerts(values).filter { $0 > 2 * Self.dayCount }.count <= 1)
      #expect(alerts(values, .init(probationCount: 600, knownRange: 0...100)).count <= 1)
    }
  }

  @Test func noiseRaisesFewAlarms() {
    var numbers = SeededNumbers(default: 7)
    let values = (0..<4000).map { _ in numbers.uniform() }
    #expect(alerts(values).count <= 6)
  }

  // MARK: what is not

  @Test func aSpikeAndAStepAreFoundWithinABlock() throws {
    var numbers = SeededNumbers(default: 11)
    var values = (0..<4000).map { day($0) + numbers.uniform() }
    values[3100] = 75
    for i in 3600..<4000 { values[i] -= 25 }
    for configuration in [
      SignalDetector.Configuration(), .init(probationCount: 600, knownRange: -20...80),
    ] {
      let found = alerts(values, configuration).filter { $0 > 1000 }
      #expect(found.contains { (3100..<3112).contains($0) }, "\(found)")
      #expect(found.contains { (3600..<3700).contains($0) }, "\(found)")
      #expect(found.count <= 8, "\(found)")
    }
  }

  @Test func afterAnAlertThereIsNoneWithinTheRefractoryPeriod() {
    var numbers = SeededNumbers(default: 13)
    let values = (0..<6000).map { i in i % 40 == 0 ? 1000 * numbers.uniform() * numbers.uniform() : numbers.uniform() }
    let found = alerts(values, .init(probationCount: 600, knownRange: 0...1000))
    #expect(found.count > 2)
    #expect(zip(found, found.dropFirst()).allSatisfy { $1 - $0 >= 150 }, "\(found)")
    // Without a known length it grows with what was seen: from 38 values on.
    let causal = alerts(values)
    #expect(causal.count > 2)
    #expect(
      zip(causal, causal.dropFirst()).allSatisfy { Double($1 - $0) >= min(0.0625 * Double($1), 187) - 1 }, "\(causal)")
  }

  // MARK: rules

  @Test func aScoreDoesNotDependOnWhatComesLater() {
    var numbers = SeededNumbers(default: 17)
    let values = (0..<3000).map { day($0) + 5 * numbers.uniform() }
    let later = values[..<2000] + (0..<1000).map { _ in 1e9 * numbers.uniform() }
    var (a, b) = (SignalDetector(), SignalDetector())
    #expect(values[..<2000].map { a.update($0) } == later[..<2000].map { b.update($0) })
  }

  @Test func scoresAreWithinBoundsAndZeroWhileLearning() {
    var numbers = SeededNumbers(default: 19)
    var detector = SignalDetector(.init(learningCount: 500))
    for i in 0..<3000 {
      let score = detector.update(numbers.uniform() < 0.01 ? 1e6 * numbers.uniform() : numbers.uniform())
      #expect(score >= 0 && score < 1)
      if i < 500 { #expect(score == 0) }
    }
  }

  // MARK: bad input

  @Test func aValueThatIsNoMeasurementScoresZeroAndChangesNothing() {
    var numbers = SeededNumbers(default: 23)
    var (clean, dirty) = (SignalDetector(), SignalDetector())
    for i in 0..<2500 {
      for bad in [Double.nan, .infinity, -.infinity, 1e301] where i % 7 == 0 { #expect(dirty.update(bad) == 0) }
      let value = day(i) + numbers.uniform() + (i == 2000 ? 200 : 0)
      #expect(clean.update(value).bitPattern == dirty.update(value).bitPattern)
    }
    #expect(dirty.unusableCount == 4 * 358)
    #expect(clean.count == dirty.count)
  }

  @Test func oneValueAndHugeValuesAreTaken() {
    var one = SignalDetector()
    #expect(one.update(5) == 0)
    var huge = SignalDetector()
    for i in 0..<1000 {
      let score = huge.update(i % 2 == 0 ? 1e300 : -1e300)
      #expect(score.isFinite)
    }
    var tiny = SignalDetector()
    for i in 0..<1000 { #expect(tiny.update(Double(i % 3) * Double.leastNonzeroMagnitude).isFinite) }
  }

  @Test func aSignalThatWasConstantCanMove() {
    var values = [Double](repeating: 7, count: 1500)
    values[1000] = 3
    #expect(alerts(values).contains { (1000..<1012).contains($0) })
  }

  // MARK: state

  @Test func stateContinuesBitForBitFromAnywhere() throws {
    var numbers = SeededNumbers(default: 29)
    let values = (0..<3500).map { i in day(i) + 4 * numbers.uniform() + (numbers.uniform() < 0.003 ? 60 : 0) }
    for configuration in [SignalDetector.Configuration(), .init(probationCount: 500, knownRange: 0...100)] {
      var detector = SignalDetector(configuration)
      let cuts = Set((0..<6).map { _ in Int(numbers.next() % 3500) } + [0, 625, 2497])
      var restored = detector
      for (i, value) in values.enumerated() {
        if cuts.contains(i) {
          let writer = StateWriter(reserving: 0)
          restored.encode(into: writer)
          var reader = StateReader(writer.bytes[...])
          restored = try SignalDetector(configuration, from: &reader)
          #expect(reader.isAtEnd)
          #expect(restored == detector)
        }
        #expect(detector.update(value).bitPattern == restored.update(value).bitPattern)
      }
    }
  }

  @Test func damagedStateIsRefused() throws {
    var numbers = SeededNumbers(default: 31)
    var detector = SignalDetector()
    for _ in 0..<300 { _ = detector.update(numbers.uniform()) }
    let writer = StateWriter(reserving: 0)
    detector.encode(into: writer)
    let bytes = writer.bytes
    for count in stride(from: 0, to: bytes.count, by: 97) {
      var reader = StateReader(bytes[..<count])
      #expect(throws: StateReader.Damaged.self) { try SignalDetector(SignalDetector.Configuration(), from: &reader) }
    }
    for _ in 0..<200 {
      var broken = bytes
      broken[Int(numbers.next() % UInt64(broken.count))] ^= UInt8(1 << (numbers.next() % 8))
      var reader = StateReader(broken[...])
      // Refused, or a detector that works.
      if var other = try? SignalDetector(SignalDetector.Configuration(), from: &reader) {
        for i in 0..<60 { #expect(!other.update(Double(i % 5)).isNaN) }
      }
    }
  }

  @Test func stateIsBounded() {
    var numbers = SeededNumbers(default: 37)
    var detector = SignalDetector()
    var largest = 0
    for i in 0..<6000 {
      _ = detector.update(numbers.uniform() * Double(1 + i % 50))
      guard i % 500 == 499 else { continue }
      let writer = StateWriter(reserving: 0)
      detector.encode(into: writer)
      largest = max(largest, writer.bytes.count)
      if i > 3000 { #expect(writer.bytes.count <= SignalDetector.largestStateBytes / 7 + 200) }
    }
    #expect(largest <= SignalDetector.largestStateBytes)
  }
}
