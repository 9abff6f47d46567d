/// What the header says about outputs.
struct LightGBMObjective {
  let transform: ScoreTransform

  private static let plain: Set<String> = [
    "regression", "regression_l1", "huber", "fair", "quantile", "mape", "lambdarank", "rank_xendcg", "custom",
  ]

  init(_ header: LightGBMFields) throws(ModelFormatError) {
    let version = header.text("version") ?? ""
    guard version == "v3" || version == "v4" else {
      throw header.failure("version is '\(version.prefix(20))', v3 and v4 are read", key: "version")
    }
    let classes = try header.integer("num_class", in: 1...ModelLimits.maxOutputs)
    let perIteration = try header.integer("num_tree_per_iteration", in: 1...ModelLimits.maxOutputs)
    let words = header.has("objective") ? try header.words("objective", atMost: 8) : []
    let name = words.first ?? "custom"
    func number(_ key: String) throws(ModelFormatError) -> Double {
      guard let word = words.first(where: { $0.hasPrefix(key + ":") }) else { return 1 }
      guard let number = Double(word.dropFirst(key.count + 1)), number.isFinite, number > 0 else {
        throw header.failure("'\(word.prefix(40))' is no number above zero", key: "objective")
      }
      return number
    }
    switch name {
    case "regression" where words.contains("sqrt"): transform = .signedSquare
    case let name where Self.plain.contains(name): transform = .identity
    case "binary", "multiclassova": transform = .sigmoid(scale: try number("sigmoid"))
    case "cross_entropy": transform = .sigmoid(scale: 1)
    case "cross_entropy_lambda": transform = .logOnePlusExponential
    case "poisson", "gamma", "tweedie": transform = .exponential
    case "multiclass": transform = .softmax
    default: throw header.failure("the objective '\(name.prefix(40))' is not known", key: "objective")
    }
    guard perIteration == classes else {
      throw header.failure("num_tree_per_iteration is not num_class", key: "num_tree_per_iteration")
    }
  }
}
