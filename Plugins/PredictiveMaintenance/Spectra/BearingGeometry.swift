import Glibc

/// What is wrong with a bearing's geometry.
package struct BearingGeometryError: Error, Equatable, CustomStringConvertible {
  package var description: String
}

/// What decides at which multiples of the shaft's speed a bearing's faults strike. Both diameters in the same unit: only their ratio
/// counts.
package struct BearingGeometry: Equatable, Hashable, Sendable {
  package static let ballCounts = 3...200

  package let balls: Int
  package let ballDiameter: Double
  package let pitchDiameter: Double
  package let contactAngleDeg: Double

  package init(
    balls: Int, ballDiameter: Double, pitchDiameter: Double, contactAngleDeg: Double = 0
  ) throws(BearingGeometryError) {
    guard Self.ballCounts.contains(balls) else {
      throw BearingGeometryError(description: "a bearing has 3 to 200 balls or rollers, not \(balls)")
    }
    guard ballDiameter.isFinite, pitchDiameter.isFinite, ballDiameter > 0, pitchDiameter > ballDiameter else {
      throw BearingGeometryError(
        description:
          "the ball diameter (\(ballDiameter)) must be positive and smaller than the pitch diameter (\(pitchDiameter))")
    }
    guard contactAngleDeg.isFinite, (0..<90).contains(contactAngleDeg) else {
      throw BearingGeometryError(description: "the contact angle is 0 to less than 90 degrees, not \(contactAngleDeg)")
    }
    // Balls in a row need this much room on the pitch circle.
    guard Double(balls) * ballDiameter < Double.pi * pitchDiameter else {
      throw BearingGeometryError(
        description: "\(balls) balls of \(ballDiameter) do not fit on a pitch circle of \(pitchDiameter)")
    }
    self.init(known: balls, ballDiameter, pitchDiameter, contactAngleDeg)
  }

  /// For the catalogue, whose entries a test checks.
  init(known balls: Int, _ ballDiameter: Double, _ pitchDiameter: Double, _ contactAngleDeg: Double) {
    self.balls = balls
    self.ballDiameter = ballDiameter
    self.pitchDiameter = pitchDiameter
    self.contactAngleDeg = contactAngleDeg
  }

  package var orders: FaultOrders {
    let ratio = ballDiameter / pitchDiameter * cos(contactAngleDeg * .pi / 180)
    let half = Double(balls) / 2
    return FaultOrders(
      outer: half * (1 - ratio), inner: half * (1 + ratio),
      ball: pitchDiameter / (2 * ballDiameter) * (1 - ratio * ratio), cage: (1 - ratio) / 2)
  }
}
