import Glibc

/// What an objective makes of raw scores. The ones of XGBoost work in floats, as the library does.
enum ScoreTransform: Equatable, Sendable {
  case identity
  case sigmoid(scale: Double)
  case exponential
  case softmax
  /// LightGBM `sqrt`: the target was the signed root.
  case signedSquare
  /// LightGBM `cross_entropy_lambda`.
  case logOnePlusExponential
  case floatSigmoid
  case floatExponential
  case floatSoftmax
  /// The number of the greatest score, in one output.
  case greatest
  /// 1 above zero.
  case step

  func outputCount(scores: Int) -> Int { self == .greatest ? 1 : scores }

  /// In place; of `greatest` the first becomes the output.
  func apply(_ scores: UnsafeMutableBufferPointer<Double>) {
    switch self {
    case .identity: return
    case .sigmoid(let scale): for i in scores.indices { scores[i] = 1 / (1 + exp(-scale * scores[i])) }
    case .exponential: for i in scores.indices { scores[i] = exp(scores[i]) }
    case .softmax: softmax(scores)
    case .signedSquare: for i in scores.indices { scores[i] = scores[i] * scores[i].magnitude }
    case .logOnePlusExponential: for i in scores.indices { scores[i] = log1p(exp(scores[i])) }
    case .floatSigmoid: for i in scores.indices { scores[i] = floatSigmoid(scores[i]) }
    case .floatExponential: for i in scores.indices { scores[i] = Double(expf(Float(scores[i]))) }
    case .floatSoftmax: floatSoftmax(scores)
    case .greatest:
      var best = 0
      for i in scores.indices where scores[i] > scores[best] { best = i }
      scores[0] = Double(best)
    case .step: for i in scores.indices { scores[i] = scores[i] > 0 ? 1 : 0 }
    }
  }

  private func softmax(_ scores: UnsafeMutableBufferPointer<Double>) {
    var greatest = scores[0]
    for score in scores where score > greatest { greatest = score }
    var sum = 0.0
    for i in scores.indices {
      scores[i] = exp(scores[i] - greatest)
      sum += scores[i]
    }
    for i in scores.indices { scores[i] /= sum }
  }

  private func floatSigmoid(_ score: Double) -> Double {
    // The bound keeps the exponential finite.
    let exponent = min(-Float(score), 88.7)
    return Double(1 / (expf(exponent) + 1 + 1e-16))
  }

  private func floatSoftmax(_ scores: UnsafeMutableBufferPointer<Double>) {
    var greatest = Float(scores[0])
    for score in scores where Float(score) > greatest { greatest = Float(score) }
    var sum = 0.0
    for i in scores.indices {
      scores[i] = Double(expf(Float(scores[i]) - greatest))
      sum += scores[i]
    }
    for i in scores.indices { scores[i] = Double(Float(scores[i]) / Float(sum)) }
  }
}
