internal import JSONText

/// Something was done to a machine or its sensor: what was learned of it does not hold any more.
///
///     {"event":"maintenance","asset":"hall-a/press-1","component":"bearing","note":"6205-2RS replaced"}
///
/// Members that are not known are left alone: such records come from maintenance systems that have their own.
struct MachineEvent: Equatable {
  enum Kind: String {
    case maintenance
    case sensorReplaced = "sensor-replaced"
  }

  var kind: Kind
  var asset: String
  /// Nil: all of the asset.
  var component: String?
  var note: String

  enum Parsed {
    case event(MachineEvent)
    /// It is a JSON object, and about something else.
    case other
    case invalid(reason: String)
  }

  static func parse(_ body: UnsafeRawBufferPointer) -> Parsed {
    let document: JSONValue
    do {
      document = try JSONValue.parse(Array(body))
    } catch {
      return .invalid(reason: "\(error)")
    }
    guard document.object != nil else { return .invalid(reason: "it is no JSON object") }
    guard let event = document["event"] else { return .other }
    guard let word = event.string, let kind = Kind(rawValue: word) else {
      return .invalid(reason: "\"event\" must be \"maintenance\" or \"sensor-replaced\"")
    }
    guard let asset = document["asset"]?.string, !asset.isEmpty else {
      return .invalid(reason: "\"asset\" must name the source whose baselines begin anew")
    }
    var component: String?
    if let value = document["component"], value != .null {
      guard let text = value.string, !text.isEmpty else { return .invalid(reason: "\"component\" must be a text") }
      component = text
    }
    return .event(
      MachineEvent(kind: kind, asset: asset, component: component, note: document["note"]?.string ?? ""))
  }
}
