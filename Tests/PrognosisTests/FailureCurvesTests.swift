import Foundation
import Prognosis
import Seeded
import StateCoding
import Testing

@Suite struct FailureCurvesTests {
  /// Health that falls ever faster and is 0 at the end: 1 − exp(−(left) / scale).
  private func curve(length: Int, scale: Double) -> [Double] {
    (0..<length).map { 1 - exp(-Double(length - 1 - $0) / scale) }
  }

  @Test func partOfAStoredCurveHasWhatWasLeftOfIt() throws {
    var curves = FailureCurves()
    for length in [120, 180, 240] {
      let isTaken = curves.append(curve(length: length, scale: Double(length) / 4))
      #expect(isTaken)
    }
    let recent = Array(curve(length: 180, scale: 45)[100..<150])
    let life = try #require(curves.remainingSteps(after: recent, .init(noiseVariance: 1e-4)))
    #expect(life.median == 30)
  }

  @Test func noisyMachineOfTheSameKindIsPlacedAmongItsLikes() throws {
    var numbers = SeededNumbers(default: 51)
    var curves = FailureCurves()
    for _ in 0..<40 {
      let length = 150 + Int(numbers.next() % 100)
      let isTaken = curves.append(curve(length: length, scale: 40).map { $0 + 0.03 * numbers.gaussian() })
      #expect(isTaken)
    }
    for left in [10, 40, 80] {
      let whole = curve(length: 200, scale: 40).map { $0 + 0.03 * numbers.gaussian() }
      let life = try #require(
        curves.remainingSteps(after: Array(whole.dropLast(left)), .init(window: 30, noiseVariance: 0.0018)))
      #expect(abs(life.median - Double(left)) < 0.2 * Double(left) + 4, "\(left): \(life)")
    }
  }

  @Test func nearestCurvesAreNamedAndOnesOwnIsLeftOut() throws {
    var curves = FailureCurves()
    for length in [120, 180, 240] {
      let isTaken = curves.append(curve(length: length, scale: Double(length) / 4))
      #expect(isTaken)
    }
    let recent = Array(curve(length: 180, scale: 45)[100..<150])
    let parameters = FailureCurves.Parameters(noiseVariance: 1e-4)
    let all = curves.neighbours(of: recent, parameters)
    #expect(all.map(\.curve).first == 1 && all.count == 3)
    #expect(all[0].steps == 30 && all[0].distance == 0 && all[0].weight == 1)
    #expect(zip(all, all.dropFirst()).allSatisfy { $0.distance <= $1.distance && $0.weight >= $1.weight })
    let others = curves.neighbours(of: recent, parameters, leavingOut: 1)
    #expect(Set(others.map(\.curve)) == [0, 2] && others[0].distance > 0 && others[0].weight == 1)
    #expect(FailureCurves.remainingSteps(of: all, coverage: 0.8) == curves.remainingSteps(after: recent, parameters))
    #expect(FailureCurves.remainingSteps(of: [], coverage: 0.8) == nil)
  }

  @Test func boundsAndUnusableValuesAreRefused() {
    var curves = FailureCurves()
    func isTaken(_ curve: [Double]) -> Bool { curves.append(curve) }
    let tooLong = Array(repeating: 1.0, count: FailureCurves.largestCurveLength + 1)
    for refused in [[], [1, .nan], [1, .infinity], tooLong] { #expect(!isTaken(refused)) }
    for _ in 0..<FailureCurves.largestCurveCount { #expect(isTaken([1, 0.5, 0])) }
    #expect(!isTaken([1, 0.5, 0]) && curves.count == FailureCurves.largestCurveCount)
    let parameters = FailureCurves.Parameters(noiseVariance: 0.01)
    #expect(curves.remainingSteps(after: [1, 0.5], parameters) == nil)
    #expect(curves.remainingSteps(after: [1, 0.5, .nan], parameters) == nil)
    #expect(curves.remainingSteps(after: [1, 1, 1, 0.5], parameters) == nil)
    #expect(curves.remainingSteps(after: [1, 0.5, 0], parameters)?.median == 0)
    #expect(FailureCurves().remainingSteps(after: [1, 0.5, 0], parameters) == nil)
  }

  @Test func stateIsWrittenAndReadAndDamageRefused() throws {
    var curves = FailureCurves()
    for length in [3, 50, 7] {
      let isTaken = curves.append(curve(length: length, scale: 5))
      #expect(isTaken)
    }
    let writer = StateWriter(reserving: 64)
    curves.encode(into: writer)
    var reader = StateReader(writer.bytes[...])
    #expect(try FailureCurves(from: &reader) == curves && reader.isAtEnd)
    for length in 0..<writer.bytes.count {
      var cut = StateReader(writer.bytes[..<length])
      #expect(throws: StateReader.Damaged.self) { try FailureCurves(from: &cut) }
    }
    var falling = writer.bytes
    falling[8] = 1
    var damaged = StateReader(falling[...])
    #expect(throws: StateReader.Damaged.self) { try FailureCurves(from: &damaged) }
  }
}
