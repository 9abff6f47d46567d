import Glibc

/// Functions of two elements, by the operator's name.
enum PairFunction {
  typealias Function = @Sendable (Double, Double) -> Double

  /// Those whose result is 0 or 1.
  static let comparisons: Set<String> = [
    "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal", "And", "Or", "Xor",
  ]
  static let names = comparisons.sorted() + ["Add", "Sub", "Mul", "Div", "Pow", "PRelu"]

  static func function(_ node: ONNXNode) throws(ModelFormatError) -> Function {
    switch node.type {
    case "Add": return { $0 + $1 }
    case "Sub": return { $0 - $1 }
    case "Mul": return { $0 * $1 }
    case "Div": return { $0 / $1 }
    case "Pow": return { pow($0, $1) }
    case "PRelu": return { $0 < 0 ? $0 * $1 : $0 }
    case "Less": return { $0 < $1 ? 1 : 0 }
    case "LessOrEqual": return { $0 <= $1 ? 1 : 0 }
    case "Greater": return { $0 > $1 ? 1 : 0 }
    case "GreaterOrEqual": return { $0 >= $1 ? 1 : 0 }
    case "Equal": return { $0 == $1 ? 1 : 0 }
    case "And": return { $0 != 0 && $1 != 0 ? 1 : 0 }
    case "Or": return { $0 != 0 || $1 != 0 ? 1 : 0 }
    case "Xor": return { ($0 != 0) != ($1 != 0) ? 1 : 0 }
    default: throw node.failure("no function of two values")
    }
  }
}
