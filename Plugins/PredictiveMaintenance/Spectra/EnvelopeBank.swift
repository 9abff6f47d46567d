// Sixteen bands, as a bearing's resonance may lie anywhere and one choice of a band, however clever, is sometimes wrong: the whole
// range, its four quarters and the three halves that overlap them, each plain and prewhitened (cepstrum prewhitening, Borghesani et
// al. 2013: each bin divided by its magnitude). A line of a fault shows in several of them, a chance peak in one: the mean of the
// prominences is what is used.

import CKissFFT

/// Envelope lines averaged over the bank.
final class EnvelopeBank {
  /// Quarters of the range from 0 to Nyquist: first and number.
  static let ranges: [(first: Int, quarters: Int)] = [
    (0, 4), (0, 1), (1, 1), (2, 1), (3, 1), (0, 2), (1, 2), (2, 2),
  ]

  private let envelope = EnvelopeSpectrum()
  private(set) var lines = EnvelopeLines()
  private var row = EnvelopeLines()
  /// Of the last block that was read with `scans`.
  let scan = SpeedScan()
  private var counts = [Double](repeating: 0, count: EnvelopeLines.count)

  func read(
    plain: UnsafePointer<kiss_fft_cpx>, white: UnsafePointer<kiss_fft_cpx>, spectrum: BlockSpectrum,
    orders: FaultOrders, shaftHz: Double, scans: Bool, plans: FourierPlans
  ) {
    lines.clear()
    scan.clear()
    for i in counts.indices { counts[i] = 0 }
    add(plain, spectrum, orders, shaftHz, scans, plans)
    add(white, spectrum, orders, shaftHz, scans, plans)
    lines.divide(by: counts)
  }

  private func add(
    _ bins: UnsafePointer<kiss_fft_cpx>, _ spectrum: BlockSpectrum, _ orders: FaultOrders, _ shaftHz: Double,
    _ scans: Bool, _ plans: FourierPlans
  ) {
    for range in Self.ranges {
      envelope.demodulate(
        bins, low: range.first * spectrum.lastBin / 4, wanted: range.quarters * spectrum.lastBin / 4,
        blockCount: spectrum.sampleCount, resolutionHz: spectrum.resolutionHz, plans: plans)
      row.read(envelope, orders: orders, shaftHz: shaftHz)
      lines.accumulate(row, counts: &counts)
      if scans { scan.add(envelope, orders: orders, shaftHz: shaftHz) }
    }
  }
}
