internal import JSONText
internal import Spectra

extension FeatureSpecification {
  static func input(_ reader: SpecificationReader) throws(SpecificationFault) -> Input {
    let members = try reader.object([
      "name", "column", "unit", "source_unit", "categories", "min", "max", "maximum_rate_per_s", "maximum_step",
      "stuck_count", "on_bad", "hold_count",
    ])
    let name = try members.required("name").name()
    var input = Input(name: name, column: try members["column"]?.string(atMost: FeatureLimits.columnBytes) ?? name)
    input.unit = try members["unit"]?.string(atMost: FeatureLimits.nameBytes)
    if let source = members["source_unit"] {
      let word = try source.string(atMost: FeatureLimits.nameBytes)
      guard let unit = input.unit else { throw source.fault("needs \"unit\", into which it is converted") }
      guard UnitConversion.step(from: word, to: unit) != nil else {
        throw source.fault("\"\(word)\" cannot be converted into \"\(unit)\"")
      }
      input.sourceUnit = word == unit ? nil : word
    }
    if let list = members["categories"] { input.categories = try categories(list) }
    (input.minimum, input.maximum) = try range(members)
    let positive = Double.leastNonzeroMagnitude...Double.greatestFiniteMagnitude
    input.maximumRatePerS = try members["maximum_rate_per_s"]?.number(in: positive) ?? .infinity
    input.maximumStep = try members["maximum_step"]?.number(in: positive) ?? .infinity
    input.stuckCount = try members["stuck_count"]?.integer(in: 2...1_000_000)
    input.usesBad = try members["on_bad"]?.choice(of: ["skip", "use"]) == "use"
    input.holdCount = try members["hold_count"]?.integer(in: 1...FeatureLimits.holdCount) ?? 0
    return input
  }

  private static func range(_ members: SpecificationObject) throws(SpecificationFault) -> (Double, Double) {
    let low = try members["min"]?.number() ?? -.infinity
    let high = try members["max"]?.number() ?? .infinity
    if let member = members["max"], low > high { throw member.fault("it is below \"min\"") }
    return (low, high)
  }

  private static func categories(_ reader: SpecificationReader) throws(SpecificationFault) -> [Category] {
    guard let members = reader.value.object else { throw reader.fault("expected an object of texts and numbers") }
    guard members.count <= FeatureLimits.categories else {
      throw reader.fault("\(members.count) members, at most \(FeatureLimits.categories) are allowed")
    }
    let object = SpecificationObject(reader: reader)
    var categories: [Category] = []
    for member in members {
      guard member.key.utf8.count <= FeatureLimits.columnBytes else {
        throw reader.fault("a text is longer than \(FeatureLimits.columnBytes) bytes")
      }
      categories.append(Category(text: member.key, number: try object.required(member.key).number()))
    }
    return categories.sorted { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
  }

  // MARK: waveform

  func waveform(_ reader: SpecificationReader) throws(SpecificationFault) -> Waveform {
    let members = try reader.object([
      "sample_rate_hz", "column", "encoding", "scale", "unit", "speed", "bearing", "min", "max", "samples", "on_bad",
    ])
    var waveform = Waveform(sampleRateHz: try members.required("sample_rate_hz").number(in: 1e-3...1e9))
    waveform.column = try members["column"]?.string(atMost: FeatureLimits.columnBytes) ?? waveform.column
    if let word = try members["encoding"]?.choice(of: Waveform.Encoding.allCases.map(\.rawValue)) {
      waveform.encoding = Waveform.Encoding(rawValue: word) ?? .json
    }
    waveform.scale = try members["scale"]?.number(in: 1e-12...1e12) ?? 1
    if try members["unit"]?.choice(of: ["g", "m_s2"]) == "m_s2" { waveform.unit = .metresPerSecondSquared }
    if let speed = members["speed"] { waveform.speed = try self.speed(speed) }
    if let bearing = members["bearing"] { try Self.readBearing(bearing, into: &waveform) }
    (waveform.minimum, waveform.maximum) = try Self.range(members)
    waveform.sampleCount = try members["samples"]?.integer(in: 16...FeatureLimits.blockSamples)
    waveform.usesBad = try members["on_bad"]?.choice(of: ["skip", "use"]) == "use"
    return waveform
  }

  private func speed(_ reader: SpecificationReader) throws(SpecificationFault) -> Speed {
    if reader.value.number != nil { return .rpm(try reader.number(in: 1e-3...1e7)) }
    let name = try reader.name()
    guard let input = inputs.firstIndex(where: { $0.name == name }) else {
      throw reader.fault("expected revolutions a minute or the name of an input; there is no input \"\(name)\"")
    }
    return .input(input)
  }

  private static func readBearing(
    _ reader: SpecificationReader, into waveform: inout Waveform
  ) throws(SpecificationFault) {
    if reader.value.string != nil {
      let designation = try reader.string(atMost: FeatureLimits.nameBytes)
      guard let entry = BearingCatalogue.entry(designation) else {
        throw reader.fault(
          "the bearing \"\(designation)\" is not in the catalogue; give balls, ball_diameter and pitch_diameter")
      }
      waveform.designation = designation
      waveform.bearing = entry.geometry
      return
    }
    let members = try reader.object(["balls", "ball_diameter", "pitch_diameter", "contact_angle_deg"])
    let (balls, ball) = (
      try members.required("balls").integer(in: 1...1000), try members.required("ball_diameter").number()
    )
    let pitch = try members.required("pitch_diameter").number()
    let angle = try members["contact_angle_deg"]?.number() ?? 0
    do throws(BearingGeometryError) {
      waveform.bearing = try BearingGeometry(
        balls: balls, ballDiameter: ball, pitchDiameter: pitch, contactAngleDeg: angle)
    } catch {
      throw reader.fault("\(error)")
    }
  }
}
