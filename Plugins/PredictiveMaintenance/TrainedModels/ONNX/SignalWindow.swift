/// How a window moves along a signal: one dimension of convolution and pooling.
struct SignalWindow: Sendable {
  let size: Int
  let stride: Int
  let dilation: Int
  let padBefore: Int
  let padAfter: Int
  /// Steps of the window.
  let count: Int

  init(_ operation: Operation, size: Int, length: Int, allowsCeiling: Bool) throws(ModelFormatError) {
    let node = operation.node
    func one(_ name: String, default usual: Int) throws(ModelFormatError) -> Int {
      guard let values = try node.integers(name) else { return usual }
      guard values.count == 1, (1...ModelLimits.maxTensorElements).contains(values[0]) else {
        throw operation.failure("\(name) should be one number from 1: signals have one dimension")
      }
      return values[0]
    }
    guard (1...ModelLimits.maxTensorElements).contains(size) else { throw operation.failure("a window of \(size)") }
    self.size = size
    stride = try one("strides", default: 1)
    dilation = try one("dilations", default: 1)
    let reach = (size - 1) * dilation + 1
    let mode = try node.text("auto_pad", default: "NOTSET")
    switch mode {
    case "NOTSET":
      let pads = try node.integers("pads") ?? [0, 0]
      guard pads.count == 2, pads.allSatisfy({ (0...ModelLimits.maxTensorElements).contains($0) }) else {
        throw operation.failure("pads should be two numbers from 0: signals have one dimension")
      }
      (padBefore, padAfter) = (pads[0], pads[1])
    case "VALID": (padBefore, padAfter) = (0, 0)
    case "SAME_UPPER", "SAME_LOWER":
      let total = max(0, ((length + stride - 1) / stride - 1) * stride + reach - length)
      padBefore = mode == "SAME_UPPER" ? total / 2 : total - total / 2
      padAfter = total - padBefore
    default: throw operation.failure("auto_pad is '\(mode.prefix(20))'")
    }
    let room = length + padBefore + padAfter - reach
    guard room >= 0 else { throw operation.failure("a window of \(reach) on a signal of \(length)") }
    var count = room / stride + 1
    if allowsCeiling, try node.integer("ceil_mode", default: 0) != 0, room % stride != 0 {
      // A window that would begin behind the signal is none.
      if count * stride < length + padBefore { count += 1 }
    }
    self.count = count
  }

  /// Places of the signal at step `step`, from `first` by `dilation`, that are in it: the numbers of the window's
  /// elements.
  @inline(__always)
  func elements(at step: Int, length: Int) -> (first: Int, range: Range<Int>) {
    let first = step * stride - padBefore
    let lower = first < 0 ? (-first + dilation - 1) / dilation : 0
    let upper = first >= length ? 0 : min(size, (length - 1 - first) / dilation + 1)
    return (first, lower..<max(lower, upper))
  }
}
