// Mean kinetic temperature (MKT) over a sliding window: the one temperature that would have done the goods as much harm
// as what they went through, by Arrhenius:
//
//   T_K = (ΔH/R) / -ln( Σ wᵢ·e^(-ΔH/(R·Tᵢ)) / Σ wᵢ ),   ΔH = 83.144 kJ/mol, R = 0.0083144 kJ/(mol·K), T in kelvin
//
// (USP <1079.2> "Mean Kinetic Temperature …", ICH Q1A(R2) glossary.) wᵢ is the time for which temperature i held, so that
// samples at uneven distances count as they should.
//
// Invariants:
//  - Memory is fixed: the window is a ring of `bucketCount` buckets, each with its time and its sum of rates. The window
//    therefore moves in steps of 1/120 of its length, and covers between 119/120 and all of it.
//  - Nothing is ever subtracted: the sum over the closed buckets is made anew, oldest first, whenever one closes. So no
//    rounding piles up over months, and an instance restored from its state continues bit for bit.
//  - Rates are relative to the one at 25 °C, so that no sum comes near the ends of Double from -200 to 200 °C.
internal import Glibc

package struct MeanKineticTemperature: Equatable {
  package static let bucketCount = 120
  package static let activationEnergy = 83.144  // kJ/mol
  package static let gasConstant = 0.008_314_4  // kJ/(mol·K)
  private static let zeroCelsius = 273.15
  private static let reference = 1 / (zeroCelsius + 25)

  package struct Bucket: Equatable {
    package var heldNs: Int64 = 0
    package var rateSeconds = 0.0
  }

  package let bucketNs: Int64
  private let activation: Double  // ΔH/R, in kelvin
  private var offsetNs: Int64 = 0  // of now in the newest bucket, below bucketNs
  private var newest = 0
  private var buckets: [Bucket]
  private var closed = Bucket()  // all but the newest

  /// - Parameter windowNs: at least `bucketCount` ns.
  package init(windowNs: Int64, activationEnergy: Double = Self.activationEnergy) {
    bucketNs = windowNs / Int64(Self.bucketCount)
    precondition(bucketNs > 0, "MeanKineticTemperature: the window is too short")
    activation = activationEnergy / Self.gasConstant
    buckets = Array(repeating: Bucket(), count: Self.bucketCount)
  }

  /// The temperature held for so long.
  package mutating func hold(_ celsius: Double, forNs duration: Int64) {
    pass(duration, rate: exp(activation * (Self.reference - 1 / (Self.zeroCelsius + celsius))))
  }

  /// Time passed of which nothing is known.
  package mutating func skip(_ duration: Int64) {
    pass(duration, rate: nil)
  }

  private mutating func pass(_ duration: Int64, rate: Double?) {
    // What is longer than the window fills or empties every bucket: the rest would make no difference.
    let window = bucketNs * Int64(Self.bucketCount)
    var left = duration < 2 * window ? duration : window + duration % bucketNs
    while left > 0 {
      let part = min(left, bucketNs - offsetNs)
      if let rate {
        buckets[newest].heldNs += part
        buckets[newest].rateSeconds += rate * (Double(part) * 1e-9)
      }
      left -= part
      offsetNs += part
      if offsetNs == bucketNs { rotate() }
    }
  }

  private mutating func rotate() {
    offsetNs = 0
    newest = (newest + 1) % Self.bucketCount
    buckets[newest] = Bucket()
    addUpClosed()
  }

  private mutating func addUpClosed() {
    closed = Bucket()
    for age in stride(from: Self.bucketCount - 1, to: 0, by: -1) {
      let bucket = buckets[(newest - age + Self.bucketCount) % Self.bucketCount]
      closed.heldNs += bucket.heldNs
      closed.rateSeconds += bucket.rateSeconds
    }
  }

  /// The time of the window for which a temperature is known.
  package var heldNs: Int64 { closed.heldNs + buckets[newest].heldNs }

  /// nil while nothing is known.
  package var celsius: Double? {
    guard heldNs > 0 else { return nil }
    let rate = (closed.rateSeconds + buckets[newest].rateSeconds) / (Double(heldNs) * 1e-9)
    return 1 / (Self.reference - log(rate) / activation) - Self.zeroCelsius
  }
}

extension MeanKineticTemperature {
  /// 8 bytes length of a bucket, 8 offset, 1 count of buckets that hold something, each: 1 age, 8 time, 8 sum.
  package func encode(into state: inout StateWriter) {
    state.append(bucketNs)
    state.append(offsetNs)
    let ages = (0..<Self.bucketCount).filter { bucket($0).heldNs > 0 }
    state.append(UInt8(ages.count))
    for age in ages {
      state.append(UInt8(age))
      state.append(bucket(age).heldNs)
      state.append(bucket(age).rateSeconds)
    }
  }

  /// Takes over what was encoded; false, and empty, when it was for a window of another length.
  package mutating func decode(from state: inout StateReader) throws -> Bool {
    let length = try state.integer(Int64.self)
    let offset = try state.integer(Int64.self)
    guard length > 0, (0..<length).contains(offset) else { throw StateReader.Damaged("a window is not usable") }
    var read = self
    read.buckets = Array(repeating: Bucket(), count: Self.bucketCount)
    read.newest = 0
    read.offsetNs = offset
    for _ in 0..<(try state.integer(UInt8.self)) {
      let age = Int(try state.integer(UInt8.self))
      let bucket = Bucket(heldNs: try state.integer(), rateSeconds: try state.number())
      guard age < Self.bucketCount, (0...length).contains(bucket.heldNs), bucket.rateSeconds > 0 else {
        throw StateReader.Damaged("a part of a window is not usable")
      }
      read.buckets[(Self.bucketCount - age) % Self.bucketCount] = bucket
    }
    guard length == bucketNs else { return false }
    read.addUpClosed()
    self = read
    return true
  }

  private func bucket(_ age: Int) -> Bucket { buckets[(newest - age + Self.bucketCount) % Self.bucketCount] }
}
