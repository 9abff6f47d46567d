internal import Glibc

/// A formula over named values, compiled to postfix. Non-finite results are the caller's to treat.
package struct FeatureExpression: Equatable, Sendable {
  enum Operation: UInt8, Sendable, CaseIterable {
    case number, variable, add, subtract, multiply, divide, power, negate
    case abs, sqrt, exp, log, log10, sin, cos, tan, floor, sign, min, max, pow

    /// What a function is called in a text; nil for the others.
    var word: String? {
      switch self {
      case .abs: "abs"
      case .sqrt: "sqrt"
      case .exp: "exp"
      case .log: "log"
      case .log10: "log10"
      case .sin: "sin"
      case .cos: "cos"
      case .tan: "tan"
      case .floor: "floor"
      case .sign: "sign"
      case .min: "min"
      case .max: "max"
      case .pow: "pow"
      default: nil
      }
    }

    var argumentCount: Int {
      switch self {
      case .number, .variable: 0
      case .add, .subtract, .multiply, .divide, .power, .min, .max, .pow: 2
      default: 1
      }
    }

    static let words = allCases.compactMap(\.word)
  }

  /// A number, a slot, or an operation on the values before it.
  struct Term: Equatable, Sendable {
    var operation: Operation
    var slot: Int32 = 0
    var number = 0.0
  }

  let terms: [Term]
  /// Infix, with no more parentheses than are needed.
  package let canonical: String

  /// - Parameter slots: where the values are, by `Term.slot`.
  @inline(__always)
  static func evaluate(
    _ terms: UnsafeBufferPointer<Term>, _ slots: UnsafePointer<Double>, stack: UnsafeMutablePointer<Double>
  ) -> Double {
    var top = -1
    for term in terms {
      switch term.operation {
      case .number:
        top += 1
        stack[top] = term.number
      case .variable:
        top += 1
        stack[top] = slots[Int(term.slot)]
      case .add, .subtract, .multiply, .divide, .power, .min, .max, .pow:
        top -= 1
        stack[top] = apply(term.operation, stack[top], stack[top + 1])
      default: stack[top] = apply(term.operation, stack[top])
      }
    }
    return stack[0]
  }

  private static func apply(_ operation: Operation, _ a: Double, _ b: Double) -> Double {
    switch operation {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    // A missing value stays missing: C's fmin and pow(NaN, 0) would lose it.
    case .min: a.isNaN || b.isNaN ? .nan : (b < a ? b : a)
    case .max: a.isNaN || b.isNaN ? .nan : (b > a ? b : a)
    default: a.isNaN || b.isNaN ? .nan : Glibc.pow(a, b)
    }
  }

  static func power(_ a: Double, _ b: Double) -> Double { Glibc.pow(a, b) }

  private static func apply(_ operation: Operation, _ a: Double) -> Double {
    switch operation {
    case .negate: -a
    case .abs: a.magnitude
    case .sqrt: a.squareRoot()
    case .exp: Glibc.exp(a)
    case .log: Glibc.log(a)
    case .log10: Glibc.log10(a)
    case .sin: Glibc.sin(a)
    case .cos: Glibc.cos(a)
    case .tan: Glibc.tan(a)
    case .floor: a.rounded(.down)
    default: a > 0 ? 1 : a < 0 ? -1 : a
    }
  }
}
