internal import Glibc
internal import JSONText

/// A truck on its round. It speeds up and slows down (town, road, stops), its engine warms up to the thermostat's temperature
/// and fuel goes down with what it does; the position follows speed and heading.
final class Truck: SimulatedDevice {
  private static let everyNs: Int64 = 500_000_000
  private static let metresPerDegree = 111_320.0

  private let telemetry: Series
  private var random: SeededRandom
  private var targetKmh = 50.0
  private var targetUntilNs: Int64 = 0
  private var speedKmh = 0.0
  private var engineC = 35.0
  private var fuelPercent: Double
  private var latitude: Double
  private var longitude: Double
  private var heading: Double
  private var odometerM = 0.0
  private(set) var dueNs: Int64

  init(truck: String, seed: UInt64, _ output: MessageOutput) {
    let source = "fleet/\(truck)"
    telemetry = output.makeSeries(stream: "trucks", source: source, topic: "\(source)/telemetry")
    random = SeededRandom(seed: seed, for: source)
    fuelPercent = random.number(in: 55...95)
    latitude = 53.54 + random.number(in: -0.05...0.05)
    longitude = 9.99 + random.number(in: -0.05...0.05)
    heading = random.number(in: 0...(2 * Double.pi))
    dueNs = Int64(random.whole(in: 0...Int(Self.everyNs)))
  }

  func act(_ output: MessageOutput) {
    let now = dueNs
    dueNs += Self.everyNs
    drive(now)
    output.emit(telemetry, atNs: now) {
      $0.member("speed_kmh", speedKmh.rounded(places: 1))
      $0.member("engine_temperature_c", (engineC + 0.2 * random.normal()).rounded(places: 1))
      $0.member("fuel_percent", fuelPercent.rounded(places: 2))
      $0.member("lat", latitude.rounded(places: 6))
      $0.member("lon", longitude.rounded(places: 6))
      $0.member("heading_deg", (heading * 180 / Double.pi).rounded(places: 1))
      $0.member("odometer_m", odometerM.rounded(places: 1))
    }
  }

  private func drive(_ now: Int64) {
    let seconds = Double(Self.everyNs) / 1e9
    if now >= targetUntilNs {
      targetKmh = [0.0, 30, 50, 50, 65, 80][random.whole(in: 0...5)]
      targetUntilNs = now + random.number(in: 8...25).secondsNs
    }
    // Laden trucks speed up by 0.6 and slow down by 1.5 m/s².
    let change = (targetKmh - speedKmh) / 3.6
    speedKmh = max(0, speedKmh + 3.6 * min(0.6 * seconds, max(-1.5 * seconds, change)))
    let metres = speedKmh / 3.6 * seconds
    odometerM += metres
    if speedKmh > 0 {
      heading = (heading + 0.01 * random.normal() + 2 * Double.pi).truncatingRemainder(dividingBy: 2 * .pi)
    }
    latitude += metres * cos(heading) / Self.metresPerDegree
    longitude += metres * sin(heading) / (Self.metresPerDegree * cos(latitude * Double.pi / 180))
    // 400 l tank; 2 l/h idle, 28 l/100 km on the road.
    fuelPercent = max(5, fuelPercent - (2.0 / 3600 * seconds + 28.0 / 100_000 * metres) / 4)
    engineC += (min(92, 60 + speedKmh) - engineC) * seconds / 60
  }
}
