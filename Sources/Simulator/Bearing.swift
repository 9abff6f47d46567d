/// Geometry of a deep-groove ball bearing, and the frequencies that follow from it for a fixed outer ring
/// (Randall & Antoni, Mech. Syst. Signal Process. 25, 2011, eq. 1).
struct Bearing {
  var balls: Double
  /// Ball diameter over pitch diameter; contact angle 0.
  var ratio: Double

  /// 6205-2RS, as in the drive end of the CWRU rig.
  static let type6205 = Bearing(balls: 9, ratio: 0.3126 / 1.537)

  /// Passes of balls over a spot of the outer ring, per turn of the shaft.
  var outerRacePassesPerTurn: Double { balls / 2 * (1 - ratio) }
}
