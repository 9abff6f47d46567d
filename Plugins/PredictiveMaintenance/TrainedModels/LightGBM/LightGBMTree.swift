/// One tree of a LightGBM file. Bits of `decision_type`: 0 by category, 1 missing goes left, 2-3 what is missing (0
/// nothing, 1 zero and NaN,
/// 2 NaN).
enum LightGBMTree {
  static func read(
    _ fields: LightGBMFields, sets: inout CategorySets, inputCount: Int, nodeCount: inout Int
  ) throws(ModelFormatError) -> DecisionTree {
    let leafCount = try fields.integer("num_leaves", in: 1...ModelLimits.maxTreeNodes)
    nodeCount += 2 * leafCount - 1
    guard nodeCount <= ModelLimits.maxTreeNodes else {
      throw fields.failure("more than \(ModelLimits.maxTreeNodes) decisions and leaves", key: "num_leaves")
    }
    let leaves = try fields.numbers("leaf_value", count: leafCount)
    guard leaves.allSatisfy(\.isFinite) else {
      throw fields.failure("leaf_value has a number that is not finite", key: "leaf_value")
    }
    let hasCounts = fields.has("leaf_count") && (leafCount == 1 || fields.has("internal_count"))
    let covers =
      hasCounts && leafCount > 1
      ? try fields.numbers("leaf_count", count: leafCount) : Array(repeating: 1, count: leafCount)
    var tree = DecisionTree(decisions: [], leaves: leaves, leafCovers: covers)
    if leafCount > 1 {
      tree.decisions = try decisions(fields, count: leafCount - 1, sets: &sets, inputCount: inputCount)
      if hasCounts {
        let counts = try fields.numbers("internal_count", count: leafCount - 1)
        for index in counts.indices { tree.decisions[index].cover = counts[index] }
      }
    }
    do {
      try tree.check()
    } catch {
      switch error {
      case .child(let decision):
        throw fields.failure("decision \(decision) has a child that is none or another's", key: "left_child")
      case .unreachable: throw fields.failure("a decision or leaf is no one's child", key: "left_child")
      case .depth: throw fields.failure("deeper than \(ModelLimits.maxTreeDepth)", key: "left_child")
      }
    }
    return tree
  }

  /// The functions of leaves, where the file has them: for each leaf a constant, how many inputs, which, and their coefficients.
  static func readFunctions(
    _ fields: LightGBMFields, of tree: inout DecisionTree, into ensemble: inout TreeEnsemble, inputCount: Int
  ) throws(ModelFormatError) {
    let isLinear = fields.has("is_linear") ? try fields.integer("is_linear", in: 0...1) == 1 : false
    guard ensemble.trees.isEmpty || isLinear == (ensemble.linear != nil) else {
      throw fields.failure("some trees are linear, others are not", key: "is_linear")
    }
    guard isLinear else { return }
    var linear = ensemble.linear ?? LinearLeaves()
    ensemble.linear = nil
    let count = tree.leaves.count
    let constants = try fields.numbers("leaf_const", count: count)
    let room = ModelLimits.maxTreeNodes - linear.termCount
    let sizes = try fields.integers("num_features", count: count, in: 0...min(inputCount, room))
    let termCount = sizes.reduce(0, +)
    guard termCount <= room else {
      throw fields.failure("more than \(ModelLimits.maxTreeNodes) coefficients", key: "num_features")
    }
    let inputs = try fields.integers("leaf_features", count: termCount, in: 0...(inputCount - 1))
    let coefficients = try fields.numbers("leaf_coeff", count: termCount)
    guard constants.allSatisfy(\.isFinite), coefficients.allSatisfy(\.isFinite) else {
      throw fields.failure("a coefficient is not finite", key: "leaf_coeff")
    }
    var start = 0
    for leaf in 0..<count {
      let terms = start..<(start + sizes[leaf])
      start = terms.upperBound
      tree.leaves[leaf] = Double(
        linear.append(
          plain: tree.leaves[leaf], constant: constants[leaf], inputs: inputs[terms], coefficients: coefficients[terms])
      )
    }
    ensemble.linear = linear
  }

  private static func decisions(
    _ fields: LightGBMFields, count: Int, sets: inout CategorySets, inputCount: Int
  ) throws(ModelFormatError) -> [DecisionTree.Decision] {
    let inputs = try fields.integers("split_feature", count: count, in: 0...(inputCount - 1))
    let thresholds = try fields.numbers("threshold", count: count)
    let types = try fields.integers("decision_type", count: count, in: 0...15)
    let lefts = try fields.integers("left_child", count: count, in: ~count...(count - 1))
    let rights = try fields.integers("right_child", count: count, in: ~count...(count - 1))
    let firstSet = try categories(fields, sets: &sets)
    let setCount = sets.count - firstSet
    var decisions: [DecisionTree.Decision] = []
    decisions.reserveCapacity(count)
    for index in 0..<count {
      var decision = DecisionTree.Decision(
        input: Int32(inputs[index]), left: Int32(lefts[index]), right: Int32(rights[index]),
        threshold: thresholds[index],
        missing: .right)
      if types[index] & 1 == 1 {
        guard let set = Int(exactly: thresholds[index]), (0..<setCount).contains(set) else {
          throw fields.failure(
            "decision \(index) is by category set \(thresholds[index]), there are \(setCount)", key: "threshold")
        }
        decision.categories = Int32(firstSet + set)
      } else {
        guard types[index] >> 2 < 3 else {
          throw fields.failure("decision \(index) has a type that is not known", key: "decision_type")
        }
        decision.setThreshold(thresholds[index], type: types[index])
      }
      decisions.append(decision)
    }
    return decisions
  }

  /// Returns the number of the first set.
  private static func categories(_ fields: LightGBMFields, sets: inout CategorySets) throws(ModelFormatError) -> Int {
    let first = sets.count
    let count = fields.has("num_cat") ? try fields.integer("num_cat", in: 0...ModelLimits.maxTreeNodes) : 0
    guard count > 0 else { return first }
    let room = ModelLimits.maxCategoryWords - sets.words.count
    let boundaries = try fields.integers("cat_boundaries", count: count + 1, in: 0...max(0, room))
    guard boundaries[0] == 0, zip(boundaries, boundaries.dropFirst()).allSatisfy({ $0 <= $1 }) else {
      throw fields.failure("cat_boundaries do not rise from 0", key: "cat_boundaries")
    }
    let words = try fields.integers("cat_threshold", count: boundaries[count], in: 0...Int(UInt32.max))
    for set in 0..<count {
      _ = sets.append(words[boundaries[set]..<boundaries[set + 1]].lazy.map { UInt32($0) })
    }
    return first
  }
}

extension DecisionTree.Decision {
  /// LightGBM makes zero of everything within `zeroBound` before it compares, and of NaN where that is not what is
  /// missing: the threshold
  /// and the rule are moved so that the plain comparison gives the same.
  fileprivate mutating func setThreshold(_ threshold: Double, type: Int) {
    let bound = MissingRule.zeroBound
    let zeroGoesLeft = threshold >= 0
    if threshold.magnitude <= bound {
      self.threshold = zeroGoesLeft ? bound : (-bound).nextDown
    }
    let defaultLeft = type >> 1 & 1 == 1
    switch type >> 2 {
    case 0: missing = zeroGoesLeft ? .left : .right
    case 1: missing = defaultLeft ? .zeroLeft : .zeroRight
    default: missing = defaultLeft ? .left : .right
    }
  }
}
