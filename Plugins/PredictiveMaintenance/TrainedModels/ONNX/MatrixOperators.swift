/// Products of matrices.
enum MatrixOperators {
  /// Nil when the operator is none of these.
  static func build(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError) -> [GraphTensor]? {
    switch operation.node.type {
    case "MatMul": return try multiply(operation, &builder)
    case "Gemm": return try gemm(operation, &builder)
    default: return nil
    }
  }

  /// As much as fits: the bound on operations refuses it then.
  static func work(_ factors: Int...) -> Int {
    factors.reduce(1) { work, factor in
      let (product, overflow) = work.multipliedReportingOverflow(by: factor)
      return overflow ? .max : product
    }
  }

  private static func multiply(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    var (a, b) = (try operation.input(0), try operation.input(1))
    let (isRow, isColumn) = (a.shape.count == 1, b.shape.count == 1)
    if isRow { a.shape = [1] + a.shape }
    if isColumn { b.shape += [1] }
    guard a.shape.count >= 2, b.shape.count >= 2, a.shape.last == b.shape[b.shape.count - 2] else {
      throw operation.failure("the shapes \(a.shape) and \(b.shape) have no product")
    }
    let (outerA, outerB) = (Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2)))
    let outer = try Broadcast.shape(outerA, outerB, operation)
    let (rows, inner, columns) = (a.shape[a.shape.count - 2], a.shape[a.shape.count - 1], b.shape[b.shape.count - 1])
    let mapA = Broadcast.map(GraphTensor(kind: .float, shape: outerA, place: 0), to: outer)
    let mapB = Broadcast.map(GraphTensor(kind: .float, shape: outerB, place: 0), to: outer)
    let count = outer.reduce(1, *)
    var shape = outer
    if !isRow { shape.append(rows) }
    if !isColumn { shape.append(columns) }
    let (placeA, placeB) = (a.place, b.place)
    return [
      try builder.emit(
        operation.node, reading: [a, b], kind: a.kind, shape: shape, operations: work(count, rows, inner, columns)
      ) { output in
        { memory in
          for index in 0..<count {
            product(
              memory[placeA] + mapA.at(index) * rows * inner, memory[placeB] + mapB.at(index) * inner * columns,
              into: memory[output] + index * rows * columns, rows: rows, inner: inner, columns: columns)
          }
        }
      }
    ]
  }

  /// Row by row, so that the innermost loop goes along rows of both.
  @Sendable
  static func product(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, into output: UnsafeMutablePointer<Double>, rows: Int,
    inner: Int, columns: Int
  ) {
    for row in 0..<rows {
      let to = output + row * columns
      to.update(repeating: 0, count: columns)
      for k in 0..<inner {
        let factor = a[row * inner + k]
        let from = b + k * columns
        for column in 0..<columns { to[column] += factor * from[column] }
      }
    }
  }

  private static func gemm(_ operation: Operation, _ builder: inout GraphBuilder) throws(ModelFormatError)
    -> [GraphTensor]
  {
    var (a, b) = (try operation.input(0), try operation.input(1))
    guard a.shape.count == 2, b.shape.count == 2 else { throw operation.failure("inputs should be matrices") }
    // Weights are turned once, when the model is read.
    if try operation.node.integer("transA", default: 0) != 0 {
      a = try ShapeOperators.transposed(a, [1, 0], operation, &builder)
    }
    if try operation.node.integer("transB", default: 0) != 0 {
      b = try ShapeOperators.transposed(b, [1, 0], operation, &builder)
    }
    guard a.shape[1] == b.shape[0] else {
      throw operation.failure("the shapes \(a.shape) and \(b.shape) have no product")
    }
    let (rows, inner, columns) = (a.shape[0], a.shape[1], b.shape[1])
    let shape = [rows, columns]
    let alpha = try operation.node.float("alpha", default: 1)
    let beta = try operation.node.float("beta", default: 1)
    let bias = operation.optional(2)
    if let bias, try Broadcast.shape(bias.shape, shape, operation) != shape {
      throw operation.failure("the shape \(bias.shape) of C does not fit \(shape)")
    }
    let map = bias.map { Broadcast.map($0, to: shape) }
    let (placeA, placeB, placeC) = (a.place, b.place, bias?.place ?? 0)
    return [
      try builder.emit(
        operation.node, reading: [a, b] + (bias.map { [$0] } ?? []), kind: a.kind, shape: shape,
        operations: work(rows, inner, columns)
      ) { output in
        { memory in
          let to = memory[output]
          product(memory[placeA], memory[placeB], into: to, rows: rows, inner: inner, columns: columns)
          if alpha != 1 { for index in 0..<(rows * columns) { to[index] *= alpha } }
          guard let map else { return }
          let from = memory[placeC]
          for index in 0..<(rows * columns) { to[index] += beta * from[map.at(index)] }
        }
      }
    ]
  }
}
