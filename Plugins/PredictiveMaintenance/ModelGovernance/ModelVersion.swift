// One version of a model, loaded: its description, what it computes from rows of features, and what it was trained on. Read from the files of
// a bundle, which somebody else has fetched; nothing of it is trusted before it has been read whole: a file that is missing, too large,
// of an unknown format, for other features or with another number of inputs refuses the version, with the file and the reason.
//
// An evaluation allocates nothing: outputs and scratch are kept here. So a version belongs to one thread.
internal import JSONText
internal import Prognosis
package import SignalFeatures
internal import StateCoding
internal import TrainedModels

package final class ModelVersion {
  package let description: ModelDescription
  package let specification: FeatureSpecification
  package let plan: FeaturePlan
  package let golden: GoldenCases
  package let reference: ReferenceTable?
  /// Bytes of the artefacts: what it takes in memory, to within a small factor.
  package let artefactBytes: Int
  package let outputNames: [String]
  /// The version and a checksum of what it counts by: two bundles may bear the same number, after a removal.
  let identity: String
  private let parts: [Part]
  private let outputs: UnsafeMutableBufferPointer<Double>

  private struct Part {
    var evaluator: ModelEvaluator
    var role: ModelDescription.Role
    /// Its share of the role's mean.
    var share: Double
    /// Where each input is in a row of features; empty: at its own place.
    var places: [Int]
    var row: UnsafeMutableBufferPointer<Double>
  }

  /// - Parameter files: by their paths in the bundle.
  package init(files: [String: [UInt8]]) throws(GovernanceError) {
    let total = files.values.reduce(0) { $0 + $1.count }
    guard total <= GovernanceLimits.versionBytes else {
      throw GovernanceError(
        file: ModelDescription.fileName,
        reason: "its files have \(total) bytes; at most \(GovernanceLimits.versionBytes) are read")
    }
    let description = try ModelDescription.parse(try Self.file(ModelDescription.fileName, files))
    let specification = try Self.specification(try Self.file("features.json", files), description)
    self.description = description
    self.specification = specification
    outputNames = description.outputNames
    golden = try GoldenCases(files: files, specification: specification, outputNames: description.outputNames)
    reference = try files[ReferenceTable.fileName].map { (bytes) throws(GovernanceError) in
      try ReferenceTable(bytes, featureNames: specification.featureNames)
    }
    var parts: [Part] = []
    var bytes = 0
    for artefact in description.artefacts {
      let contents = try Self.file(artefact.file, files)
      bytes += contents.count
      let weights = description.artefacts.filter { $0.role == artefact.role }.reduce(0) { $0 + $1.weight }
      parts.append(
        try Self.part(artefact, contents, specification, description, share: artefact.weight / weights))
    }
    self.parts = parts
    identity = Self.identity(description.version, files)
    artefactBytes = bytes
    plan = FeaturePlan(specification)
    outputs = .allocate(capacity: description.outputNames.count)
    outputs.initialize(repeating: .nan)
  }

  deinit {
    for part in parts { part.row.deallocate() }
    outputs.deallocate()
  }

  private static func identity(_ version: String, _ files: [String: [UInt8]]) -> String {
    var text = version
    for name in [ModelDescription.fileName, ReferenceTable.fileName] {
      let checksum = (files[name] ?? []).withUnsafeBytes { CyclicRedundancyCheck.crc32c($0) }
      text += "/" + String(checksum, radix: 16)
    }
    return text
  }

  private static func file(_ name: String, _ files: [String: [UInt8]]) throws(GovernanceError) -> [UInt8] {
    guard let bytes = files[name] else { throw GovernanceError(file: name, reason: "it is missing") }
    return bytes
  }

  private static func specification(
    _ bytes: [UInt8], _ description: ModelDescription
  ) throws(GovernanceError) -> FeatureSpecification {
    let specification: FeatureSpecification
    do {
      specification = try FeatureSpecification.parse(bytes)
    } catch {
      throw GovernanceError(file: "features.json", reason: "\(error)")
    }
    guard specification.hashText == description.features else {
      throw GovernanceError(
        file: "features.json",
        reason:
          "its hash is \(specification.hashText), and \(ModelDescription.fileName) is for features with the hash \(description.features)"
      )
    }
    return specification
  }

  private static func part(
    _ artefact: ModelDescription.Artefact, _ bytes: [UInt8], _ specification: FeatureSpecification,
    _ description: ModelDescription, share: Double
  ) throws(GovernanceError) -> Part {
    func failure(_ reason: String) -> GovernanceError { GovernanceError(file: artefact.file, reason: reason) }
    guard let format = ModelFormat(rawValue: artefact.format) else {
      throw failure(
        "the format \"\(artefact.format)\" is not known; known are \(ModelFormat.allCases.map(\.rawValue).joined(separator: ", "))"
      )
    }
    let model: any TrainedModel
    do {
      model = try TrainedModelFile.load(bytes: bytes, format: format)
    } catch {
      throw failure("\(error)")
    }
    let names = specification.featureNames
    let places = try Self.places(of: model, names, failure)
    let expected = artefact.role == .class ? description.classes.count : 1
    let isBinary = artefact.role == .class && expected == 2 && model.outputCount == 1
    guard model.outputCount == expected || isBinary else {
      throw failure("it has \(model.outputCount) outputs, expected \(expected)")
    }
    let row = UnsafeMutableBufferPointer<Double>.allocate(capacity: max(1, model.inputCount))
    row.initialize(repeating: .nan)
    return Part(evaluator: ModelEvaluator(model), role: artefact.role, share: share, places: places, row: row)
  }

  /// Inputs that have names of features are taken by name, others by their number.
  private static func places(
    of model: any TrainedModel, _ features: [String], _ failure: (String) -> GovernanceError
  ) throws(GovernanceError) -> [Int] {
    let found = model.inputNames.map { features.firstIndex(of: $0) }
    if !found.isEmpty, found.allSatisfy({ $0 != nil }) {
      let places = found.compactMap(\.self)
      return places == Array(features.indices) ? [] : places
    }
    if let missing = zip(model.inputNames, found).first(where: { $1 == nil })?.0, found.contains(where: { $0 != nil }) {
      throw failure("its input \"\(missing)\" is no feature of features.json")
    }
    guard model.inputCount == features.count else {
      throw failure("it has \(model.inputCount) inputs, and features.json has \(features.count) features")
    }
    return []
  }
}

