import Glibc

/// Functions of one element, by the operator's name, with its attributes in them.
enum ElementFunction {
  typealias Function = @Sendable (Double) -> Double

  static let names = [
    "Relu", "Sigmoid", "Tanh", "Exp", "Log", "Sqrt", "Erf", "Neg", "Abs", "Sign", "Floor", "Ceil", "Round",
    "Reciprocal", "Softplus", "Softsign", "Not", "IsNaN", "LeakyRelu", "Elu", "Selu", "HardSigmoid", "HardSwish",
    "ThresholdedRelu", "Gelu",
  ]

  static func function(_ node: ONNXNode) throws(ModelFormatError) -> Function {
    switch node.type {
    case "Relu": return { $0 < 0 ? 0 : $0 }
    case "Sigmoid": return { 1 / (1 + exp(-$0)) }
    case "Tanh": return { tanh($0) }
    case "Exp": return { exp($0) }
    case "Log": return { log($0) }
    case "Sqrt": return { $0.squareRoot() }
    case "Erf": return { erf($0) }
    case "Neg": return { -$0 }
    case "Abs": return { $0.magnitude }
    case "Sign": return { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }
    case "Floor": return { $0.rounded(.down) }
    case "Ceil": return { $0.rounded(.up) }
    case "Round": return { $0.rounded(.toNearestOrEven) }
    case "Reciprocal": return { 1 / $0 }
    case "Softplus": return { $0 > 0 ? $0 + log1p(exp(-$0)) : log1p(exp($0)) }
    case "Softsign": return { $0 / (1 + $0.magnitude) }
    case "Not": return { $0 == 0 ? 1 : 0 }
    case "IsNaN": return { $0.isNaN ? 1 : 0 }
    case "HardSwish": return { $0 * max(0, min(1, $0 / 6 + 0.5)) }
    default: return try withParameters(node)
    }
  }

  private static func withParameters(_ node: ONNXNode) throws(ModelFormatError) -> Function {
    func number(_ name: String, _ usual: Float) throws(ModelFormatError) -> Double {
      try node.float(name, default: Double(usual))
    }
    switch node.type {
    case "LeakyRelu":
      let slope = try number("alpha", 0.01)
      return { $0 < 0 ? slope * $0 : $0 }
    case "Elu":
      let alpha = try number("alpha", 1)
      return { $0 < 0 ? alpha * expm1($0) : $0 }
    case "Selu":
      let (alpha, gamma) = (try number("alpha", 1.673_263_2), try number("gamma", 1.050_701))
      return { $0 > 0 ? gamma * $0 : gamma * alpha * expm1($0) }
    case "HardSigmoid":
      let (alpha, beta) = (try number("alpha", 0.2), try number("beta", 0.5))
      return { max(0, min(1, alpha * $0 + beta)) }
    case "ThresholdedRelu":
      let alpha = try number("alpha", 1)
      return { $0 > alpha ? $0 : 0 }
    default:
      let isTanh = try node.text("approximate", default: "none") == "tanh"
      return isTanh ? approximateGelu : gelu
    }
  }

  private static let gelu: Function = { (x: Double) -> Double in
    let share: Double = 1 + erf(x * 0.707_106_781_186_547_5)
    return 0.5 * x * share
  }

  private static let approximateGelu: Function = { (x: Double) -> Double in
    let cubed: Double = x + 0.044715 * x * x * x
    let share: Double = 1 + tanh(0.797_884_560_802_865_4 * cubed)
    return 0.5 * x * share
  }
}
