/// A trained model as small as one gets: a tree of one step, as LightGBM writes it.
package enum SteppedTree {
  /// - Parameters:
  ///   - input: the feature's name.
  ///   - leaves: the outputs up to 50 and above it.
  package static func text(input: String, leaves: (Double, Double)) -> String {
    """
    tree
    version=v4
    num_class=1
    num_tree_per_iteration=1
    label_index=0
    max_feature_idx=0
    objective=regression
    feature_names=\(input)
    feature_infos=[0:100]

    Tree=0
    num_leaves=2
    num_cat=0
    split_feature=0
    split_gain=1
    threshold=50
    decision_type=2
    left_child=-1
    right_child=-2
    leaf_value=\(leaves.0) \(leaves.1)
    leaf_count=10 10
    internal_value=15
    internal_count=20
    is_linear=0
    shrinkage=1


    end of trees

    """
  }
}
