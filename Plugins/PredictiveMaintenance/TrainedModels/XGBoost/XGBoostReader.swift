/// XGBoost's model document (`Booster.save_model` to .json or .ubj; the JSON schema of its documentation), boosters
/// `gbtree` and `dart`.
///
/// XGBoost computes in floats: the value is rounded to a float and compared with `<`, scores are added in floats, tree
/// by tree. Thresholds
/// become those of doubles that decide the same (`FloatThreshold`).
enum XGBoostReader {
  static func read(_ document: ModelDocument, format: ModelFormat) throws(ModelFormatError) -> TreeModel {
    let root = DocumentPlace(document, format: format)
    let learner = try root.member("learner")
    let parameters = try learner.member("learner_model_param")
    let objective = try XGBoostObjective(learner.member(["objective", "name"]))
    let inputCount = try parameters.member("num_feature").integer(in: 1...ModelLimits.maxInputs)
    let classes = try parameters.member("num_class").integer(in: 0...ModelLimits.maxOutputs)
    let targets = try parameters.child("num_target")?.integer(in: 0...ModelLimits.maxOutputs) ?? 1
    let scoreCount = max(1, classes, targets)
    var ensemble = TreeEnsemble(
      trees: [], scoreCount: scoreCount, scoreOfTree: [],
      base: try base(parameters.member("base_score"), count: scoreCount, objective: objective), sum: .floats)
    ensemble.sets.roundsToFloat = true
    try readBooster(learner.member("gradient_booster"), into: &ensemble, inputCount: inputCount)
    return TreeModel(
      format: format, inputCount: inputCount, inputNames: try names(learner, count: inputCount), ensemble: ensemble,
      transform: objective.transform)
  }

  /// `"5E-1"`, since version 3.1 `"[5E-1]"`, one or one a score.
  private static func base(
    _ place: DocumentPlace, count: Int, objective: XGBoostObjective
  ) throws(ModelFormatError) -> [Double] {
    var text = try place.string()[...]
    if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
    let words = text.split(separator: ",", maxSplits: ModelLimits.maxOutputs)
    var scores: [Double] = []
    for word in words {
      guard word.utf8.count <= 64, let number = Float(word), let margin = objective.margin(number) else {
        throw place.failure("this is no score that the objective can begin with")
      }
      scores.append(Double(margin))
    }
    if scores.count == 1 { return Array(repeating: scores[0], count: count) }
    guard scores.count == count else { throw place.failure("\(scores.count) scores, \(count) are needed") }
    return scores
  }

  private static func names(_ learner: DocumentPlace, count: Int) throws(ModelFormatError) -> [String] {
    guard let place = learner.child("feature_names") else { return [] }
    var names: [String] = []
    for element in try place.elements(atMost: ModelLimits.maxInputs) { names.append(try element.string()) }
    guard names.isEmpty || names.count == count else {
      throw place.failure("\(names.count) names, \(count) are needed")
    }
    guard names.allSatisfy({ $0.utf8.count <= ModelLimits.maxNameBytes }) else {
      throw place.failure("a name is longer than \(ModelLimits.maxNameBytes) bytes")
    }
    return names
  }

  private static func readBooster(
    _ booster: DocumentPlace, into ensemble: inout TreeEnsemble, inputCount: Int
  ) throws(ModelFormatError) {
    let name = try booster.member("name").string()
    let model: DocumentPlace
    switch name {
    case "gbtree": model = try booster.member("model")
    case "dart": model = try booster.member(["gbtree", "model"])
    default:
      throw try booster.member("name").failure("the booster '\(name.prefix(40))' is not evaluated: gbtree and dart are")
    }
    let trees = try model.member("trees").elements(atMost: ModelLimits.maxTrees)
    try checkCount(trees.count, of: model)
    let scores = try model.member("tree_info").integers(count: trees.count, in: 0...(ensemble.scoreCount - 1))
    ensemble.scoreOfTree = scores.map { Int32($0) }
    var nodeCount = 0
    for place in trees {
      ensemble.trees.append(
        try XGBoostTree.read(place, sets: &ensemble.sets, inputCount: inputCount, nodeCount: &nodeCount))
    }
    if name == "dart" {
      let place = try booster.member("weight_drop")
      ensemble.weights = try place.numbers(count: trees.count)
      guard ensemble.weights.allSatisfy(\.isFinite) else { throw place.failure("a weight is not finite") }
    }
  }

  /// What the document says of its trees beside them. `iteration_indptr` (the first tree of each round, and behind them the count) is
  /// written since version 2.
  private static func checkCount(_ count: Int, of model: DocumentPlace) throws(ModelFormatError) {
    if let named = model.child("gbtree_model_param")?.child("num_trees") {
      let said = try named.integer(in: 0...Int(Int32.max))
      guard said == count else { throw named.failure("\(said) trees, and \(count) are in the file") }
    }
    guard let rounds = model.child("iteration_indptr") else { return }
    let begins = try rounds.integers(in: 0...Int(Int32.max))
    guard begins.first == 0, begins.last == count, zip(begins, begins.dropFirst()).allSatisfy(<=) else {
      throw rounds.failure("this should ascend from 0 to \(count), the number of trees")
    }
  }
}
