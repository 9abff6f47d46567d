import ColdChain
import Foundation
import Testing

private let second: Int64 = 1_000_000_000
private let hour = 3600 * second

/// One temperature held for a time, nil for time of which nothing is known.
private struct Span {
  var celsius: Double?
  var ns: Int64
}

/// The formula as the pharmacopoeia prints it, over every span that lies in the window: the oracle.
private func direct(_ spans: [Span], windowNs: Int64) -> (celsius: Double, heldNs: Int64)? {
  let bucket = windowNs / 120
  let now = spans.reduce(0) { $0 + $1.ns }
  let begin = now / bucket * bucket - 119 * bucket
  let activation = 83.144 / 0.0083144
  var at: Int64 = 0
  var held: Int64 = 0
  var rates = 0.0
  for span in spans {
    let inside = max(0, at + span.ns - max(at, begin))
    at += span.ns
    guard let celsius = span.celsius, inside > 0 else { continue }
    held += inside
    rates += exp(-activation / (celsius + 273.15)) * Double(inside)
  }
  return held == 0 ? nil : (activation / -log(rates / Double(held)) - 273.15, held)
}

private func fed(_ spans: [Span], windowNs: Int64) -> MeanKineticTemperature {
  var mkt = MeanKineticTemperature(windowNs: windowNs)
  for span in spans {
    if let celsius = span.celsius { mkt.hold(celsius, forNs: span.ns) } else { mkt.skip(span.ns) }
  }
  return mkt
}

@Suite struct MeanKineticTemperatureTests {
  @Test func nothingKnownIsNoTemperature() {
    #expect(fed([], windowNs: hour).celsius == nil)
    #expect(fed([Span(celsius: nil, ns: hour)], windowNs: hour).celsius == nil)
  }

  @Test(arguments: [-196.0, -80, -20, 0, 5, 25, 60, 200]) func steadyTemperatureIsItsOwnMean(_ celsius: Double) throws {
    let mkt = fed([Span(celsius: celsius, ns: 3 * hour)], windowNs: hour)
    #expect(abs(try #require(mkt.celsius) - celsius) < 1e-9)
  }

  @Test func fewWarmHoursWeighMoreThanTheirTime() throws {
    // By hand: (10000 K) / -ln((22·e^(-10000/278.15) + 2·e^(-10000/303.15)) / 24) = 284.2306 K.
    let mkt = fed([Span(celsius: 5, ns: 22 * hour), Span(celsius: 30, ns: 2 * hour)], windowNs: 30 * 24 * hour)
    let arithmetic = (22 * 5.0 + 2 * 30) / 24
    let kinetic = try #require(mkt.celsius)
    #expect(kinetic > arithmetic + 3)
    let rate = (22 * exp(-10_000 / 278.15) + 2 * exp(-10_000 / 303.15)) / 24
    #expect(abs(kinetic - (10_000 / -log(rate) - 273.15)) < 1e-6)
  }

  @Test func randomHistoriesEqualTheDirectComputation() throws {
    let seed = SeededNumbers.seed(default: 71)
    var compared = 0
    for life in 0..<60 as Range<UInt64> {
      var numbers = SeededNumbers(seed &+ life)
      let window = [hour / 10, hour, 24 * hour, 720 * hour].randomElement(using: &numbers)!
      let longest = window / [2, 20, 400].randomElement(using: &numbers)!
      var spans: [Span] = []
      var mkt = MeanKineticTemperature(windowNs: window)
      for _ in 0..<400 {
        let ns = Int64.random(in: 0...longest, using: &numbers)
        let span =
          numbers.uniform() < 0.1
          ? Span(celsius: nil, ns: numbers.uniform() < 0.1 ? 5 * ns : ns)
          : Span(celsius: 5 + 12 * numbers.gaussian(), ns: ns)
        spans.append(span)
        if let celsius = span.celsius { mkt.hold(celsius, forNs: ns) } else { mkt.skip(span.ns) }
        let expected = direct(spans, windowNs: window)
        #expect(mkt.heldNs == expected?.heldNs ?? 0)
        #expect(abs((mkt.celsius ?? 0) - (expected?.celsius ?? 0)) < 1e-6, "seed \(seed &+ life)")
        compared += 1
      }
    }
    #expect(compared == 24_000)
  }

  @Test func monthsOfSamplesLeaveNoRoundingBehind() throws {
    // 200,000 samples a minute apart, then a window of one temperature: nothing of before may be seen.
    var mkt = MeanKineticTemperature(windowNs: 24 * hour)
    var numbers = SeededNumbers(5)
    for _ in 0..<200_000 { mkt.hold(5 + 30 * numbers.gaussian(), forNs: 60 * second) }
    mkt.hold(4, forNs: 24 * hour)
    #expect(abs(try #require(mkt.celsius) - 4) < 1e-9)
  }

  @Test func longSpansEqualTheSameInPieces() {
    for ns in [hour - 1, hour, 2 * hour, 7 * hour + 12_345, 1000 * hour + 1] {
      let whole = fed([Span(celsius: 20, ns: 17), Span(celsius: 3, ns: ns)], windowNs: hour)
      let pieces = fed(
        [Span(celsius: 20, ns: 17)] + (0..<7).map { _ in Span(celsius: 3, ns: ns / 7) }
          + [Span(celsius: 3, ns: ns % 7)], windowNs: hour)
      #expect(whole.heldNs == pieces.heldNs)
      #expect(abs(whole.celsius! - pieces.celsius!) < 1e-9)
    }
  }
}
