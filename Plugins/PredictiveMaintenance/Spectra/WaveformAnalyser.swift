// A block of a vibration sensor: taken in once, then asked for numbers. What they are made from (time domain, spectrum, kurtogram, the
// envelope of a band, the bank of bands) is made when it is first asked for and kept until the next block.
//
// Bad blocks. NaN or infinite samples: the block is not used, every number is NaN. All samples the same: mean, and rms and peak of 0;
// the rest is NaN, as nothing divides by nothing. A wrong length: NaN. A speed that is not known (nil, not finite, not above zero): what
// needs orders is NaN. A wrong sample rate or speed: the lines of one fault may stand where another's are expected; what `SpeedFit` does
// not see of that is diagnosed as the wrong part.
//
// No state is carried from block to block: there is nothing to checkpoint, and equal blocks give equal numbers bit for bit.

import CKissFFT

/// Plans, room and the numbers of the block at hand.
package final class WaveformAnalyser {
  package struct Configuration: Equatable, Sendable {
    package var sampleRateHz: Double
    package var bearing: BearingGeometry?
    package var unit: AccelerationUnit

    /// - Parameter sampleRateHz: positive and finite.
    package init(sampleRateHz: Double, bearing: BearingGeometry? = nil, unit: AccelerationUnit = .g) {
      precondition(sampleRateHz.isFinite && sampleRateHz > 0, "the configuration reader checks the sample rate")
      self.sampleRateHz = sampleRateHz
      self.bearing = bearing
      self.unit = unit
    }
  }

  package static let sampleCounts = 16...65536

  package enum Outcome: Equatable, Sendable {
    case usable
    /// Every sample is the same.
    case flat(value: Double)
    /// So many samples are NaN or infinite.
    case invalid(samples: Int)
    /// Not within `sampleCounts`.
    case wrongLength
  }

  package let configuration: Configuration
  package let orders: FaultOrders?
  package private(set) var outcome = Outcome.wrongLength
  /// Turns a second; nil when not known.
  package private(set) var shaftHz: Double?

  private let plans = FourierPlans()
  private let block = ScratchBuffer<Float>()
  private var sampleCount = 0
  private var mean = 0.0
  private var peak = 0.0
  private var moments: WaveformMoments?
  private let spectrumRoom = BlockSpectrum()
  private var hasSpectrum = false
  private let whiteRoom = ScratchBuffer<kiss_fft_cpx>()
  private var hasWhite = false
  private let kurtogram = Kurtogram()
  private var band: Kurtogram.Band?
  private let envelopes = [EnvelopeSpectrum(), EnvelopeSpectrum(), EnvelopeSpectrum()]
  private var hasEnvelope = [false, false, false]
  private let bank = EnvelopeBank()
  private var hasBank = false
  private var hasScan = false

  package init(_ configuration: Configuration) {
    self.configuration = configuration
    orders = configuration.bearing?.orders
  }

  /// Takes a block in; the samples are copied.
  package func begin(_ samples: UnsafeBufferPointer<Float>, speedRpm: Double?) -> Outcome {
    shaftHz = speedRpm.flatMap { $0.isFinite && $0 > 0 ? $0 / 60 : nil }
    moments = nil
    hasSpectrum = false
    hasWhite = false
    for i in hasEnvelope.indices { hasEnvelope[i] = false }
    hasBank = false
    hasScan = false
    outcome = take(samples)
    return outcome
  }

  private func take(_ samples: UnsafeBufferPointer<Float>) -> Outcome {
    sampleCount = samples.count
    guard Self.sampleCounts.contains(samples.count), let base = samples.baseAddress else { return .wrongLength }
    let (sum, low, high) = WaveformMoments.sumAndRange(samples)
    guard sum.isFinite else { return .invalid(samples: samples.reduce(0) { $0 + ($1.isFinite ? 0 : 1) }) }
    guard high > low else {
      moments = WaveformMoments(flat: Double(low))
      return .flat(value: Double(low))
    }
    mean = sum / Double(samples.count)
    peak = max(Double(high) - mean, mean - Double(low))
    block.reserve(samples.count).update(from: base, count: samples.count)
    return .usable
  }

  /// Samples per second over two.
  package var nyquistHz: Double { configuration.sampleRateHz / 2 }

  func timeDomain() -> WaveformMoments {
    if let moments { return moments }
    let made = WaveformMoments(UnsafeBufferPointer(start: block.base, count: sampleCount), mean: mean, peak: peak)
    moments = made
    return made
  }

  func spectrum() -> BlockSpectrum {
    if !hasSpectrum {
      spectrumRoom.transform(
        UnsafeBufferPointer(start: block.base, count: sampleCount),
        count: FourierPlans.fastSize(within: sampleCount, multipleOf: 2), mean: mean,
        sampleRateHz: configuration.sampleRateHz, plans: plans)
      hasSpectrum = true
    }
    return spectrumRoom
  }

  /// The spectrum's bins, each of magnitude n / 2 (as if the block were noise of a mean square of n / 4); one that is 0 stays.
  private func white() -> UnsafePointer<kiss_fft_cpx> {
    let spectrum = spectrum()
    if !hasWhite {
      let count = spectrum.lastBin + 1
      let room = whiteRoom.reserve(count)
      let magnitude = Float(spectrum.sampleCount) / 2
      for k in 0..<count {
        let bin = spectrum.bins[k]
        let size = (bin.r * bin.r + bin.i * bin.i).squareRoot()
        let factor = size > 0 && size.isFinite ? magnitude / size : 0
        room[k] = kiss_fft_cpx(r: factor * bin.r, i: factor * bin.i)
      }
      hasWhite = true
    }
    return UnsafePointer(whiteRoom.base)
  }

  /// Of a usable block; the bank has none of its own.
  func envelope(_ band: EnvelopeBand) -> EnvelopeSpectrum {
    let slot = band == .automatic ? 0 : band == .whole ? 1 : 2
    let envelope = envelopes[slot]
    if hasEnvelope[slot] { return envelope }
    let spectrum = spectrum()
    var (low, wanted) = (0, spectrum.lastBin)
    if band == .automatic, let chosen = chosenBand() { (low, wanted) = (chosen.lowBin, chosen.bins) }
    envelope.demodulate(
      band == .white ? white() : spectrum.bins, low: low, wanted: wanted, blockCount: spectrum.sampleCount,
      resolutionHz: spectrum.resolutionHz, plans: plans)
    hasEnvelope[slot] = true
    return envelope
  }

  /// Wide enough for the third harmonic of the fastest line, when it is known.
  func chosenBand() -> Kurtogram.Band? {
    if !hasEnvelope[0] {
      let fastest = (orders?.inner ?? 0) * (shaftHz ?? 0)
      band = kurtogram.bestBand(of: spectrum(), minWidthHz: 3.2 * fastest, plans: plans)
    }
    return band
  }

  /// - Parameter scans: the scores at other speeds as well, which features have no use for.
  func bankLines(scans: Bool = false) -> EnvelopeLines? {
    guard let orders, let shaftHz else { return nil }
    if !hasBank || (scans && !hasScan) {
      let spectrum = spectrum()
      bank.read(
        plain: spectrum.bins, white: white(), spectrum: spectrum, orders: orders, shaftHz: shaftHz, scans: scans,
        plans: plans)
      hasBank = true
      hasScan = scans
    }
    return bank.lines
  }

  /// How the faults' lines fit at other speeds; nil where they cannot be shown at the stated one.
  func speedScan() -> SpeedScan? { bankLines(scans: true) == nil ? nil : bank.scan }
}
