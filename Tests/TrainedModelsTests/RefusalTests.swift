import Testing
import TrainedModels

/// What is no model is refused, with the place.
@Suite struct RefusalTests {
  private func refusal(_ text: String, _ format: ModelFormat? = nil) -> String? {
    refusal(Array(text.utf8), format)
  }

  private func refusal(_ bytes: [UInt8], _ format: ModelFormat? = nil) -> String? {
    do {
      _ = try TrainedModelFile.load(bytes: bytes, format: format)
      return nil
    } catch {
      return error.description
    }
  }

  static let tree = """
    tree
    version=v4
    num_class=1
    num_tree_per_iteration=1
    max_feature_idx=1
    objective=regression

    Tree=0
    num_leaves=2
    num_cat=0
    split_feature=1
    threshold=0.5
    decision_type=2
    left_child=-1
    right_child=-2
    leaf_value=1 2

    end of trees

    """

  @Test func textOfATreeIsRead() throws {
    let model = try TrainedModelFile.load(bytes: Array(Self.tree.utf8))
    #expect(model.evaluate([0, 0.5]) == [1])
    #expect(model.evaluate([0, 0.6]) == [2])
    #expect(model.evaluate([0, .nan]) == [1])
    let windows = Self.tree.replacing("\n", with: "\r\n")
    #expect(try TrainedModelFile.load(bytes: Array(windows.utf8)).evaluate([0, 0.6]) == [2])
  }

  @Test(arguments: [
    ("version=v4", "version=v2", "line 2: version is 'v2', v3 and v4 are read"),
    ("objective=regression", "objective=guess", "line 6: the objective 'guess' is not known"),
    ("max_feature_idx=1", "max_feature_idx=-1", "line 5: max_feature_idx is '-1', not from 0 to 65535"),
    ("max_feature_idx=1\n", "", "line 1: there is no max_feature_idx"),
    ("Tree=0", "Tree=1", "line 8: expected 'Tree=0' or 'end of trees'"),
    ("num_leaves=2", "num_leaves=9999999", "line 9: num_leaves is '9999999', not from 1 to 4000000"),
    ("split_feature=1", "split_feature=2", "line 11: split_feature has 2.0, not a whole number from 0 to 1"),
    ("threshold=0.5", "threshold=0.5 1", "line 12: threshold has more than 1 values"),
    ("threshold=0.5", "threshold=half", "line 12: threshold has 'half', which is no number"),
    ("threshold=0.5", "threshold=nan", "line 12: threshold has 'nan', which is no number"),
    ("decision_type=2", "decision_type=12", "line 13: decision 0 has a type that is not known"),
    ("decision_type=2", "decision_type=1", "line 12: decision 0 is by category set 0.5, there are 0"),
    ("left_child=-1", "left_child=0", "line 14: decision 0 has a child that is none or another's"),
    ("right_child=-2", "right_child=-1", "line 14: decision 0 has a child that is none or another's"),
    ("leaf_value=1 2", "leaf_value=1 inf", "line 16: leaf_value has a number that is not finite"),
    ("leaf_value=1 2", "leaf_value=1 2\nleaf_value=3 4", "line 17: leaf_value a second time"),
    ("leaf_value=1 2", "leaf_value=1 2\nis_linear=1", "line 8: there is no leaf_const"),
    ("end of trees\n", "", "line 17: the file ends before 'end of trees'"),
    (
      "objective=regression\n", "objective=regression\ntree_sizes=120 130\n",
      "line 7: tree_sizes has 2 trees, and 1 are in the file"
    ),
    (
      "objective=regression\n", "objective=regression\ntree_sizes=\n",
      "line 7: tree_sizes has 0 trees, and 1 are in the file"
    ),
  ]) func lightGBMTextIsRefusedWithTheLine(_ old: String, _ new: String, _ expected: String) {
    #expect(refusal(Self.tree.replacing(old, with: new)) == "lightgbm model: " + expected)
  }

