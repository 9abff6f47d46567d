/// Units of measurement that can be converted: value in the dimension's base unit = value × scale + offset.
package enum UnitConversion {
  struct Unit {
    var name: String
    var dimension: String
    var scale: Double
    var offset = 0.0
  }

  /// value in the wanted unit = value × factor + offset
  struct Step: Equatable {
    var factor: Double
    var offset: Double
  }

  /// At most 32 a dimension (a run of unexplained values keeps them as bits).
  static let units: [Unit] = [
    Unit(name: "K", dimension: "temperature", scale: 1),
    Unit(name: "degC", dimension: "temperature", scale: 1, offset: 273.15),
    Unit(name: "degF", dimension: "temperature", scale: 5 / 9, offset: 459.67 * 5 / 9),
    Unit(name: "degR", dimension: "temperature", scale: 5 / 9),
    Unit(name: "Pa", dimension: "pressure", scale: 1), Unit(name: "hPa", dimension: "pressure", scale: 100),
    Unit(name: "kPa", dimension: "pressure", scale: 1e3), Unit(name: "MPa", dimension: "pressure", scale: 1e6),
    Unit(name: "mbar", dimension: "pressure", scale: 100), Unit(name: "bar", dimension: "pressure", scale: 1e5),
    Unit(name: "psi", dimension: "pressure", scale: 6894.757293168361),
    Unit(name: "rpm", dimension: "rotation", scale: 1), Unit(name: "rps", dimension: "rotation", scale: 60),
    Unit(name: "rad_s", dimension: "rotation", scale: 9.549296585513721),
    Unit(name: "m_s", dimension: "velocity", scale: 1), Unit(name: "mm_s", dimension: "velocity", scale: 1e-3),
    Unit(name: "km_h", dimension: "velocity", scale: 1 / 3.6), Unit(name: "mph", dimension: "velocity", scale: 0.44704),
    Unit(name: "in_s", dimension: "velocity", scale: 0.0254),
    Unit(name: "m_s2", dimension: "acceleration", scale: 1), Unit(name: "g", dimension: "acceleration", scale: 9.80665),
    Unit(name: "mm_s2", dimension: "acceleration", scale: 1e-3),
    Unit(name: "m", dimension: "length", scale: 1), Unit(name: "cm", dimension: "length", scale: 0.01),
    Unit(name: "mm", dimension: "length", scale: 1e-3), Unit(name: "um", dimension: "length", scale: 1e-6),
    Unit(name: "in", dimension: "length", scale: 0.0254), Unit(name: "mil", dimension: "length", scale: 2.54e-5),
    Unit(name: "N", dimension: "force", scale: 1), Unit(name: "kN", dimension: "force", scale: 1e3),
    Unit(name: "lbf", dimension: "force", scale: 4.4482216152605),
    Unit(name: "Nm", dimension: "torque", scale: 1), Unit(name: "kNm", dimension: "torque", scale: 1e3),
    Unit(name: "lbf_ft", dimension: "torque", scale: 1.3558179483314004),
    Unit(name: "W", dimension: "power", scale: 1), Unit(name: "kW", dimension: "power", scale: 1e3),
    Unit(name: "MW", dimension: "power", scale: 1e6), Unit(name: "hp", dimension: "power", scale: 745.6998715822702),
    Unit(name: "A", dimension: "current", scale: 1), Unit(name: "mA", dimension: "current", scale: 1e-3),
    Unit(name: "V", dimension: "voltage", scale: 1), Unit(name: "mV", dimension: "voltage", scale: 1e-3),
    Unit(name: "kV", dimension: "voltage", scale: 1e3),
    Unit(name: "Hz", dimension: "frequency", scale: 1), Unit(name: "kHz", dimension: "frequency", scale: 1e3),
    Unit(name: "s", dimension: "time", scale: 1), Unit(name: "ms", dimension: "time", scale: 1e-3),
    Unit(name: "min", dimension: "time", scale: 60), Unit(name: "h", dimension: "time", scale: 3600),
    Unit(name: "m3_h", dimension: "flow", scale: 1), Unit(name: "m3_s", dimension: "flow", scale: 3600),
    Unit(name: "l_s", dimension: "flow", scale: 3.6), Unit(name: "l_min", dimension: "flow", scale: 0.06),
    Unit(name: "gpm", dimension: "flow", scale: 0.227124707),
    Unit(name: "ratio", dimension: "ratio", scale: 1), Unit(name: "percent", dimension: "ratio", scale: 0.01),
    Unit(name: "kg", dimension: "mass", scale: 1), Unit(name: "t", dimension: "mass", scale: 1e3),
    Unit(name: "lb", dimension: "mass", scale: 0.45359237),
    Unit(name: "rad", dimension: "angle", scale: 1), Unit(name: "deg", dimension: "angle", scale: .pi / 180),
  ]

  static func unit(_ name: String) -> Unit? { units.first { $0.name == name } }

  /// nil when one is unknown or they measure different things.
  static func step(from source: String, to target: String) -> Step? {
    if source == target { return Step(factor: 1, offset: 0) }
    guard let source = unit(source), let target = unit(target), source.dimension == target.dimension else { return nil }
    return Step(factor: source.scale / target.scale, offset: (source.offset - target.offset) / target.scale)
  }

  /// The other units of the same dimension, and how they would be converted.
  static func alternatives(to name: String) -> [(unit: String, step: Step)] {
    guard let target = unit(name) else { return [] }
    return units.filter { $0.dimension == target.dimension && $0.name != name }.compactMap { other in
      step(from: other.name, to: name).map { (other.name, $0) }
    }
  }
}
