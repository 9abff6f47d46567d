import Foundation
import Seeded
import Testing
import TrainedModels

@Suite struct ForestTests {
  /// Every number of trees from none to a few batches, all depths, categories and all ways in which a value is missing.
  @Test func fastWalkGivesTheBitsOfRecursion() throws {
    let seed = SeededNumbers.seed()
    var random = SeededNumbers(seed)
    for count in 0...40 {
      let trees = RandomTrees(using: &random, trees: count, inputs: 1 + count % 5, depth: 1 + count % 7)
      let model = try TrainedModelFile.load(bytes: Array(trees.text.utf8))
      #expect(model.inputNames == (0..<trees.inputCount).map { "in_\($0)" })
      let evaluator = ModelEvaluator(model)
      for _ in 0..<40 {
        let row = trees.row(using: &random)
        let expected = trees.output(of: row)
        let output = row.withUnsafeBufferPointer { evaluator.evaluate($0)[0] }
        #expect(output.bitPattern == expected.bitPattern, "\(count) trees, \(row)")
        #expect(PlainEvaluation.outputs(of: model, row: row) == [expected])
      }
    }
  }

  /// 600 trees × 31 leaves and more trees than a batch holds, walked in the order of their depth, are added in that of
  /// training.
  @Test func orderOfAdditionIsThatOfTraining() throws {
    var random = SeededNumbers(7)
    let trees = RandomTrees(using: &random, trees: 300, inputs: 20, depth: 6)
    let model = try TrainedModelFile.load(bytes: Array(trees.text.utf8))
    for _ in 0..<20 {
      let row = trees.row(using: &random)
      #expect(model.evaluate(row)[0].bitPattern == trees.output(of: row).bitPattern)
    }
  }

  /// The sum of contributions and the expected score is the raw score (local accuracy; Lundberg and Lee 2017).
  @Test func contributionsAddUpToTheScore() throws {
    var random = SeededNumbers(11)
    let text = """
      tree
      version=v4
      num_class=1
      num_tree_per_iteration=1
      max_feature_idx=2
      objective=binary sigmoid:1

      Tree=0
      num_leaves=4
      num_cat=0
      split_feature=0 1 0
      threshold=0.5 -1 0.25
      decision_type=2 8 10
      left_child=1 -1 -2
      right_child=2 -3 -4
      leaf_value=0.5 -1.25 2 0.125
      leaf_count=10 20 30 40
      internal_count=100 40 60

      Tree=1
      num_leaves=1
      leaf_value=0.0625

      end of trees

      """
    let model = try TrainedModelFile.load(bytes: Array(text.utf8))
    #expect(model.contributionCount == 4)
    #expect(model.outputNames == ["probability"])
    for _ in 0..<50 {
      let row = (0..<3).map { _ in Bool.random(using: &random) ? Double.random(in: -2...2, using: &random) : Double.nan
      }
      let contributions = model.contributions(of: row)
      let score = contributions.reduce(0, +)
      #expect(abs(1 / (1 + exp(-score)) - model.evaluate(row)[0]) < 1e-12)
      #expect(contributions[2] == 0, "an input that no decision asks for")
      let expected = 0.1 * 0.5 + 0.2 * -1.25 + 0.3 * 2 + 0.4 * 0.125 + 0.0625
      #expect(abs(contributions[3] - expected) < 1e-12)
    }
  }
}