  @Test func partOfTooManyLinesIsRefused() {
    let lines = (0..<1025).map { "k\($0)=1\n" }.joined()
    #expect(
      refusal(Self.tree.replacing("num_leaves=2\n", with: lines + "num_leaves=2\n"))
        == "lightgbm model: line 1033: more than 1024 lines in one part")
  }

  /// Evaluated, but not explained: five chains of a thousand decisions would take 5 · 10⁹ steps.
  @Test func contributionsAreBoundedInTime() throws {
    func chains(_ count: Int) throws -> any TrainedModel {
      let depth = 1000
      func line(_ key: String, _ count: Int, _ value: (Int) -> Int) -> String {
        key + "=" + (0..<count).map { "\(value($0))" }.joined(separator: " ") + "\n"
      }
      var text = String(Self.tree.prefix(while: { $0 != "T" }))
      for tree in 0..<count {
        text += "Tree=\(tree)\nnum_leaves=\(depth + 1)\nnum_cat=0\n"
        text += line("split_feature", depth) { _ in 0 } + line("threshold", depth) { $0 }
        text += line("decision_type", depth) { _ in 2 } + line("left_child", depth) { ~$0 }
        text += line("right_child", depth) { $0 == depth - 1 ? ~depth : $0 + 1 } + line("leaf_value", depth + 1) { $0 }
        text += "\n"
      }
      return try TrainedModelFile.load(bytes: Array((text + "end of trees\n").utf8))
    }
    let five = try chains(5)
    #expect(five.evaluate([7.5, 0]) == [40])
    #expect(five.contributionCount == 0)
    #expect(try chains(1).contributionCount == 3)
  }

  static let document = """
    {"version":[3,2,0],"learner":{"feature_names":["a","b"],"feature_types":[],
    "learner_model_param":{"base_score":"[5E-1]","num_class":"0","num_feature":"2","num_target":"1"},
    "objective":{"name":"reg:squarederror"},"gradient_booster":{"name":"gbtree","model":{"tree_info":[0],"trees":[
    {"left_children":[1,-1,-1],"right_children":[2,-1,-1],"split_indices":[1,0,0],"split_conditions":[0.5,1,2],
    "default_left":[1,0,0],"sum_hessian":[2,1,1],"tree_param":{"num_nodes":"3","size_leaf_vector":"1"}}]}}}}
    """

  @Test func documentOfATreeIsRead() throws {
    let model = try TrainedModelFile.load(bytes: Array(Self.document.utf8))
    #expect(model.inputNames == ["a", "b"])
    #expect(model.evaluate([0, 0.4]) == [1.5])
    // Not below the threshold; and so near that as a float it is the threshold.
    #expect(model.evaluate([0, 0.5]) == [2.5])
    #expect(model.evaluate([0, 0.5.nextDown]) == [2.5])
    #expect(model.evaluate([0, .nan]) == [1.5])
  }

  @Test(arguments: [
    ("{\"version\"", "{version", "line 1, column 2: expected a key in double quotes"),
    (
      "gbtree", "gblinear",
      "/learner/gradient_booster/name: the booster 'gblinear' is not evaluated: gbtree and dart are"
    ),
    ("reg:squarederror", "reg:guess", "/learner/objective/name: the objective 'reg:guess' is not known"),
    (
      "\"num_feature\":\"2\"", "\"num_feature\":\"0\"",
      "/learner/learner_model_param/num_feature: this should be a whole number from 1 to 65536"
    ),
    ("[5E-1]", "[x]", "/learner/learner_model_param/base_score: this is no score that the objective can begin with"),
    ("[5E-1]", "[1,2]", "/learner/learner_model_param/base_score: 2 scores, 1 are needed"),
    (
      "\"tree_info\":[0]", "\"tree_info\":[1]",
      "/learner/gradient_booster/model/tree_info/0: 1.0 is no whole number from 0 to 0"
    ),
    ("[1,-1,-1]", "[1,-1]", "/learner/gradient_booster/model/trees/0/left_children: 2 numbers, 3 are needed"),
    ("[1,-1,-1]", "[0,-1,-1]", "/learner/gradient_booster/model/trees/0: a node is the child of several"),
    (
      "[2,-1,-1]", "[-1,-1,-1]",
      "/learner/gradient_booster/model/trees/0/right_children/0: a left child, but no right one"
    ),
    (
      "[1,0,0],\"split_conditions\"", "[2,0,0],\"split_conditions\"",
      "/learner/gradient_booster/model/trees/0/split_indices/0: there are 2 inputs"
    ),
    (
      "\"size_leaf_vector\":\"1\"", "\"size_leaf_vector\":\"3\"",
      "/learner/gradient_booster/model/trees/0/tree_param/size_leaf_vector: "
        + "trees with several scores a leaf (multi_output_tree) are not evaluated"
    ),
    ("[\"a\",\"b\"]", "[\"a\"]", "/learner/feature_names: 1 names, 2 are needed"),
    (
      "\"tree_info\":[0]", "\"gbtree_model_param\":{\"num_trees\":\"2\"},\"tree_info\":[0]",
      "/learner/gradient_booster/model/gbtree_model_param/num_trees: 2 trees, and 1 are in the file"
    ),
    (
      "\"tree_info\":[0]", "\"iteration_indptr\":[0,1,2],\"tree_info\":[0]",
      "/learner/gradient_booster/model/iteration_indptr: this should ascend from 0 to 1, the number of trees"
    ),
    (
      "\"tree_info\":[0]", "\"iteration_indptr\":[0,1,0,1],\"tree_info\":[0]",
      "/learner/gradient_booster/model/iteration_indptr: this should ascend from 0 to 1, the number of trees"
    ),
    (
      "\"tree_info\":[0]", "\"iteration_indptr\":[],\"tree_info\":[0]",
      "/learner/gradient_booster/model/iteration_indptr: this should ascend from 0 to 1, the number of trees"
    ),
  ]) func xgboostDocumentIsRefusedWithThePlace(_ old: String, _ new: String, _ expected: String) {
    #expect(refusal(Self.document.replacing(old, with: new)) == "xgboost-json model: " + expected)
  }

  /// Files of all versions: what they say of their trees is right, or missing.
  @Test func whatTheFileSaysOfItsTreesMayBeMissingOrRight() {
    #expect(
      refusal(Self.tree.replacing("objective=regression\n", with: "objective=regression\ntree_sizes=120\n")) == nil)
    let said =
      "\"gbtree_model_param\":{\"num_parallel_tree\":\"1\",\"num_trees\":\"1\"},\"iteration_indptr\":[0,1],\"tree_info\":[0]"
    #expect(refusal(Self.document.replacing("\"tree_info\":[0]", with: said)) == nil)
  }

  @Test func treesAreCountedBeforeTheyAreRead() {
    let trees = "\"trees\":[" + String(repeating: "0,", count: 100_000)
    #expect(
      refusal(Self.document.replacing("\"trees\":[", with: trees))
        == "xgboost-json model: /learner/gradient_booster/model/trees: 100001 elements, at most 100000 are read")
  }

  @Test func binaryFilesAreRefusedWithTheByte() {
    #expect(refusal(Array("{i".utf8) + [120]) == "xgboost-ubj model: byte 3: a length beyond the end of the file")
    #expect(refusal([0x08, 0x08], .onnx) == "onnx model: byte 2: there is no graph")
    #expect(refusal([0x3A, 0x05, 0x0A], .onnx) == "onnx model: byte 0: a length beyond the end of the message")
    #expect(refusal([0x3A, 0x02, 0x0B, 0x00], .onnx) == "onnx model: byte 2: a field of an unknown type")
    #expect(refusal([0x3A, 0x00], .onnx) == "onnx model: outputs: none of them is of numbers")
  }

  @Test func otherFilesAreOfNoFormat() {
    #expect(
      refusal("<html>")
        == "model: byte 0: neither LightGBM text nor XGBoost JSON or UBJSON nor ONNX begins like this")
    #expect(refusal([]) != nil)
    #expect(refusal(String(repeating: "[", count: 100_000), .xgboostJSON)?.contains("nested deeper than 64") == true)
    #expect(
      refusal(Array(repeating: UInt8(ascii: "["), count: 100_000), .xgboostUBJSON)?.contains("nested deeper than 64")
        == true)
  }
}
