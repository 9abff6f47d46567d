import Foundation
import Spectra
import Testing

@Suite struct OrderTrackingTests {
  /// A run-up from 20 to 30 turns a second within a second: turns made until time t.
  private func turns(_ t: Double) -> Double { 20 * t + 5 * t * t }

  @Test func lineThatARunUpSmearsIsOneAgainAtEqualAngles() throws {
    let rate = 8192.0
    let count = 16384
    // Order 7.5 and a pulse at each turn, as a square wave of 10 % duty.
    let vibration = (0..<count).map { Float(sin(2 * .pi * 7.5 * turns(Double($0) / rate))) }
    let tachometer = (0..<count).map { i -> Float in
      let turn = turns(Double(i) / rate)
      return turn - turn.rounded(.down) < 0.1 ? 5 : 0
    }
    let pulses = tachometer.withUnsafeBufferPointer { TachometerPulses.positions($0) }
    #expect(pulses.count == 59)
    let resampler = try #require(AngleResampler(pulsesPerTurn: 1, samplesPerTurn: 64))
    let speeds = resampler.speedsRpm(pulses: pulses, sampleRateHz: rate)
    #expect(abs(try #require(speeds.first) - 60 * 20.5) < 30)
    #expect(zip(speeds, speeds.dropFirst()).allSatisfy { $0 < $1 + 8 })
    let angular = vibration.withUnsafeBufferPointer { resampler.resample($0, pulses: pulses) }
    #expect(angular.count == 58 * 64)

    // In orders: 64 samples a turn, one turn a second.
    let analyser = WaveformAnalyser(.init(sampleRateHz: 64))
    #expect(analyser.begin(angular, speedRpm: 60 * 7.5) == .usable)
    #expect(abs(analyser.value(of: .orderAmplitude(1)) - 1) < 0.05)
    #expect(abs(analyser.value(of: .spectralCentroidHz) - 7.5) < 0.2)
    // Without it, most of the line is elsewhere.
    let smeared = WaveformAnalyser(.init(sampleRateHz: rate))
    smeared.begin(vibration, speedRpm: 60 * 7.5 * 30)
    #expect(smeared.value(of: .orderAmplitude(1)) < 0.5)
  }

  @Test func noiseOnAnEdgeIsOnePulse() {
    let signal: [Float] = [0, 0, 0.4, 0.6, 0.45, 0.7, 1, 1, 0.6, 0.45, 0.6, 0.1, 0, 0.9, 1, 0]
    let positions = signal.withUnsafeBufferPointer { TachometerPulses.positions($0) }
    #expect(positions.count == 2)
    #expect(abs(positions[0] - 2.5) < 1e-6)
    for bad in [[], [1], [2, 2, 2], [0, .nan, 1, 0, 1]] as [[Float]] {
      #expect(bad.withUnsafeBufferPointer { TachometerPulses.positions($0) }.isEmpty)
    }
  }

  @Test func pulsesThatCannotBeGiveNothing() throws {
    #expect(AngleResampler(pulsesPerTurn: 0, samplesPerTurn: 64) == nil)
    #expect(AngleResampler(pulsesPerTurn: 1, samplesPerTurn: 4) == nil)
    let resampler = try #require(AngleResampler(pulsesPerTurn: 1, samplesPerTurn: 8))
    let block = sine(100, hz: 1, amplitude: 1, rateHz: 100)
    for pulses in [[], [5], [9, 5], [5, 5], [-3, -1], [.nan, 4], [200, 300]] as [[Double]] {
      #expect(block.withUnsafeBufferPointer { resampler.resample($0, pulses: pulses) }.isEmpty)
    }
    #expect(block.withUnsafeBufferPointer { resampler.resample($0, pulses: [0, 50, 99]) }.count == 16)
    // In parts as in one.
    let whole = block.withUnsafeBufferPointer { resampler.resample($0, pulses: [0, 50, 99]) }
    let parts = stride(from: 0, to: 20, by: 5).map { first in
      block.withUnsafeBufferPointer { resampler.resample($0, pulses: [0, 50, 99], from: first, count: 5) }
    }
    #expect(parts.map(\.count) == [5, 5, 5, 1] && parts.flatMap { $0 } == whole)
  }
}
