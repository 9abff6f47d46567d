/// Writes the little of ONNX's protobuf that tests need.
struct ONNXBytes {
  private(set) var bytes: [UInt8] = []

  static func message(_ build: (inout ONNXBytes) -> Void) -> [UInt8] {
    var message = ONNXBytes()
    build(&message)
    return message.bytes
  }

  private mutating func varint(_ value: UInt64) {
    var value = value
    while value >= 0x80 {
      bytes.append(UInt8(value & 0x7F) | 0x80)
      value >>= 7
    }
    bytes.append(UInt8(value))
  }

  mutating func integer(_ field: UInt64, _ value: Int) {
    varint(field << 3)
    varint(UInt64(bitPattern: Int64(value)))
  }

  mutating func data(_ field: UInt64, _ data: [UInt8]) {
    varint(field << 3 | 2)
    varint(UInt64(data.count))
    bytes += data
  }

  mutating func text(_ field: UInt64, _ text: String) { data(field, Array(text.utf8)) }

  // MARK: parts of a model

  static func tensor(_ name: String, shape: [Int], floats: [Float], type: Int = 1) -> [UInt8] {
    message {
      for size in shape { $0.integer(1, size) }
      $0.integer(2, type)
      $0.text(8, name)
      $0.data(
        9, floats.flatMap { float in (0..<4).map { UInt8(truncatingIfNeeded: float.bitPattern >> UInt32(8 * $0)) } })
    }
  }

  static func node(
    _ type: String, _ inputs: [String], _ outputs: [String], name: String = "", integers: [(String, [Int])] = []
  ) -> [UInt8] {
    message {
      for input in inputs { $0.text(1, input) }
      for output in outputs { $0.text(2, output) }
      if !name.isEmpty { $0.text(3, name) }
      $0.text(4, type)
      for (name, values) in integers {
        $0.data(
          5,
          message {
            $0.text(1, name)
            for value in values { $0.integer(8, value) }
            $0.integer(20, 7)
          })
      }
    }
  }

  /// A size of 0 is left open.
  static func port(_ name: String, shape: [Int], type: Int = 1) -> [UInt8] {
    let sizes = message {
      for size in shape { $0.data(1, message { if size > 0 { $0.integer(1, size) } else { $0.text(2, "N") } }) }
    }
    let tensor = message {
      $0.integer(1, type)
      $0.data(2, sizes)
    }
    return message {
      $0.text(1, name)
      $0.data(2, message { $0.data(1, tensor) })
    }
  }

  static func model(
    nodes: [[UInt8]], constants: [[UInt8]] = [], inputs: [[UInt8]], outputs: [[UInt8]], version: Int = 18
  ) -> [UInt8] {
    let graph = message {
      for node in nodes { $0.data(1, node) }
      for constant in constants { $0.data(5, constant) }
      for input in inputs { $0.data(11, input) }
      for output in outputs { $0.data(12, output) }
    }
    return message {
      $0.integer(1, 8)
      $0.data(7, graph)
      $0.data(8, message { $0.integer(2, version) })
    }
  }
}
