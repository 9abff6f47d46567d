import Seeded

/// A model of random trees as LightGBM text, and its outputs by an evaluation of its own, by recursion, as LightGBM's
/// documentation
/// says: what the program's fast one has to equal to the bit.
struct RandomTrees {
  indirect enum Node {
    case leaf(Double)
    case numeric(input: Int, threshold: Double, missing: Int, defaultLeft: Bool, left: Node, right: Node)
    case category(input: Int, members: Set<Int>, left: Node, right: Node)
  }

  static let zero = Double(1e-35 as Float)
  static let special: [Double] = [
    0, -0.0, 1, -1, 2, 3.7, -0.5, 1e-36, -1e-36, zero, -zero, zero.nextUp, (-zero).nextDown, .leastNonzeroMagnitude,
    1e300, -1e300,
    .nan,
    .infinity, -.infinity,
  ]

  let inputCount: Int
  let trees: [Node]

  init(using random: inout SeededNumbers, trees count: Int, inputs: Int, depth: Int) {
    inputCount = inputs
    trees = (0..<count).map { _ in
      Self.node(using: &random, inputs: inputs, depth: Int.random(in: 0...depth, using: &random))
    }
  }

  private static func node(using random: inout SeededNumbers, inputs: Int, depth: Int) -> Node {
    guard depth > 0, Int.random(in: 0..<8, using: &random) > 0 else {
      return .leaf(Double.random(in: -1...1, using: &random))
    }
    let left = node(using: &random, inputs: inputs, depth: depth - 1)
    let right = node(using: &random, inputs: inputs, depth: depth - 1)
    let input = Int.random(in: 0..<inputs, using: &random)
    if Int.random(in: 0..<5, using: &random) == 0 {
      let members = Set((0..<4).map { _ in Int.random(in: 0..<70, using: &random) })
      return .category(input: input, members: members, left: left, right: right)
    }
    var threshold = special.filter { $0.isFinite }.randomElement(using: &random) ?? 0
    if Bool.random(using: &random) { threshold = Double.random(in: -3...3, using: &random) }
    return .numeric(
      input: input, threshold: threshold, missing: Int.random(in: 0...2, using: &random),
      defaultLeft: Bool.random(using: &random), left: left, right: right)
  }

  func row(using random: inout SeededNumbers) -> [Double] {
    (0..<inputCount).map { _ in
      Bool.random(using: &random)
        ? Double.random(in: -3...3, using: &random)
        : Bool.random(using: &random)
          ? Double(Int.random(in: -2...80, using: &random)) : Self.special.randomElement(using: &random) ?? 0
    }
  }

  func output(of row: [Double]) -> Double {
    trees.reduce(0) { $0 + Self.leaf($1, row) }
  }

  private static func leaf(_ node: Node, _ row: [Double]) -> Double {
    switch node {
    case .leaf(let score): return score
    case .category(let input, let members, let left, let right):
      let value = row[input]
      // Cut down to a whole number; what is below zero is in no set.
      let isMember = value > -1 && value < 100 && members.contains(Int(value))
      return leaf(isMember ? left : right, row)
    case .numeric(let input, let threshold, let missing, let defaultLeft, let left, let right):
      // What is nearly zero is zero before anything else (the library drops it from the row).
      var value = row[input].magnitude <= zero ? 0 : row[input]
      if value.isNaN, missing != 2 { value = 0 }
      let isMissing = missing == 1 && value == 0 || missing == 2 && value.isNaN
      return leaf((isMissing ? defaultLeft : value <= threshold) ? left : right, row)
    }
  }

  // MARK: text

  var text: String {
    var text =
      "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=\(inputCount - 1)\n"
    text += "objective=regression\nfeature_names=" + (0..<inputCount).map { "in_\($0)" }.joined(separator: " ") + "\n\n"
    for (index, tree) in trees.enumerated() {
      var arrays = Arrays()
      _ = arrays.append(tree)
      text += "Tree=\(index)\n" + arrays.text + "\n"
    }
    return text + "end of trees\n"
  }

  private struct Arrays {
    var inputs: [Int] = []
    var thresholds: [String] = []
    var types: [Int] = []
    var lefts: [Int] = []
    var rights: [Int] = []
    var leaves: [Double] = []
    var boundaries = [0]
    var words: [UInt32] = []

    mutating func append(_ node: Node) -> Int {
      switch node {
      case .leaf(let score):
        leaves.append(score)
        return ~(leaves.count - 1)
      case .category(let input, let members, let left, let right):
        var set = [UInt32](repeating: 0, count: (members.max() ?? 0) / 32 + 1)
        for member in members { set[member / 32] |= 1 << UInt32(member % 32) }
        words += set
        boundaries.append(words.count)
        return append(input, "\(boundaries.count - 2)", 1, left, right)
      case .numeric(let input, let threshold, let missing, let defaultLeft, let left, let right):
        return append(input, "\(threshold)", missing << 2 | (defaultLeft ? 2 : 0), left, right)
      }
    }

    private mutating func append(_ input: Int, _ threshold: String, _ type: Int, _ left: Node, _ right: Node) -> Int {
      let number = inputs.count
      inputs.append(input)
      thresholds.append(threshold)
      types.append(type)
      lefts.append(0)
      rights.append(0)
      lefts[number] = append(left)
      rights[number] = append(right)
      return number
    }

    var text: String {
      func line(_ key: String, _ values: [some CustomStringConvertible]) -> String {
        "\(key)=" + values.map(\.description).joined(separator: " ") + "\n"
      }
      var text = "num_leaves=\(leaves.count)\nnum_cat=\(boundaries.count - 1)\n"
      text += line("split_feature", inputs) + line("threshold", thresholds) + line("decision_type", types)
      text += line("left_child", lefts) + line("right_child", rights) + line("leaf_value", leaves)
      if boundaries.count > 1 { text += line("cat_boundaries", boundaries) + line("cat_threshold", words) }
      return text + "is_linear=0\nshrinkage=1\n"
    }
  }
}
