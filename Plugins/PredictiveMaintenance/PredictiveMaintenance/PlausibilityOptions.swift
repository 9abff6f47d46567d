// What is plausible of plain columns, in the words of the feature library (docs/features.md): range, rate of change, stuck.
//
// Options for all columns, and `plausible` for single ones, where what it leaves out is as for all:
//
//   minimum = -40                                             every column
//   plausible = "motor_c ..150 rate 2, pressure_bar 0..16 stuck 600"
internal import CrossdockPlugin
internal import SignalFeatures

struct PlausibilityOptions {
  /// The option's value that stands for no bound: what is beyond it is used nowhere.
  static let unbounded = 1e100

  private var all: FeatureSpecification.Input
  private var single: [String: FeatureSpecification.Input] = [:]

  init(_ values: CheckedOptions) throws {
    all = FeatureSpecification.Input("")
    let minimum = try values.number("minimum", -Self.unbounded...Self.unbounded)
    let maximum = try values.number("maximum", minimum...Self.unbounded, because: "not below minimum")
    if minimum > -Self.unbounded { all.minimum = minimum }
    if maximum < Self.unbounded { all.maximum = maximum }
    let rate = try values.number("maximum_rate_per_s", 0...Self.unbounded)
    if rate > 0 { all.maximumRatePerS = rate }
    let stuck = try values.whole("stuck_count", 0...1_000_000)
    guard stuck != 1 else { throw PluginError("stuck_count = 1: every value is one in a row; must be 0 or at least 2") }
    if stuck > 0 { all.stuckCount = stuck }
    let text = values.context.string("plausible")
    let known = Set(values.context.streams.flatMap(\.columns))
    for entry in text.split(separator: ",") {
      let words = entry.split(separator: " ").map(String.init)
      guard let name = words.first else { continue }
      func wrong(_ reason: String) -> PluginError { PluginError("plausible = \"\(text)\": \(name): \(reason)") }
      guard known.contains(name) else { throw wrong("no stream has such a column (fields of its feed)") }
      guard single[name] == nil else { throw wrong("is named twice") }
      single[name] = try Self.limits(words.dropFirst(), from: all, wrong)
    }
  }

  private static func limits(
    _ words: ArraySlice<String>, from all: FeatureSpecification.Input, _ wrong: (String) -> PluginError
  ) throws -> FeatureSpecification.Input {
    var limits = all
    var words = words
    guard !words.isEmpty else { throw wrong("nothing is said of it; as in 0..150, rate 2, stuck 600") }
    while let word = words.popFirst() {
      switch word {
      case "rate":
        guard let rate = words.popFirst().flatMap(Double.init), rate > 0, rate.isFinite else {
          throw wrong("after rate comes how much it may change in a second")
        }
        limits.maximumRatePerS = rate
      case "stuck":
        guard let count = words.popFirst().flatMap(Int.init), (2...1_000_000).contains(count) else {
          throw wrong("after stuck comes how many equal values in a row, 2 to 1000000")
        }
        limits.stuckCount = count
      default:
        let ends = word.split(separator: "..", omittingEmptySubsequences: false).map(String.init)
        let numbers = ends.map { Double($0) }
        guard ends.count == 2, zip(ends, numbers).allSatisfy({ $0.isEmpty || $1?.isFinite == true }) else {
          throw wrong("\"\(word)\" is no range like 0..150, ..150 or 0.., and not rate or stuck")
        }
        if let low = numbers[0] { limits.minimum = low }
        if let high = numbers[1] { limits.maximum = high }
      }
    }
    guard limits.minimum <= limits.maximum else { throw wrong("its least value is above its greatest") }
    return limits
  }

  /// What checks the columns of a stream; nil: nothing is to be checked.
  func plan(columns: [String]) -> FeaturePlan? {
    let inputs = columns.map { column in
      var input = single[column] ?? all
      (input.name, input.column) = (column, column)
      return input
    }
    guard inputs.contains(where: \.isChecked) else { return nil }
    return FeaturePlan(FeatureSpecification(checking: inputs))
  }
}

extension FeatureSpecification.Input {
  fileprivate var isChecked: Bool {
    minimum.isFinite || maximum.isFinite || maximumRatePerS.isFinite || stuckCount != nil
  }
}
