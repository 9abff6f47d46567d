internal import ConditionMonitoring

/// What `kind` says: what the other options are where they are left out.
enum MachineKind: String, CaseIterable {
  case generic
  case bearing
  case motor
  case pump
  case fan
  case gearbox

  /// What a waveform belongs to, as alerts call it.
  var component: String { self == .generic ? "waveform" : rawValue }

  /// Motors, fans and gearboxes fail hot and loaded: what falls is a machine that rests. A pump fails both ways.
  var scalarDirection: MonitorParameters.Direction {
    switch self {
    case .motor, .fan, .gearbox: .up
    case .generic, .bearing, .pump: .both
    }
  }
}
