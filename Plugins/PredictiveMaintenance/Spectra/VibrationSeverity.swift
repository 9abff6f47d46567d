// Zones of ISO 20816-3:2022 (taken over from ISO 10816-3:2009, table A.1 and A.2) for the RMS of vibration velocity, 10-1000 Hz, on
// non-rotating parts of industrial machines above 15 kW between 120 and 15,000 r/min, measured on site. A: new machines. B: long-term
// operation without restriction. C: not for long-term continuous operation; repair at the next opportunity. D: severe enough to cause
// damage. A value on a border belongs to the worse zone.

/// How a machine's vibration is judged.
package struct VibrationSeverity: Equatable, Sendable {
  package enum MachineGroup: Int, CaseIterable, Sendable {
    /// Above 300 kW, or electrical machines with a shaft height of 315 mm or more.
    case large = 1
    /// Above 15 kW up to 300 kW, or electrical machines with a shaft height of 160 to 315 mm.
    case medium = 2
  }

  package enum Foundation: String, CaseIterable, Sendable {
    /// The lowest natural frequency of machine and support is at least a quarter above the main excitation (mostly the speed).
    case rigid
    case flexible
  }

  package enum Zone: String, CaseIterable, Comparable, Sendable {
    case a = "A"
    case b = "B"
    case c = "C"
    case d = "D"

    package static func < (one: Zone, other: Zone) -> Bool { one.rawValue < other.rawValue }

    package var meaning: String {
      switch self {
      case .a: "as a newly commissioned machine"
      case .b: "fit for long-term operation"
      case .c: "not fit for long-term operation: plan a repair"
      case .d: "severe enough to damage the machine"
      }
    }
  }

  package var group: MachineGroup
  package var foundation: Foundation

  package init(group: MachineGroup, foundation: Foundation) {
    self.group = group
    self.foundation = foundation
  }

  /// A/B, B/C and C/D in mm/s.
  package var bordersMmS: [Double] {
    switch (group, foundation) {
    case (.medium, .rigid): [1.4, 2.8, 4.5]
    case (.medium, .flexible), (.large, .rigid): [2.3, 4.5, 7.1]
    case (.large, .flexible): [3.5, 7.1, 11]
    }
  }

  /// nil for what is no velocity: NaN or negative.
  package func zone(velocityRmsMmS value: Double) -> Zone? {
    guard value >= 0 else { return nil }
    let borders = bordersMmS
    return value < borders[0] ? .a : value < borders[1] ? .b : value < borders[2] ? .c : .d
  }
}
