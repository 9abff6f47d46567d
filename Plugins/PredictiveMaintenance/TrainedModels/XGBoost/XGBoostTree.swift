/// One tree of XGBoost's document: arrays by node, of which 0 is the root; a node whose left child is -1 is a leaf,
/// its score in
/// `split_conditions`. Nodes that were pruned are no one's child.
enum XGBoostTree {
  static func read(
    _ place: DocumentPlace, sets: inout CategorySets, inputCount: Int, nodeCount: inout Int
  ) throws(ModelFormatError) -> DecisionTree {
    let parameters = try place.member("tree_param")
    let count = try parameters.member("num_nodes").integer(in: 1...ModelLimits.maxTreeNodes)
    nodeCount += count
    guard nodeCount <= ModelLimits.maxTreeNodes else {
      throw place.failure("more than \(ModelLimits.maxTreeNodes) nodes")
    }
    if let width = parameters.child("size_leaf_vector"), try width.integer(in: 0...ModelLimits.maxOutputs) > 1 {
      throw width.failure("trees with several scores a leaf (multi_output_tree) are not evaluated")
    }
    let nodes = try XGBoostNodes(place, count: count, inputCount: inputCount, sets: &sets)
    return try nodes.tree(place)
  }
}

/// The arrays of a tree, each as long as it has nodes.
private struct XGBoostNodes {
  let lefts: [Int]
  let rights: [Int]
  let inputs: [Int]
  let conditions: [Double]
  let defaults: [Int]
  let types: [Int]
  let covers: [Double]
  var setOfNode: [Int: Int] = [:]

  init(_ place: DocumentPlace, count: Int, inputCount: Int, sets: inout CategorySets) throws(ModelFormatError) {
    let children = -1...(count - 1)
    lefts = try place.member("left_children").integers(count: count, in: children)
    rights = try place.member("right_children").integers(count: count, in: children)
    // Of a leaf it may be anything.
    inputs = try place.member("split_indices").integers(count: count, in: 0...Int(UInt32.max))
    conditions = try place.member("split_conditions").numbers(count: count)
    defaults = try place.member("default_left").integers(count: count, in: 0...1)
    types = try place.child("split_type")?.integers(count: count, in: 0...1) ?? Array(repeating: 0, count: count)
    covers = try place.child("sum_hessian")?.numbers(count: count) ?? Array(repeating: 1, count: count)
    for node in 0..<count where lefts[node] >= 0 && inputs[node] >= inputCount {
      throw ModelFormatError(
        format: place.format, place: "\(place.pointer)/split_indices/\(node)", reason: "there are \(inputCount) inputs")
    }
    if types.contains(1) { try readSets(place, count: count, sets: &sets) }
  }

  private mutating func readSets(_ place: DocumentPlace, count: Int, sets: inout CategorySets) throws(ModelFormatError)
  {
    let nodes = try place.member("categories_nodes").integers(in: 0...(count - 1))
    let categories = try place.member("categories").integers(in: 0...16_777_215)
    let starts = try place.member("categories_segments").integers(count: nodes.count, in: 0...categories.count)
    let sizes = try place.member("categories_sizes").integers(count: nodes.count, in: 0...categories.count)
    for index in nodes.indices {
      guard starts[index] + sizes[index] <= categories.count else {
        throw ModelFormatError(
          format: place.format, place: "\(place.pointer)/categories_sizes/\(index)",
          reason: "beyond the end of categories")
      }
      let members = categories[starts[index]..<(starts[index] + sizes[index])]
      let wordCount = (members.max() ?? -1) / 32 + 1
      guard sets.words.count + wordCount <= ModelLimits.maxCategoryWords else {
        throw place.failure("category sets of more than \(ModelLimits.maxCategoryWords) words")
      }
      var words = [UInt32](repeating: 0, count: wordCount)
      for member in members { words[member >> 5] |= 1 << UInt32(member & 31) }
      setOfNode[nodes[index]] = sets.append(words)
    }
  }

  /// What can be reached from node 0.
  func tree(_ place: DocumentPlace) throws(ModelFormatError) -> DecisionTree {
    var decisions: [DecisionTree.Decision] = []
    var leaves: [Double] = []
    var leafCovers: [Double] = []
    // A node, and the decision whose child it is.
    var queue: [(node: Int, parent: Int, isLeft: Bool)] = [(0, -1, false)]
    var next = 0
    while next < queue.count {
      let (node, parent, isLeft) = queue[next]
      next += 1
      guard queue.count <= lefts.count else { throw place.failure("a node is the child of several") }
      let number: Int32
      if lefts[node] < 0 {
        let score = Float(conditions[node])
        guard score.isFinite else { throw failure(place, "split_conditions", node, "a leaf's score is not finite") }
        number = ~Int32(leaves.count)
        leaves.append(Double(score))
        leafCovers.append(covers[node])
      } else {
        guard rights[node] >= 0 else { throw failure(place, "right_children", node, "a left child, but no right one") }
        number = Int32(decisions.count)
        queue.append((lefts[node], decisions.count, true))
        queue.append((rights[node], decisions.count, false))
        decisions.append(try decision(node, place))
      }
      guard parent >= 0 else { continue }
      // Of categories, those in the set go right: children change sides.
      if isLeft != (decisions[parent].categories >= 0) {
        decisions[parent].left = number
      } else {
        decisions[parent].right = number
      }
    }
    var tree = DecisionTree(decisions: decisions, leaves: leaves, leafCovers: leafCovers)
    do {
      try tree.check()
    } catch {
      throw place.failure("this is no tree, or deeper than \(ModelLimits.maxTreeDepth)")
    }
    return tree
  }

  private func decision(_ node: Int, _ place: DocumentPlace) throws(ModelFormatError) -> DecisionTree.Decision {
    var decision = DecisionTree.Decision(
      input: Int32(inputs[node]), left: 0, right: 0, threshold: FloatThreshold.below(Float(conditions[node])),
      missing: defaults[node] == 1 ? .left : .right, cover: covers[node])
    if types[node] == 1 {
      guard let set = setOfNode[node] else {
        throw failure(place, "split_type", node, "by category, without categories")
      }
      decision.categories = Int32(set)
      decision.missing = defaults[node] == 1 ? .right : .left
    }
    return decision
  }

  private func failure(_ place: DocumentPlace, _ key: String, _ node: Int, _ reason: String) -> ModelFormatError {
    ModelFormatError(format: place.format, place: "\(place.pointer)/\(key)/\(node)", reason: reason)
  }
}
