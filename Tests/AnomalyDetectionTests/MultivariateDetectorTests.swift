import AnomalyDetection
import Seeded
import StateCoding
import Testing

private func learned(_ rows: inout SeededNumbers, columnCount: Int = 4) -> MultivariateDetector {
  var detector = MultivariateDetector(columnCount: columnCount)
  for _ in 0..<400 {
    let reading = detector.update(rows.row(columnCount))
    #expect(reading.isLearning && !reading.isAlert && reading.score == 0)
  }
  return detector
}

@Suite struct MultivariateDetectorTests {
  @Test func aStepInTwoColumnsIsFoundAndNoiseIsNot() {
    var rows = SeededNumbers(default: 11)
    var detector = learned(&rows)
    var alerts = 0
    for _ in 0..<5000 { alerts += detector.update(rows.row(4)).isAlert ? 1 : 0 }
    #expect(alerts < 150)
    var delay = 0
    while delay < 200 {
      delay += 1
      let row = rows.row(4)
      if detector.update([row[0] + 3, row[1] - 3, row[2], row[3]]).isAlert { break }
    }
    #expect(delay < 25)
    for _ in 0..<30 {
      let row = rows.row(4)
      _ = detector.update([row[0] + 3, row[1] - 3, row[2], row[3]])
    }
    #expect(detector.deviations[0] > 2 && detector.deviations[1] < -2)
  }

  @Test func aColumnThatWanderedInLearningMayWanderOnAndAQuietOneMayNot() {
    var rows = SeededNumbers(default: 12)
    var quiet = MultivariateDetector(columnCount: 1)
    var alerts = 0
    for _ in 0..<6 {
      var wandering = MultivariateDetector(columnCount: 1)
      var level = 0.0
      for i in 0..<2400 {
        level += 0.1 * rows.pairedGaussian()
        let reading = wandering.update([20 + level + 0.2 * rows.pairedGaussian()])
        alerts += i >= 400 && reading.isAlert ? 1 : 0
      }
    }
    for _ in 0..<400 { _ = quiet.update([20 + 0.2 * rows.pairedGaussian()]) }
    print("six random walks: \(alerts) of 12,000 rows in alarm")
    #expect(alerts < 4000)
    var isFound = false
    for _ in 0..<60 { isFound = quiet.update([21 + 0.2 * rows.pairedGaussian()]).isAlert || isFound }
    #expect(isFound)
  }

  @Test func theCentreFollowsSlowChangeButIsFrozenInAlarm() {
    var rows = SeededNumbers(default: 13)
    var detector = learned(&rows, columnCount: 2)
    var alerts = 0
    for i in 0..<20_000 {
      let drift = Double(i) * 0.0003
      let row = rows.row(2)
      alerts += detector.update([row[0] + drift, row[1] + drift]).isAlert ? 1 : 0
    }
    #expect(alerts < 1000)
    for _ in 0..<10_000 { _ = detector.update([30, 30]) }
    #expect(detector.update([30, 30]).isAlert)
  }

  @Test func aLastingChangeIsLearnedAnewWhereThatIsAskedFor() {
    var rows = SeededNumbers(default: 20)
    var parameters = MultivariateDetector.Parameters()
    parameters.relearnCount = 300
    var detector = MultivariateDetector(columnCount: 1, parameters)
    for _ in 0..<400 { _ = detector.update(rows.row(1)) }
    var alerts = 0
    for _ in 0..<2000 { alerts += detector.update([50 + rows.pairedGaussian()]).isAlert ? 1 : 0 }
    #expect(alerts >= 300 && alerts < 500)
  }

  @Test func whatIsNoMeasurementIsLeftOut() {
    var rows = SeededNumbers(default: 14)
    var detector = learned(&rows)
    var twin = detector
    for bad in [Double.nan, .infinity, -.infinity, 1e101] {
      let row = rows.row(4)
      let reading = detector.update([row[0], bad, row[2], row[3]])
      #expect(reading.score.isFinite && !reading.isAlert)
      #expect(detector.deviations[1] == 0)
      _ = twin.update(row)
    }
    // Nothing measured: the last answer stays, and nothing is learned.
    let before = detector
    let last = detector.update([1e6, 1e6, 0, 0])
    var after = detector
    #expect(after.update([.nan, .nan, .nan, .nan]) == last)
    #expect(before != detector && after.deviations == [0, 0, 0, 0])
  }

