import Glibc

/// `post_transform` of ai.onnx.ml: what becomes of the scores of a row. As ONNX Runtime does it, also where ONNX does
/// not say.
enum PostTransform: String, Sendable {
  case none = "NONE"
  case logistic = "LOGISTIC"
  case softmax = "SOFTMAX"
  case softmaxZero = "SOFTMAX_ZERO"
  case probit = "PROBIT"

  init(_ operation: Operation) throws(ModelFormatError) {
    let name = try operation.node.text("post_transform", default: "NONE")
    guard let transform = PostTransform(rawValue: name) else {
      throw operation.failure("post_transform is '\(name.prefix(40))'")
    }
    self = transform
  }

  /// A single score is not transformed, but by PROBIT.
  func apply(_ scores: UnsafeMutablePointer<Double>, count: Int) {
    guard count > 1 || self == .probit else { return }
    switch self {
    case .none: return
    case .logistic: for index in 0..<count { scores[index] = Self.sigmoid(scores[index]) }
    case .softmax:
      ReductionOperators.softmax(scores, into: scores, count: count, step: 1, isLogarithm: false)
    case .softmaxZero: softmaxZero(scores, count: count)
    case .probit: for index in 0..<count { scores[index] = Self.probit(scores[index]) }
    }
  }

  static func sigmoid(_ score: Double) -> Double { 1 / (1 + exp(-score)) }

  /// Scores of zero stay zero.
  private func softmaxZero(_ scores: UnsafeMutablePointer<Double>, count: Int) {
    var greatest = -Double.infinity
    for index in 0..<count { greatest = max(greatest, scores[index]) }
    var sum = 0.0
    for index in 0..<count {
      if scores[index].magnitude > 1e-7 {
        scores[index] = exp(scores[index] - greatest)
        sum += scores[index]
      } else {
        scores[index] *= exp(-greatest)
      }
    }
    for index in 0..<count { scores[index] /= sum }
  }

  /// √2 · erf⁻¹(2p − 1), with the inverse of Winitzki's approximation of the error function (2008), as ONNX Runtime
  /// has it.
  private static func probit(_ score: Double) -> Double {
    let x = 2 * score - 1
    let logarithm = log((1 - x) * (1 + x))
    let a = 2 / (Double.pi * 0.147) + 0.5 * logarithm
    let root = (-a + (a * a - logarithm / 0.147).squareRoot()).squareRoot()
    return 2.0.squareRoot() * (x < 0 ? -root : root)
  }
}
