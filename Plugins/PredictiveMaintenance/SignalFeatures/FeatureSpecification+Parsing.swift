internal import JSONText
internal import Spectra

extension FeatureSpecification {
  package static func parse(_ text: String) throws(FeatureSpecificationError) -> FeatureSpecification {
    try parse(Array(text.utf8))
  }

  package static func parse(_ bytes: [UInt8]) throws(FeatureSpecificationError) -> FeatureSpecification {
    try SpecificationReader.read(bytes, atMost: FeatureLimits.specificationBytes) {
      document throws(SpecificationFault) in
      var specification = FeatureSpecification()
      try specification.read(document)
      specification.seal()
      return specification
    }
  }

  private mutating func read(_ document: SpecificationReader) throws(SpecificationFault) {
    let members = try document.object([
      "name", "version", "inputs", "waveform", "derived", "regimes", "normalise", "combinations", "window", "features",
    ])
    name = try members.required("name").identifier()
    version = try members.required("version").string(atMost: FeatureLimits.nameBytes)
    for element in try members.required("inputs").elements(atMost: FeatureLimits.inputs) {
      let input = try Self.input(element)
      try refuseTwice(input.name, element)
      inputs.append(input)
    }
    if let reader = members["waveform"] { waveform = try waveform(reader) }
    guard !inputs.isEmpty || waveform != nil else {
      throw try members.required("inputs").fault("there is no input and no waveform")
    }
    if let reader = members["derived"] { try readDerived(reader) }
    if let reader = members["regimes"] { regimes = try regimes(reader) }
    if let reader = members["normalise"] { normalisation = try normalisation(reader) }
    if let reader = members["combinations"] { try readCombinations(reader) }
    if let reader = members["window"] { window = try Self.window(reader, hasWaveform: waveform != nil) }
    let list = try members.required("features")
    let elements = try list.elements(atMost: FeatureLimits.features)
    guard !elements.isEmpty else { throw list.fault("there is no feature") }
    try readFeatures(elements)
    let bytes = bytesPerAsset
    guard bytes <= FeatureLimits.assetBytes else {
      throw list.fault("an asset would need \(bytes) bytes of memory, at most \(FeatureLimits.assetBytes) are allowed")
    }
  }

  /// Inputs, derived signals and combinations share one set of names.
  private func refuseTwice(_ name: String, _ element: SpecificationReader) throws(SpecificationFault) {
    guard !valueNames.contains(name), !combinations.contains(where: { $0.name == name }) else {
      throw SpecificationFault(path: element.path.appending(.key("name")), reason: "\"\(name)\" is there already")
    }
  }

  // MARK: derived signals and combinations

  private mutating func readDerived(_ reader: SpecificationReader) throws(SpecificationFault) {
    for element in try reader.elements(atMost: FeatureLimits.derived) {
      let members = try element.object(["name", "expression"])
      let name = try members.required("name").name()
      try refuseTwice(name, element)
      let names = valueNames
      let expression = try members.required("expression").expression { name in names.firstIndex(of: name) }
      derived.append(Derived(name: name, expression: expression))
    }
  }

  private mutating func readCombinations(_ reader: SpecificationReader) throws(SpecificationFault) {
    for element in try reader.elements(atMost: FeatureLimits.combinations) {
      let members = try element.object(["name", "expression", "inputs", "weights", "offset"])
      let name = try members.required("name").name()
      try refuseTwice(name, element)
      let form: Combination.Form
      if let formula = members["expression"] {
        for key in ["inputs", "weights", "offset"] { _ = try members.only(["expression", key]) }
        form = .expression(try formula.expression(resolve: resolver()))
      } else {
        let list = try members.required("inputs")
        var slots: [Int] = []
        for input in try list.elements(atMost: FeatureLimits.inputs) { slots.append(try slot(input, isRaw: false)) }
        guard !slots.isEmpty else { throw list.fault("there is no input") }
        form = .weighted(
          slots: slots, weights: try members.required("weights").numbers(count: slots.count),
          offset: try members["offset"]?.number() ?? 0)
      }
      combinations.append(Combination(name: name, form: form))
    }
  }

  /// Names of normalised inputs and derived signals, and of the combinations so far.
  func resolver() -> (String) -> Int? {
    let names = valueNames
    let combined = combinations.map(\.name)
    return { name in
      names.firstIndex(of: name).map { names.count + $0 }
        ?? combined.firstIndex(of: name).map { 2 * names.count + $0 }
    }
  }

  func slot(_ reader: SpecificationReader, isRaw: Bool) throws(SpecificationFault) -> Int {
    let name = try reader.name()
    guard let slot = resolver()(name) else {
      throw reader.fault("there is no input, derived signal or combination \"\(name)\"")
    }
    guard isRaw else { return slot }
    guard slot < 2 * valueCount else { throw reader.fault("\"raw\" is of inputs and derived signals only") }
    return slot - valueCount
  }
}

extension SpecificationReader {
  /// `[a-z0-9-]`, for the name of the whole.
  func identifier() throws(SpecificationFault) -> String {
    let name = try string(atMost: FeatureLimits.nameBytes)
    guard name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }) else {
      throw fault("\"\(name)\" is no name: small letters, digits and - are allowed")
    }
    return name
  }

  func expression(resolve: @escaping (String) -> Int?) throws(SpecificationFault) -> FeatureExpression {
    let text = try string(atMost: FeatureLimits.expressionBytes)
    do throws(ExpressionFault) {
      return try ExpressionParser.parse(text, resolve: resolve)
    } catch {
      throw fault("character \(error.offset + 1) of the formula: \(error.reason)")
    }
  }
}
