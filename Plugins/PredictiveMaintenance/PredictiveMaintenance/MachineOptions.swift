internal import CrossdockPlugin
internal import Spectra

/// What is known of the machine: enough of it, and a waveform says which part is damaged and how severe the vibration is.
struct MachineOptions {
  enum Speed: Equatable {
    case unknown
    case fixed(rpm: Double)
    /// A column of the waveform's own stream.
    case column(String)
  }

  /// 0: not known.
  var sampleRateHz: Double
  var speed: Speed
  var bearing: BearingGeometry?
  var unit: AccelerationUnit
  /// What a sample of 1 is in that unit.
  var samplesScale: Double
  /// Nil: no ISO 20816 zones.
  var severity: VibrationSeverity?

  init(_ values: CheckedOptions) throws {
    sampleRateHz = try values.number("sample_rate_hz", 0...1e7)
    unit = try values.word("vibration_unit", AccelerationUnit.self)
    let scale = try values.number("samples_scale", 0...1e12)
    samplesScale = scale == 0 ? 1 : scale
    speed = try Self.speed(values)
    bearing = try Self.bearing(values)
    severity = try Self.severity(values)
    if bearing != nil || severity != nil, sampleRateHz == 0 {
      let key = bearing == nil ? "machine_group" : "bearing"
      throw PluginError("sample_rate_hz = 0: \(key) needs it, as the rate at which the waveforms were sampled")
    }
    if bearing != nil, speed == .unknown {
      throw PluginError("speed_rpm = 0: bearing needs a speed; name it, or the column that has it (speed_column)")
    }
  }

  private static func speed(_ values: CheckedOptions) throws -> Speed {
    let rpm = try values.number("speed_rpm", 0...1e6)
    let column = values.context.string("speed_column")
    guard !column.isEmpty else { return rpm > 0 ? .fixed(rpm: rpm) : .unknown }
    guard rpm == 0 else { throw PluginError("speed_column = \"\(column)\": speed_rpm is given too; name one of them") }
    guard values.context.streams.contains(where: { $0.columns.contains(column) }) else {
      throw PluginError("speed_column = \"\(column)\": no stream has such a column (fields of its feed)")
    }
    return .column(column)
  }

  private static func bearing(_ values: CheckedOptions) throws -> BearingGeometry? {
    let designation = values.context.string("bearing")
    let balls = try values.whole("balls", 0...200)
    let ballMm = try values.number("ball_diameter_mm", 0...1e4)
    let pitchMm = try values.number("pitch_diameter_mm", 0...1e5)
    let angleDeg = try values.number("contact_angle_deg", 0...89)
    guard designation.isEmpty else {
      guard balls == 0, ballMm == 0, pitchMm == 0 else {
        throw PluginError("bearing = \"\(designation)\": its geometry is given too (balls …); name one of them")
      }
      if let entry = BearingCatalogue.entry(designation) { return entry.geometry }
      throw PluginError(
        "bearing = \"\(designation)\": is not in the catalogue (\(BearingCatalogue.designations.joined(separator: ", "))); "
          + "give balls, ball_diameter_mm and pitch_diameter_mm")
    }
    guard balls != 0 || ballMm != 0 || pitchMm != 0 else { return nil }
    do throws(BearingGeometryError) {
      return try BearingGeometry(
        balls: balls, ballDiameter: ballMm, pitchDiameter: pitchMm, contactAngleDeg: angleDeg)
    } catch {
      throw PluginError("balls = \(balls): \(error.description)")
    }
  }

  private static func severity(_ values: CheckedOptions) throws -> VibrationSeverity? {
    let group = try values.whole("machine_group", 0...2)
    let foundation = try values.word("foundation", VibrationSeverity.Foundation.self)
    return VibrationSeverity.MachineGroup(rawValue: group).map {
      VibrationSeverity(group: $0, foundation: foundation)
    }
  }
}