// MARK: evaluation

extension ModelVersion {
  /// The calibrated outputs for a row of features, in the order of `outputNames`; valid until the next call. A value that is not finite says that
  /// the model gives nothing for this row.
  package func evaluate(_ row: UnsafeBufferPointer<Double>) -> UnsafeBufferPointer<Double> {
    if description.task == .classification {
      probabilities(row)
    } else {
      numbers(row)
    }
    return UnsafeBufferPointer(outputs)
  }

  private func values(_ part: Part, _ row: UnsafeBufferPointer<Double>) -> UnsafeBufferPointer<Double> {
    guard !part.places.isEmpty else { return part.evaluator.evaluate(row) }
    for (index, place) in part.places.enumerated() { part.row[index] = row[place] }
    return part.evaluator.evaluate(UnsafeBufferPointer(part.row))
  }

  private func probabilities(_ row: UnsafeBufferPointer<Double>) {
    for index in outputs.indices { outputs[index] = 0 }
    for part in parts {
      let values = values(part, row)
      if values.count == 1 {
        outputs[0] += part.share * (1 - values[0])
        outputs[1] += part.share * values[0]
      } else {
        for index in outputs.indices { outputs[index] += part.share * values[index] }
      }
    }
  }

  private func numbers(_ row: UnsafeBufferPointer<Double>) {
    var (point, lower, upper) = (0.0, 0.0, 0.0)
    var hasEnds = false
    for part in parts {
      let value = part.share * values(part, row)[0]
      switch part.role {
      case .point, .class: point += value
      case .lower: (lower, hasEnds) = (lower + value, true)
      case .upper: upper += value
      }
    }
    outputs[0] = point
    guard outputs.count == 3 else { return }
    if !hasEnds { (lower, upper) = (point, point) }
    guard point.isFinite, let calibration = description.calibration else {
      (outputs[1], outputs[2]) = (min(lower, point), max(upper, point))
      return
    }
    let interval = calibration.interval(point: point, lower: lower, upper: upper)
    (outputs[0], outputs[1], outputs[2]) = (interval.median, interval.lower, interval.upper)
  }

