import Foundation
import Seeded
import Spectra

/// A 6205 on a shaft: noise, unbalance, and impacts of a fault with 1 % of jitter that ring at a resonance; an inner ring's are
/// modulated by the turn of the shaft, a ball's by the turn of the cage (McFadden & Smith 1984).
struct SyntheticBearing {
  var sampleRateHz = 12000.0
  var speedRpm = 1797.0
  var resonanceHz = 3100.0
  var impact = 0.6
  var noise = 0.1
  var fault: BearingFault?

  static let geometry = BearingCatalogue.entry("6205")!.geometry

  func block(_ count: Int, _ numbers: inout SeededNumbers) -> [Float] {
    let shaftHz = speedRpm / 60
    let orders = Self.geometry.orders
    let phase = numbers.uniform()
    var samples = (0..<count).map { i in
      noise * numbers.gaussian() + 0.1 * sin(2 * .pi * (shaftHz * Double(i) / sampleRateHz + phase))
    }
    guard let fault else { return samples.map(Float.init) }
    let period = 1 / (orders.line(fault) * shaftHz)
    let modulation = fault == .outer ? 0 : orders.modulation(fault) * shaftHz
    var time = period * (numbers.uniform() - 1)
    while time < Double(count) / sampleRateHz {
      let strength = impact * (1 + 0.8 * cos(2 * .pi * modulation * time))
      let first = max(0, Int((time * sampleRateHz).rounded(.up)))
      for i in first..<min(count, max(first, first + 60)) {
        let t = Double(i) / sampleRateHz - time
        samples[i] += strength * exp(-t / 0.0008) * sin(2 * .pi * resonanceHz * t)
      }
      time += period * (1 + 0.01 * numbers.gaussian())
    }
    return samples.map(Float.init)
  }
}

extension SyntheticBearing {
  /// From `speedRpm` to `factor` times that at the end, evenly; a tachometer of `pulsesPerTurn` with it, noise on its signal.
  func runUp(
    _ count: Int, factor: Double, pulsesPerTurn: Int = 1, _ numbers: inout SeededNumbers
  ) -> (vibration: [Float], tachometer: [Float]) {
    let startHz = speedRpm / 60
    let growth = startHz * (factor - 1) / (Double(count) / sampleRateHz)
    func turns(_ t: Double) -> Double { startHz * t + growth * t * t / 2 }
    func time(_ turns: Double) -> Double {
      growth == 0 ? turns / startHz : ((startHz * startHz + 2 * growth * turns).squareRoot() - startHz) / growth
    }
    var vibration: [Double] = []
    var tachometer: [Float] = []
    for i in 0..<count {
      let turn = turns(Double(i) / sampleRateHz)
      vibration.append(noise * numbers.gaussian() + 0.1 * sin(2 * .pi * turn))
      let mark = turn * Double(pulsesPerTurn)
      tachometer.append(Float((mark - mark.rounded(.down) < 0.3 ? 5 : 0) + 0.05 * numbers.gaussian()))
    }
    guard let fault else { return (vibration.map(Float.init), tachometer) }
    let period = 1 / Self.geometry.orders.line(fault)
    let modulation = fault == .outer ? 0 : Self.geometry.orders.modulation(fault)
    var turn = period * numbers.uniform()
    while turn < turns(Double(count) / sampleRateHz) {
      let strength = impact * (1 + 0.8 * cos(2 * .pi * modulation * turn))
      let start = time(turn)
      let first = Int((start * sampleRateHz).rounded(.up))
      for i in min(first, count)..<min(count, first + 60) {
        let t = Double(i) / sampleRateHz - start
        vibration[i] += strength * exp(-t / 0.0008) * sin(2 * .pi * resonanceHz * t)
      }
      turn += period * (1 + 0.01 * numbers.gaussian())
    }
    return (vibration.map(Float.init), tachometer)
  }
}

extension WaveformAnalyser {
  @discardableResult
  func begin(_ samples: [Float], speedRpm: Double?) -> Outcome {
    samples.withUnsafeBufferPointer { begin($0, speedRpm: speedRpm) }
  }
}

func add(_ analyser: WaveformAnalyser, _ evidence: inout BearingEvidence) -> Bool { evidence.add(analyser) }

func sine(_ count: Int, hz: Double, amplitude: Double, rateHz: Double, phase: Double = 0.3) -> [Float] {
  (0..<count).map { Float(amplitude * sin(2 * .pi * hz * Double($0) / rateHz + phase)) }
}
