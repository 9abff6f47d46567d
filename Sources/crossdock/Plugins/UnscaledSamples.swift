import Configuration

/// Zones of vibration are in mm/s: of counts whose worth nobody has said, every machine would be in the worst. The plugin gets numbers and
/// cannot see what they are; the configuration can.
enum UnscaledSamples {
  /// - Parameter counts: streams of integers that the model reads.
  static func refusal(_ model: ModelConfiguration, _ options: [ResolvedModelOption], _ counts: [String]) -> String? {
    func number(_ key: String) -> Double? {
      switch options.first(where: { $0.key == key })?.value {
      case .integer(let value): Double(value)
      case .number(let value): value
      default: nil
      }
    }
    guard model.plugin == "predictive-maintenance", let stream = counts.first, let group = number("machine_group"),
      group > 0, number("samples_scale") == 0
    else { return nil }
    return """
      machine_group = \(Int(group)): the waveforms of \"\(stream)\" are counts (samples_format = \"i16\" of its feed); say with \
      samples_scale what one count is in vibration_unit
      """
  }
}