  /// The class that probabilities stand for.
  package func chosenClass(_ outputs: UnsafeBufferPointer<Double>) -> Int? {
    guard description.task == .classification, outputs.allSatisfy(\.isFinite) else { return nil }
    if outputs.count == 2 { return outputs[1] >= description.threshold ? 1 : 0 }
    return outputs.indices.max { outputs[$0] < outputs[$1] || (outputs[$0] == outputs[$1] && $0 > $1) }
  }

  /// What the bundle's rule makes of outputs.
  package func severity(_ outputs: UnsafeBufferPointer<Double>) -> GovernedSeverity {
    guard let rule = description.alert, let first = outputs.first, first.isFinite else { return .none }
    switch description.task {
    case .rul: return first <= rule.critical ? .critical : first <= rule.warning ? .warning : .none
    case .regression, .anomaly: return first >= rule.critical ? .critical : first >= rule.warning ? .warning : .none
    case .classification:
      guard let chosen = chosenClass(outputs), !rule.normal.contains(description.classes[chosen]) else { return .none }
      return outputs[chosen] >= rule.critical ? .critical : outputs[chosen] >= rule.warning ? .warning : .none
    }
  }

  /// What each feature has added to the raw score of the first artefact that can tell, the largest first; empty when none can.
  package func contributions(
    _ row: UnsafeBufferPointer<Double>, outputs: UnsafeBufferPointer<Double>
  ) -> [(feature: String, value: Double)] {
    guard let (part, added) = added(row, outputs) else { return [] }
    let names = part.places.isEmpty ? specification.featureNames : part.places.map { specification.featureNames[$0] }
    return zip(names, added.dropLast()).map { (feature: $0, value: $1) }
      .filter { $0.value != 0 }
      .sorted { ($1.value.magnitude, $0.feature) < ($0.value.magnitude, $1.feature) }
  }

  /// What the contributions are counted from, the score that the artefact expects of any row, and what they come to with it: the raw score of
  /// this row, before the objective's transform, a share or a calibration. Nil when no artefact can tell.
  package func scoreOfContributions(
    _ row: UnsafeBufferPointer<Double>, outputs: UnsafeBufferPointer<Double>
  ) -> (expected: Double, score: Double)? {
    guard let (_, added) = added(row, outputs), let expected = added.last else { return nil }
    return (expected, added.dropLast().reduce(expected, +))
  }

  /// Of the first artefact that can tell, for the class that is chosen: what each input has added, and last the expected score.
  private func added(
    _ row: UnsafeBufferPointer<Double>, _ outputs: UnsafeBufferPointer<Double>
  ) -> (part: Part, added: ArraySlice<Double>)? {
    guard let part = parts.first(where: { $0.evaluator.model.contributionCount > 0 }) else { return nil }
    let model = part.evaluator.model
    let all = model.contributions(of: part.places.isEmpty ? Array(row) : part.places.map { row[$0] })
    let width = model.inputCount + 1
    let groups = all.count / width
    let group = groups > 1 ? min(chosenClass(outputs) ?? 0, groups - 1) : 0
    return (part, all[(group * width)..<((group + 1) * width)])
  }
}