  @Test func aRowOfAnotherLengthIsRefusedAndNotUsed() {
    var rows = SeededNumbers(default: 15)
    var detector = learned(&rows)
    let before = detector
    for row in [[], [1.0], [1, 2, 3], [1, 2, 3, 4, 5]] as [[Double]] {
      let reading = detector.update(row)
      #expect(reading.isRefused && !reading.isAlert)
    }
    #expect(detector == before)
  }

  @Test func aConstantColumnIsADeviationOnlyWhenItMovesByMoreThanADigit() {
    var detector = MultivariateDetector(columnCount: 2)
    for _ in 0..<400 { _ = detector.update([50, 0]) }
    for _ in 0..<100 { #expect(detector.update([50, 0]).score == 0) }
    #expect(!detector.update([50.1, 0]).isAlert)
    var isFound = false
    for _ in 0..<50 { isFound = detector.update([60, 0]).isAlert || isFound }
    #expect(isFound)
  }

  /// Noise, noise on a level, a coarse digit, a wandering level, a setting, a flag; a fault in the first two from row 900 on.
  private func mixedRow(_ i: Int, _ level: inout Double, _ rows: inout SeededNumbers) -> [Double] {
    level += 0.05 * rows.pairedGaussian()
    let fault = 900..<1000 ~= i ? 4.0 : 0
    return [
      fault + rows.pairedGaussian(), 230 + 0.01 * (fault + rows.pairedGaussian()),
      (2 * rows.pairedGaussian()).rounded() / 4,
      level + rows.pairedGaussian(), i < 1200 ? 50 : 60, 1400..<1420 ~= i ? 1 : 0,
    ]
  }

  private func readings(_ change: (Int, Double) -> Double) -> [MultivariateDetector.Reading] {
    var rows = SeededNumbers(default: 21)
    var detector = MultivariateDetector(columnCount: 6)
    var level = 10.0
    return (0..<1700).map { i in
      detector.update(mixedRow(i, &level, &rows).enumerated().map { change($0.offset, $0.element) })
    }
  }

  @Test func theUnitOfAColumnDoesNotMatter() {
    let plain = readings { $1 }
    #expect(plain[900..<1000].contains(where: \.isAlert) && plain[1200...].contains(where: \.isAlert))
    #expect(plain[400..<900].contains { !$0.isAlert })
    for column in 0..<6 {
      // By a power of two nothing is rounded otherwise.
      for factor in [0x1p-60, 0x1p-10, -8, 0x1p60] {
        #expect(readings { $0 == column ? $1 * factor : $1 } == plain, "column \(column) by \(factor)")
      }
      for factor in [1e-12, 0.01, 100, 3e7] {
        let alerts = readings { $0 == column ? $1 * factor : $1 }.map(\.isAlert)
        #expect(alerts == plain.map(\.isAlert), "column \(column) by \(factor)")
      }
    }
  }

  @Test func whereAMovingColumnHasItsZeroDoesNotMatter() {
    let plain = readings { $1 }.map(\.isAlert)
    for column in 0..<4 {
      for offset in [-230.0, 1000, 100_000] {
        #expect(readings { $0 == column ? $1 + offset : $1 }.map(\.isAlert) == plain, "column \(column), \(offset)")
      }
    }
  }

  @Test func aFlagThatFallsBackEndsItsAlarmAndHidesNoFault() {
    var rows = SeededNumbers(default: 22)
    var detector = MultivariateDetector(columnCount: 3)
    var alerts: [Bool] = []
    for i in 0..<1500 {
      let fault = i >= 1200 ? 6.0 : 0
      let flag: Double = 600..<620 ~= i ? 1 : 0
      alerts.append(
        detector.update([fault + rows.pairedGaussian(), fault + rows.pairedGaussian(), flag]).isAlert)
    }
    #expect(alerts[600..<620].contains(true))
    #expect(!alerts[700..<1200].contains(true))
    #expect(alerts[1220..<1500].allSatisfy { $0 })
  }

  @Test func oneDigitOfAColumnThatHardlyMovesIsNoAlarm() {
    var detector = MultivariateDetector(columnCount: 1)
    var alerts = 0
    for i in 0..<2000 {
      let digit: Double = i == 200 || i >= 600 ? 0.1 : 0
      alerts += detector.update([500 + digit]).isAlert ? 1 : 0
    }
    #expect(alerts == 0)
  }

  @Test func aColumnThatComesLateLearnsOnItsOwn() {
    var rows = SeededNumbers(default: 16)
    var detector = MultivariateDetector(columnCount: 2)
    for _ in 0..<400 { _ = detector.update([rows.pairedGaussian(), .nan]) }
    #expect(!detector.update([rows.pairedGaussian(), .nan]).isLearning)
    for _ in 0..<400 { _ = detector.update([rows.pairedGaussian(), 5 + rows.pairedGaussian()]) }
    _ = detector.update([0, 5])
    #expect(detector.deviations[1] != 0)
  }

  @Test func oneOfManyColumnsMayBeLargeByChance() {
    var rows = SeededNumbers(default: 17)
    var detector = MultivariateDetector(columnCount: 64)
    var alerts = 0
    for i in 0..<1400 {
      let reading = detector.update(rows.row(64))
      if i >= 400 { alerts += reading.isAlert ? 1 : 0 }
    }
    print("64 columns of noise: \(alerts) of 1,000 rows in alarm")
    #expect(alerts < 60)
  }

  @Test func itsStateContinuesBitForBit() throws {
    let seed = SeededNumbers.seed(default: 18)
    for cut in [0, 1, 79, 80, 399, 400, 401, 700] {
      var rows = SeededNumbers(seed)
      var detector = MultivariateDetector(columnCount: 3)
      for i in 0..<cut {
        _ = detector.update([rows.pairedGaussian(), i % 7 == 0 ? .nan : rows.pairedGaussian(), cut > 500 ? 0 : 1])
      }
      let writer = StateWriter(reserving: 0)
      detector.encode(into: writer)
      var reader = StateReader(writer.bytes[...])
      var copy = try MultivariateDetector(from: &reader)
      #expect(reader.isAtEnd && copy == detector)
      for _ in 0..<500 {
        let row = rows.row(3)
        #expect(copy.update(row) == detector.update(row))
      }
      #expect(copy == detector)
    }
  }

  @Test func aDamagedStateIsRefused() throws {
    var rows = SeededNumbers(default: 19)
    for count in [10, 500] {
      var detector = MultivariateDetector(columnCount: 3)
      for _ in 0..<count { _ = detector.update(rows.row(3)) }
      let writer = StateWriter(reserving: 0)
      detector.encode(into: writer)
      let bytes = writer.bytes
      for end in stride(from: 0, to: bytes.count, by: 7) {
        var reader = StateReader(bytes[..<end])
        #expect(throws: StateReader.Damaged.self) { _ = try MultivariateDetector(from: &reader) }
      }
      // Any byte: refused, or a detector that goes on with finite scores.
      for i in bytes.indices {
        var damaged = bytes
        damaged[i] ^= UInt8(1 << (i % 8))
        var reader = StateReader(damaged[...])
        guard var copy = try? MultivariateDetector(from: &reader), copy.columnCount == 3 else { continue }
        for _ in 0..<3 { #expect(copy.update(rows.row(3)).score.isFinite) }
      }
    }
  }

  @Test func itHoldsAFewHundredBytesASignal() {
    var detector = MultivariateDetector(columnCount: 8)
    print("8 columns: \(detector.memoryBytes) bytes while learning")
    for i in 0..<400 { _ = detector.update([Double](repeating: Double(i % 5), count: 8)) }
    print("8 columns: \(detector.memoryBytes) bytes")
    #expect(detector.memoryBytes <= 8 * 64)
  }
}
