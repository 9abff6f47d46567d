internal import JSONText
internal import Prognosis
internal import SignalFeatures

extension ModelDescription {
  private static let members = [
    "format", "format_version", "name", "version", "task", "summary", "license", "features", "artefacts", "classes",
    "threshold", "unit", "calibration", "alert", "training", "metrics", "tolerance", "deadline_us", "agreement",
    "compare_every", "promote", "rollback",
  ]

  package static func parse(_ bytes: [UInt8]) throws(GovernanceError) -> ModelDescription {
    do throws(FeatureSpecificationError) {
      return try SpecificationReader.read(bytes, atMost: GovernanceLimits.modelBytes) {
        (reader) throws(SpecificationFault) in try ModelDescription(reader)
      }
    } catch {
      throw GovernanceError(file: fileName, reason: "\(error)")
    }
  }

  private init(_ reader: SpecificationReader) throws(SpecificationFault) {
    let model = try reader.object(Self.members)
    let format = try model.required("format")
    guard format.value.string == Self.format else { throw format.fault("expected \"\(Self.format)\"") }
    let formatVersion = try model.required("format_version")
    guard formatVersion.value.integer == Self.formatVersion else {
      throw formatVersion.fault("this program reads format \(Self.formatVersion)")
    }
    /// It comes into the bundle's manifest as well.
    func text(_ key: String, atMost bytes: Int) throws(SpecificationFault) -> String {
      let part = try model.required(key)
      let text = try part.string(atMost: bytes)
      guard !text.utf8.contains(0) else { throw part.fault("there is a zero byte in the text") }
      return text
    }
    name = try Self.name(model.required("name"))
    version = try Self.version(model.required("version"))
    let task = try Self.choice(model.required("task"), Task.self)
    self.task = task
    summary = try text("summary", atMost: GovernanceLimits.summaryBytes)
    license = try text("license", atMost: GovernanceLimits.textBytes)
    features = try Self.hash(model.required("features"))
    artefacts = try Self.artefacts(model.required("artefacts"), task)
    classes = try Self.classes(model["classes"], task, reader)
    threshold = try model["threshold"]?.number(in: 0...1) ?? 0.5
    unit = try model["unit"]?.string(atMost: GovernanceLimits.textBytes) ?? ""
    calibration = try model["calibration"].map { (part) throws(SpecificationFault) in try Self.calibration(part, task) }
    alert = try Self.alert(model["alert"], task, classes)
    training = try Self.training(model.required("training"))
    metrics = try Self.metrics(model["metrics"])
    tolerance = try model["tolerance"]?.number(in: 0...0.1) ?? 1e-9
    deadlineUs = try model["deadline_us"]?.integer(in: 1...60_000_000) ?? GovernanceLimits.deadlineUs
    agreementWithin =
      try model["agreement"].map { (part) throws(SpecificationFault) in
        try part.object(["within"]).required("within").number(in: 0...1e300)
      } ?? 1e-6
    compareEvery = try model["compare_every"]?.integer(in: 1...1_000_000_000) ?? 1000
    promotion = try model["promote"].map { (part) throws(SpecificationFault) in try Self.promotion(part) }
    rollback = try Self.rollback(model["rollback"])
    if model.has("threshold"), classes.count != 2 {
      throw SpecificationFault(
        path: reader.path.appending(.key("threshold")), isKey: true, reason: "it is for models of two classes")
    }
  }

  // MARK: parts

