import CKissFFT
import Glibc

/// One transform of one size, by kissfft (mixed radix 4, 2, 3, 5; single precision). Not scaled in either direction.
final class FourierPlan {
  enum Kind: Hashable {
    /// n real samples (n even) to n / 2 + 1 bins.
    case realForward
    /// n bins to n complex samples.
    case complexInverse
  }

  struct Key: Hashable {
    var kind: Kind
    var size: Int
  }

  let key: Key
  private let configuration: OpaquePointer

  init(_ key: Key) {
    self.key = key
    let made: OpaquePointer?
    switch key.kind {
    case .realForward:
      precondition(key.size % 2 == 0 && key.size > 0, "kissfft takes an even number of real samples")
      made = kiss_fftr_alloc(Int32(key.size), 0, nil, nil)
    case .complexInverse:
      made = kiss_fft_alloc(Int32(key.size), 1, nil, nil)
    }
    guard let made else { fatalError("no memory for a transform of \(key.size) samples") }
    configuration = made
  }

  deinit {
    free(UnsafeMutableRawPointer(configuration))
  }

  /// `samples` and `bins` are different memory: in place, kissfft would allocate.
  func forward(_ samples: UnsafePointer<Float>, into bins: UnsafeMutablePointer<kiss_fft_cpx>) {
    kiss_fftr(configuration, samples, bins)
  }

  func inverse(_ bins: UnsafePointer<kiss_fft_cpx>, into samples: UnsafeMutablePointer<kiss_fft_cpx>) {
    kiss_fft(configuration, bins, samples)
  }
}
