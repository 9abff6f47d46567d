/// A convolution along signals, with all that it needs to run.
struct SignalConvolution: Sendable {
  let batch: Int
  let channels: Int
  let length: Int
  let outputs: Int
  let groups: Int
  let window: SignalWindow
  let input: Int
  let weights: Int
  let bias: Int?

  func run(_ memory: GraphMemory, _ output: Int) {
    let (inputs, perGroup) = (channels / groups, outputs / groups)
    for row in 0..<batch {
      for channel in 0..<outputs {
        let to = memory[output] + (row * outputs + channel) * window.count
        to.update(repeating: bias.map { memory[$0][channel] } ?? 0, count: window.count)
        let group = channel / perGroup
        for from in 0..<inputs {
          let signal = memory[input] + (row * channels + group * inputs + from) * length
          let kernel = memory[weights] + (channel * inputs + from) * window.size
          for element in 0..<window.size { add(signal, kernel[element], element, to) }
        }
      }
    }
  }

  /// One element of the kernel, along the whole signal: the innermost loop has no questions in it.
  @inline(__always)
  private func add(
    _ signal: UnsafePointer<Double>, _ weight: Double, _ element: Int, _ to: UnsafeMutablePointer<Double>
  ) {
    // step × stride + offset is within 0..<length.
    let offset = element * window.dilation - window.padBefore
    let lower = offset < 0 ? (-offset + window.stride - 1) / window.stride : 0
    let upper = offset >= length ? 0 : min(window.count, (length - 1 - offset) / window.stride + 1)
    guard lower < upper else { return }
    if window.stride == 1 {
      let from = signal + offset
      for step in lower..<upper { to[step] += weight * from[step] }
    } else {
      for step in lower..<upper { to[step] += weight * signal[step * window.stride + offset] }
    }
  }
}
