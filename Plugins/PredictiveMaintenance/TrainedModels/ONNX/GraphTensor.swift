/// A value of the graph: its kind, its shape, and where it is. Sizes are fixed when the model is read; the open batch
/// dimension is 1.
struct GraphTensor: Sendable {
  var kind: ElementKind
  var shape: [Int]
  /// An offset in the memory of an evaluation, or ~offset in the constants.
  var place: Int
  /// Of scores by class, where an operation names them.
  var labels: [String] = []

  var count: Int { shape.reduce(1, *) }
  var isConstant: Bool { place < 0 }

  /// The steps from one element to the next in each dimension.
  var strides: [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in stride(from: shape.count - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
  }
}

/// Where the values of one evaluation are. Constants are written to when the model is read only.
struct GraphMemory {
  let constants: UnsafeMutablePointer<Double>
  let values: UnsafeMutablePointer<Double>

  subscript(_ place: Int) -> UnsafeMutablePointer<Double> {
    place < 0 ? constants + ~place : values + place
  }
}

/// One operation, ready to run: reads and writes places of the memory. It takes no memory itself.
typealias GraphKernel = @Sendable (GraphMemory) -> Void