  private static func name(_ part: SpecificationReader) throws(SpecificationFault) -> String {
    let name = try part.string(atMost: 64)
    let isFine = name.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || $0 == UInt8(ascii: "-")
    }
    guard isFine, name.first != "-", name.last != "-" else {
      throw part.fault("\"\(name)\" is no name: small letters, digits and - are allowed")
    }
    return name
  }

  /// Three numbers, with what semantic versions allow behind them.
  private static func version(_ part: SpecificationReader) throws(SpecificationFault) -> String {
    let text = try part.string(atMost: 64)
    let numbers = text.prefix { $0 != "-" && $0 != "+" }.split(separator: ".", omittingEmptySubsequences: false)
    guard numbers.count == 3, numbers.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { 48...57 ~= $0 } }) else {
      throw part.fault("\"\(text)\" is no version like 1.0.0")
    }
    return text
  }

  private static func hash(_ part: SpecificationReader) throws(SpecificationFault) -> String {
    let text = try part.string(atMost: 16)
    guard text.utf8.count == 16, text.utf8.allSatisfy({ 48...57 ~= $0 || 97...102 ~= $0 }) else {
      throw part.fault("expected 16 small hexadecimal digits: crossdock features --spec features.json --hash")
    }
    return text
  }

  private static func choice<Choice: RawRepresentable & CaseIterable>(
    _ part: SpecificationReader, _ type: Choice.Type
  ) throws(SpecificationFault) -> Choice where Choice.RawValue == String {
    let word = try part.choice(of: Choice.allCases.map(\.rawValue))
    guard let choice = Choice(rawValue: word) else { throw part.fault("\"\(word)\" is not known") }
    return choice
  }

  private static func artefacts(
    _ part: SpecificationReader, _ task: Task
  ) throws(SpecificationFault) -> [Artefact] {
    let roles: [Role] =
      switch task {
      case .rul, .regression: [.point, .lower, .upper]
      case .anomaly: [.point]
      case .classification: [.class]
      }
    var artefacts: [Artefact] = []
    for element in try part.elements(atMost: GovernanceLimits.artefacts) {
      let entry = try element.object(["file", "format", "role", "weight"])
      let role = try choice(entry.required("role"), Role.self)
      guard roles.contains(role) else {
        throw try entry.required("role").fault(
          "a \(task.rawValue) model has the role\(roles.count == 1 ? "" : "s") \(roles.map(\.rawValue).joined(separator: ", "))"
        )
      }
      artefacts.append(
        Artefact(
          file: try entry.required("file").string(atMost: 256), format: try entry.required("format").string(atMost: 64),
          role: role, weight: try entry["weight"]?.number(in: 1e-9...1e9) ?? 1))
    }
    guard artefacts.contains(where: { $0.role == roles[0] }) else {
      throw part.fault("there is no artefact with the role \(roles[0].rawValue)")
    }
    guard artefacts.contains(where: { $0.role == .lower }) == artefacts.contains(where: { $0.role == .upper }) else {
      throw part.fault("an interval has artefacts for both ends, lower and upper")
    }
    return artefacts
  }

  private static func classes(
    _ part: SpecificationReader?, _ task: Task, _ whole: SpecificationReader
  ) throws(SpecificationFault) -> [String] {
    guard task == .classification else {
      if let part, part.value.array?.isEmpty != true { throw part.fault("only a classification has classes") }
      return []
    }
    guard let part else { throw whole.fault("the member \"classes\" is missing") }
    var names: [String] = []
    for element in try part.elements(atMost: GovernanceLimits.classes) {
      let name = try element.string(atMost: 64)
      guard !names.contains(name) else { throw element.fault("\"\(name)\" stands twice") }
      names.append(name)
    }
    guard names.count >= 2 else { throw part.fault("there are at least two classes") }
    return names
  }

  private static func calibration(
    _ part: SpecificationReader, _ task: Task
  ) throws(SpecificationFault) -> IntervalCalibration {
    guard task == .rul || task == .regression else { throw part.fault("a \(task.rawValue) model has no interval") }
    let entry = try part.object(["method", "coverage", "lower_offset", "upper_offset", "floor", "ceiling", "bands"])
    _ = try entry.required("method").choice(of: ["cqr", "split"])
    let calibration = IntervalCalibration(
      coverage: try entry.required("coverage").number(in: 0.01...0.9999),
      lowerOffset: try entry.required("lower_offset").number(),
      upperOffset: try entry.required("upper_offset").number(),
      floor: try entry["floor"]?.number() ?? -.greatestFiniteMagnitude,
      ceiling: try entry["ceiling"]?.number() ?? .greatestFiniteMagnitude, bands: try bands(entry["bands"]))
    guard calibration.floor <= calibration.ceiling else { throw part.fault("the floor is above the ceiling") }
    return calibration
  }

  private static func bands(_ part: SpecificationReader?) throws(SpecificationFault) -> [IntervalCalibration.Band] {
    guard let part else { return [] }
    var bands: [IntervalCalibration.Band] = []
    for element in try part.elements(atMost: IntervalCalibration.largestBandCount) {
      let entry = try element.object(["below", "lower_offset", "upper_offset"])
      let below = try entry.required("below").number()
      if let last = bands.last, below <= last.below {
        throw try entry.required("below").fault("bands ascend, and the one before is below \(last.below)")
      }
      bands.append(
        .init(
          below: below, lowerOffset: try entry.required("lower_offset").number(),
          upperOffset: try entry.required("upper_offset").number()))
    }
    return bands
  }

  private static func alert(
    _ part: SpecificationReader?, _ task: Task, _ classes: [String]
  ) throws(SpecificationFault) -> AlertRule? {
    guard let part else { return nil }
    let entry = try part.object(["warning", "critical", "normal"])
    let rule = AlertRule(
      warning: try entry.required("warning").number(), critical: try entry.required("critical").number(),
      normal: try entry["normal"].map { (names) throws(SpecificationFault) in try self.normal(names, classes) } ?? [])
    // A remaining life is worse the smaller it is, all else the greater it is.
    guard task == .rul ? rule.critical <= rule.warning : rule.critical >= rule.warning else {
      throw part.fault("critical is milder than warning")
    }
    guard task != .classification || !rule.normal.isEmpty else {
      throw part.fault("the member \"normal\" is missing: the classes that are no fault")
    }
    return rule
  }

  private static func normal(_ part: SpecificationReader, _ classes: [String]) throws(SpecificationFault) -> [String] {
    var names: [String] = []
    for element in try part.elements(atMost: GovernanceLimits.classes) {
      names.append(try element.choice(of: classes))
    }
    return names
  }

  private static func training(_ part: SpecificationReader) throws(SpecificationFault) -> Training {
    let entry = try part.object(["data", "identity", "commit", "command", "rows"])
    func text(_ key: String) throws(SpecificationFault) -> String {
      try entry[key]?.string(atMost: GovernanceLimits.textBytes) ?? ""
    }
    return Training(
      data: try entry.required("data").string(atMost: GovernanceLimits.textBytes),
      identity: try entry.required("identity").string(atMost: GovernanceLimits.textBytes), commit: try text("commit"),
      command: try text("command"), rows: try entry["rows"]?.integer(in: 0...Int.max) ?? 0)
  }

  private static func metrics(_ part: SpecificationReader?) throws(SpecificationFault) -> [Metric] {
    guard let part else { return [] }
    guard let members = part.value.object, members.count <= GovernanceLimits.metrics else {
      throw part.fault("expected an object of at most \(GovernanceLimits.metrics) numbers")
    }
    let entry = try part.object(members.map(\.key))
    var metrics: [Metric] = []
    for member in members {
      metrics.append(Metric(name: member.key, value: try entry.required(member.key).number()))
    }
    return metrics
  }

  private static func promotion(_ part: SpecificationReader) throws(SpecificationFault) -> PromotionRule {
    let entry = try part.object(["evaluations", "agreement"])
    return PromotionRule(
      evaluations: try entry.required("evaluations").integer(in: 1...1_000_000_000),
      agreement: try entry.required("agreement").number(in: 0...1))
  }

  private static func rollback(_ part: SpecificationReader?) throws(SpecificationFault) -> RollbackRule {
    var rule = RollbackRule(window: 1000, deadlineMisses: 100, psi: 0.25)
    guard let part else { return rule }
    let entry = try part.object(["window", "deadline_misses", "psi"])
    rule.window = try entry["window"]?.integer(in: GovernanceLimits.window) ?? rule.window
    rule.deadlineMisses = try entry["deadline_misses"]?.integer(in: GovernanceLimits.window) ?? rule.deadlineMisses
    rule.psi = try entry["psi"]?.number(in: 0...1e9) ?? rule.psi
    return rule
  }
}
