import Glibc

/// What an objective makes of raw scores, and where the scores begin.
struct XGBoostObjective {
  private enum Margin {
    case plain, logit, logarithm
  }

  let transform: ScoreTransform
  private let kind: Margin

  private static let plain: Set<String> = [
    "reg:squarederror", "reg:linear", "reg:squaredlogerror", "reg:absoluteerror", "reg:pseudohubererror",
    "reg:quantileerror",
    "reg:expectileerror", "rank:pairwise", "rank:ndcg", "rank:map",
  ]

  init(_ place: DocumentPlace) throws(ModelFormatError) {
    let name = try place.string()
    switch name {
    case let name where Self.plain.contains(name): (transform, kind) = (.identity, .plain)
    case "reg:logistic", "binary:logistic": (transform, kind) = (.floatSigmoid, .logit)
    case "binary:logitraw": (transform, kind) = (.identity, .plain)
    case "binary:hinge": (transform, kind) = (.step, .plain)
    case "count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft":
      (transform, kind) = (.floatExponential, .logarithm)
    case "multi:softprob": (transform, kind) = (.floatSoftmax, .plain)
    case "multi:softmax": (transform, kind) = (.greatest, .plain)
    default: throw place.failure("the objective '\(name.prefix(40))' is not known")
    }
  }

  func margin(_ score: Float) -> Float? {
    let margin: Float =
      switch kind {
      case .plain: score
      case .logit: -logf(1 / score - 1)
      case .logarithm: logf(score)
      }
    return margin.isFinite ? margin : nil
  }
}
