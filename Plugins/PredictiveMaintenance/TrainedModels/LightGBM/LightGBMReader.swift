/// LightGBM's text format, versions 3 and 4 (`Booster.save_model`).
///
///     tree                         the first line
///     version=v4                   the header: key=value lines
///     …
///     Tree=0                       a tree: key=value lines up to an empty one
///     num_leaves=31
///     …
///     end of trees                 what follows is for people
///
/// The order of additions, missing values and objectives are LightGBM's own (`src/io/tree.cpp`,
/// `src/boosting/gbdt_prediction.cpp` and
/// `src/objective` of its sources, 4.6).
enum LightGBMReader {
  static func read(_ bytes: [UInt8]) throws(ModelFormatError) -> TreeModel {
    var lines = TextLines(bytes)
    guard let first = lines.next(), lines.starts(first, with: "tree"), first.count == 4 else {
      throw ModelFormatError(format: .lightGBM, place: "line 1", reason: "the first line is not 'tree'")
    }
    let header = try fields(of: &lines, line: 1)
    let objective = try LightGBMObjective(header)
    let inputCount = try header.integer("max_feature_idx", in: 0...(ModelLimits.maxInputs - 1)) + 1
    let names = header.has("feature_names") ? try header.words("feature_names", atMost: inputCount) : []
    guard names.isEmpty || names.count == inputCount else {
      throw header.failure("feature_names has \(names.count) names, \(inputCount) are needed", key: "feature_names")
    }
    guard names.allSatisfy({ $0.utf8.count <= ModelLimits.maxNameBytes }) else {
      throw header.failure("a name is longer than \(ModelLimits.maxNameBytes) bytes", key: "feature_names")
    }
    let perIteration = try header.integer("num_tree_per_iteration", in: 1...ModelLimits.maxOutputs)
    var ensemble = TreeEnsemble(
      trees: [], scoreCount: perIteration, scoreOfTree: [], base: Array(repeating: 0, count: perIteration),
      sum: .doubles)
    try readTrees(&lines, into: &ensemble, inputCount: inputCount)
    try checkCount(of: ensemble, header)
    guard ensemble.trees.count % perIteration == 0 else {
      throw header.failure(
        "\(ensemble.trees.count) trees are no multiple of num_tree_per_iteration", key: "num_tree_per_iteration")
    }
    if header.has("average_output") { ensemble.divisor = max(1, Double(ensemble.trees.count / perIteration)) }
    return TreeModel(
      format: .lightGBM, inputCount: inputCount, inputNames: names, ensemble: ensemble, transform: objective.transform)
  }

  private static func readTrees(
    _ lines: inout TextLines, into ensemble: inout TreeEnsemble, inputCount: Int
  ) throws(ModelFormatError) {
    var nodeCount = 0
    while let line = lines.next() {
      if line.isEmpty { continue }
      if lines.starts(line, with: "end of trees") { return }
      guard lines.starts(line, with: "Tree="), lines.text(line) == "Tree=\(ensemble.trees.count)" else {
        throw ModelFormatError(
          format: .lightGBM, place: "line \(lines.number)",
          reason: "expected 'Tree=\(ensemble.trees.count)' or 'end of trees'")
      }
      guard ensemble.trees.count < ModelLimits.maxTrees else {
        throw ModelFormatError(
          format: .lightGBM, place: "line \(lines.number)", reason: "more than \(ModelLimits.maxTrees) trees")
      }
      let fields = try fields(of: &lines, line: lines.number)
      var tree = try LightGBMTree.read(fields, sets: &ensemble.sets, inputCount: inputCount, nodeCount: &nodeCount)
      try LightGBMTree.readFunctions(fields, of: &tree, into: &ensemble, inputCount: inputCount)
      ensemble.scoreOfTree.append(Int32(ensemble.trees.count % ensemble.scoreCount))
      ensemble.trees.append(tree)
    }
    throw ModelFormatError(
      format: .lightGBM, place: "line \(lines.number)", reason: "the file ends before 'end of trees'")
  }

  /// The header has the size of each tree in bytes. They are counted only: line ends may have been changed since, and nothing else.
  private static func checkCount(of ensemble: TreeEnsemble, _ header: LightGBMFields) throws(ModelFormatError) {
    let key = "tree_sizes"
    guard header.has(key) else { return }
    let named = try header.words(key, atMost: ModelLimits.maxTrees).count
    guard named == ensemble.trees.count else {
      throw header.failure("\(key) has \(named) trees, and \(ensemble.trees.count) are in the file", key: key)
    }
  }

  /// Up to an empty line.
  private static func fields(of lines: inout TextLines, line: Int) throws(ModelFormatError) -> LightGBMFields {
    var fields = LightGBMFields(bytes: lines.bytes, line: line)
    while let line = lines.next(), !line.isEmpty { try fields.add(line, line: lines.number) }
    return fields
  }
}
