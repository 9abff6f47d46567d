/// Sizes of 1, and those that are not there, repeat until the shapes are the same (ONNX, "Broadcasting").
enum Broadcast {
  /// Which element of an input belongs to an element of the result.
  struct Map: Sendable {
    /// Empty: the same.
    fileprivate var elements: [Int32] = []
    fileprivate var isScalar = false

    @inline(__always) func at(_ index: Int) -> Int {
      isScalar ? 0 : elements.isEmpty ? index : Int(elements[index])
    }
  }

  static func shape(_ a: [Int], _ b: [Int], _ operation: Operation) throws(ModelFormatError) -> [Int] {
    let rank = max(a.count, b.count)
    var shape: [Int] = []
    for axis in 0..<rank {
      let sizeA = axis < rank - a.count ? 1 : a[axis - rank + a.count]
      let sizeB = axis < rank - b.count ? 1 : b[axis - rank + b.count]
      guard sizeA == sizeB || sizeA == 1 || sizeB == 1 else {
        throw operation.failure("the shapes \(a) and \(b) do not fit together")
      }
      shape.append(sizeA == 1 ? sizeB : sizeA)
    }
    return try bounded(shape, operation)
  }

  /// Maps are made before the result is: this bounds them.
  static func bounded(_ shape: [Int], _ operation: Operation) throws(ModelFormatError) -> [Int] {
    var count = 1
    for size in shape {
      guard size >= 0, size <= ModelLimits.maxTensorElements, count * size <= ModelLimits.maxTensorElements else {
        throw operation.failure("a result of more than \(ModelLimits.maxTensorElements) values, or of a size below 0")
      }
      count *= size
    }
    return shape
  }

  static func map(_ tensor: GraphTensor, to shape: [Int]) -> Map {
    if tensor.shape == shape { return Map() }
    if tensor.count == 1 { return Map(isScalar: true) }
    var strides = [Int](repeating: 0, count: shape.count)
    let missing = shape.count - tensor.shape.count
    for (axis, stride) in tensor.strides.enumerated() where tensor.shape[axis] != 1 { strides[missing + axis] = stride }
    return Map(elements: elements(shape: shape, strides: strides, from: 0))
  }

  /// The elements that are met when a shape is gone through in order, with these steps in each dimension.
  static func elements(shape: [Int], strides: [Int], from first: Int) -> [Int32] {
    var elements: [Int32] = [Int32(first)]
    for axis in shape.indices {
      var next: [Int32] = []
      next.reserveCapacity(elements.count * shape[axis])
      for element in elements {
        for index in 0..<shape[axis] { next.append(element + Int32(index * strides[axis])) }
      }
      elements = next
    }
    return elements
  }
}
