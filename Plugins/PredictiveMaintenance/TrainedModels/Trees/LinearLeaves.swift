/// Leaves with a linear function each, LightGBM's `linear_tree` (Shi et al., "Gradient Boosting with Piece-Wise Linear Regression
/// Trees", 2018). Where there are any, the score of a leaf in `DecisionTree` is its number here.
struct LinearLeaves: Sendable {
  /// What a leaf gives when one of its inputs is missing.
  private var plain: [Double] = []
  private var constants: [Double] = []
  /// Where the terms of leaf k begin; one more than leaves.
  private var starts: [Int] = [0]
  private var inputs: [Int32] = []
  private var coefficients: [Double] = []

  var termCount: Int { inputs.count }

  /// Returns its number.
  mutating func append(plain: Double, constant: Double, inputs: some Sequence<Int>, coefficients: some Sequence<Double>)
    -> Int
  {
    self.plain.append(plain)
    constants.append(constant)
    self.inputs += inputs.lazy.map { Int32($0) }
    self.coefficients += coefficients
    starts.append(self.inputs.count)
    return self.plain.count - 1
  }

  /// In place: the numbers of leaves become their scores. What is nearly zero is zero, as in comparisons.
  func replace(_ leaves: UnsafeMutablePointer<Double>, count: Int, row: UnsafeBufferPointer<Double>) {
    for tree in 0..<count { leaves[tree] = score(of: Int(leaves[tree]), row: row) }
  }

  private func score(of leaf: Int, row: UnsafeBufferPointer<Double>) -> Double {
    var score = constants[leaf]
    for term in starts[leaf]..<starts[leaf + 1] {
      let value = row[Int(inputs[term])]
      if value.isNaN { return plain[leaf] }
      score += coefficients[term] * (value.magnitude <= MissingRule.zeroBound ? 0 : value)
    }
    return score
  }
}
