import Testing
import TrainedModels

/// Graphs of ONNX: what is evaluated, and what is refused with its node.
@Suite struct GraphTests {
  private func model(
    _ nodes: [[UInt8]], constants: [[UInt8]] = [], input: [Int] = [0, 2], version: Int = 18
  ) throws(ModelFormatError) -> any TrainedModel {
    try TrainedModelFile.load(
      bytes: ONNXBytes.model(
        nodes: nodes, constants: constants, inputs: [ONNXBytes.port("x", shape: input)],
        outputs: [ONNXBytes.port("y", shape: [])], version: version))
  }

  private func refusal(
    _ nodes: [[UInt8]], constants: [[UInt8]] = [], input: [Int] = [0, 2], version: Int = 18
  ) -> String? {
    do {
      _ = try model(nodes, constants: constants, input: input, version: version)
      return nil
    } catch {
      return error.description
    }
  }

  private let weights = ONNXBytes.tensor("w", shape: [2, 3], floats: [1, 2, 3, 10, 20, 30])

  @Test func productAndRectifierAreEvaluated() throws {
    let model = try model(
      [ONNXBytes.node("MatMul", ["x", "w"], ["a"]), ONNXBytes.node("Relu", ["a"], ["y"])], constants: [weights])
    #expect(ModelFormat.detect(ONNXBytes.model(nodes: [], inputs: [], outputs: [])) == .onnx)
    #expect(model.inputCount == 2)
    #expect(model.outputNames == ["y_0", "y_1", "y_2"])
    #expect(model.evaluate([1, 0.5]) == [6, 12, 18])
    #expect(model.evaluate([-1, 0]) == [0, 0, 0])
    #expect(model.evaluate([.nan, 0])[0].isNaN)
    #expect(model.contributionCount == 0)
  }

  /// Nothing is computed for a row that is known when the model is read, nor for outputs that nobody asks for.
  @Test func whatNoOutputNeedsIsNotLookedAt() throws {
    let model = try model([
      ONNXBytes.node("LSTM", ["x"], ["unused"]), ONNXBytes.node("Identity", ["x"], ["y"]),
    ])
    #expect(model.evaluate([1, 2]) == [1, 2])
  }

  @Test func floatsAreRoundedOnTheWayIn() throws {
    let model = try model([ONNXBytes.node("Identity", ["x"], ["y"])])
    #expect(model.evaluate([0.1, 1e300]) == [Double(Float(0.1)), .infinity])
  }

  @Test func unknownOperatorIsRefusedByName() {
    #expect(
      refusal([ONNXBytes.node("LSTM", ["x"], ["y"], name: "cell")])
        == "onnx model: node 0 (LSTM 'cell'): the operator 'LSTM' is not evaluated")
  }

  @Test func outputOfTwoNodesIsRefused() {
    #expect(
      refusal([ONNXBytes.node("Relu", ["x"], ["y"]), ONNXBytes.node("Neg", ["x"], ["y"])])
        == "onnx model: node 1 (Neg): its output 'y' is that of another node, too")
  }

  @Test func shapesAreCheckedWhenTheModelIsRead() {
    #expect(
      refusal([ONNXBytes.node("MatMul", ["x", "w"], ["y"])], constants: [weights], input: [0, 3])
        == "onnx model: node 0 (MatMul): the shapes [1, 3] and [2, 3] have no product")
    #expect(
      refusal([ONNXBytes.node("Add", ["x", "w"], ["y"])], constants: [weights])
        == "onnx model: node 0 (Add): the shapes [1, 2] and [2, 3] do not fit together")
    #expect(
      refusal([ONNXBytes.node("Transpose", ["x"], ["y"], integers: [("perm", [0, 0])])])
        == "onnx model: node 0 (Transpose): perm is no order of the axes")
    #expect(
      refusal([ONNXBytes.node("Relu", ["x"], ["y"])], input: [0, 0])
        == "onnx model: input 'x': its dimension 1 has no fixed size")
    #expect(
      refusal([ONNXBytes.node("Conv", ["x", "w"], ["y"])], constants: [weights])
        == "onnx model: node 0 (Conv): the shape [1, 2] is not batch × channels × length: signals have one dimension")
  }

  @Test func whatComesFromNowhereIsRefused() {
    #expect(
      refusal([ONNXBytes.node("Relu", ["z"], ["y"])])
        == "onnx model: node 0 (Relu): its input 'z' comes from nowhere, or is not of numbers")
    #expect(refusal([ONNXBytes.node("Relu", ["x"], ["z"])]) == "onnx model: output 'y': it comes from nowhere")
    let node = ONNXBytes.node("Relu", ["x"], ["y"])
    #expect(refusal([node], version: 99)?.hasPrefix("onnx model: operator sets: a version that is not known") == true)
    let short = ONNXBytes.tensor("w", shape: [2, 4], floats: [1, 2, 3])
    #expect(refusal([node], constants: [short])?.hasSuffix("the tensor 'w' has 12 bytes, its shape says 32") == true)
    let huge = ONNXBytes.tensor("w", shape: [1 << 40, 1 << 40], floats: [])
    #expect(refusal([node], constants: [huge])?.contains("'w' has more than 4000000 values") == true)
  }

  /// Of an axis twice the starts would add up, beyond the end of the tensor.
  @Test func sliceOfAnAxisTwiceIsRefused() {
    let slice = ONNXBytes.node(
      "Slice", ["x"], ["y"], integers: [("starts", [3, 3]), ("ends", [4, 4]), ("axes", [1, -1])])
    #expect(refusal([slice], input: [0, 4], version: 9) == "onnx model: node 0 (Slice): an axis twice")
  }

  @Test func axesBeyondTheRankAreRefused() {
    let axes = (0..<9).map { _ in 0 }
    for type in ["ReduceSum", "Squeeze"] {
      #expect(
        refusal([ONNXBytes.node(type, ["x"], ["y"], integers: [("axes", axes)])], version: 12)
          == "onnx model: node 0 (\(type)): more than 8 axes")
    }
  }

  @Test func constantsAreCounted() {
    let constants = [[UInt8]](repeating: [], count: 65_537)
    #expect(
      refusal([ONNXBytes.node("Relu", ["x"], ["y"])], constants: constants)?.hasSuffix("more than 65536 constants")
        == true)
  }

  /// A sum that grows and a long product are refused by their bounds, before memory and time are taken.
  @Test func sizeAndTimeAreBounded() {
    let column = ONNXBytes.tensor("c", shape: [3000, 1], floats: Array(repeating: 1, count: 3000))
    let row = ONNXBytes.tensor("r", shape: [1, 3000], floats: Array(repeating: 1, count: 3000))
    #expect(
      refusal(
        [ONNXBytes.node("Add", ["c", "r"], ["a"]), ONNXBytes.node("Add", ["x", "a"], ["y"])], constants: [column, row],
        input: [0, 1]
      ) == "onnx model: node 0 (Add): a result of more than 4000000 values, or of a size below 0")
    let square = ONNXBytes.tensor("s", shape: [800, 800], floats: Array(repeating: 1, count: 640_000))
    #expect(
      refusal(
        [ONNXBytes.node("MatMul", ["s", "s"], ["a"]), ONNXBytes.node("Add", ["x", "a"], ["y"])], constants: [square],
        input: [0, 1]
      ) == "onnx model: node 0 (MatMul): an evaluation of more than 200000000 operations")
  }
}
