import Foundation
import Seeded
import SignalFeatures
import Testing

@Suite struct ExpressionTests {
  private func value(_ formula: String, a: Double = 3, b: Double = -2) throws -> Double {
    let specification = try specification(
      inputs: [#"{"name":"a"}"#, #"{"name":"b"}"#],
      features: [feature("expression", #""expression":"\#(formula)""#, input: nil)])
    return rows(specification, [[a, b]])[0][0]
  }

  private static let formulas: [(String, Double)] = [
    ("1+2*3", 7.0), ("(1+2)*3", 9), ("2^3^2", 512), ("-2^2", -4), ("2^-1", 0.5), ("8/4/2", 1), ("8-4-2", 2),
    ("a*b", -6), ("abs(b)", 2), ("min(a,b)+max(a,b)", 1), ("sqrt(a*a)", 3), ("pow(a,2)", 9), ("exp(log(a))", 3),
    ("log10(1e3)", 3), ("sign(b)", -1), ("floor(b/3)", -1), ("--a", 3), ("sin(0)+cos(0)+tan(0)", 1), ("a - -b", 1),
    (" 1.5e1\\t+ .5 ", 15.5),
  ]

  @Test(arguments: formulas)
  func followsTheRulesOfArithmetic(formula: String, expected: Double) throws {
    #expect(isNear(try value(formula), expected, 1e-14))
  }

  @Test(arguments: ["log(b)", "a/0", "0/0", "sqrt(b)", "a+missing"])
  func whatIsNotANumberIsMissing(formula: String) throws {
    let specification = try specification(
      inputs: [#"{"name":"a"}"#, #"{"name":"b"}"#, #"{"name":"missing"}"#],
      features: [feature("expression", #""expression":"\#(formula)""#, input: nil)])
    #expect(rows(specification, [[1, -1, .nan]])[0][0].isNaN)
  }

  @Test func missingStaysMissingThroughMinAndPower() throws {
    for formula in ["min(a,1)", "max(1,a)", "a^0", "pow(1,a)"] {
      #expect(try value(formula, a: .nan).isNaN, "\(formula)")
    }
  }

  private static let faults: [(String, String)] = [
    ("1+", "character 3 of the formula: the formula ends where a value should be"),
    ("1 2", "character 3 of the formula: expected an operator"),
    ("c", "character 1 of the formula: there is no value \"c\" here"),
    ("f(1)", "character 1 of the formula: there is no function \"f\""),
    ("min(1)", "character 6 of the formula: min has 2 arguments: expected ,"),
    ("(1", "character 3 of the formula: expected )"),
    ("1e999", "character 1 of the formula: \"1e999\" is no number"),
    ("1..2", "character 1 of the formula: \"1..2\" is no number"),
    ("a # b", "character 3 of the formula: expected an operator"),
  ]

  @Test(arguments: faults)
  func whatIsWrongIsNamedWithItsPlace(formula: String, reason: String) throws {
    let error = #expect(throws: FeatureSpecificationError.self) { try value(formula) }
    #expect(error?.reason.contains(reason) == true, "\(error.map { "\($0)" } ?? "")")
  }

  @Test func depthAndLengthAreBounded() throws {
    for formula in [
      String(repeating: "(", count: 33) + "1" + String(repeating: ")", count: 33),
      String(repeating: "-", count: 40) + "1",
      String(repeating: "1+", count: 300) + "1", String(repeating: "1^", count: 40) + "1",
      String(repeating: "abs(", count: 40) + "1" + String(repeating: ")", count: 40),
      String(repeating: " ", count: 1030) + "1",
    ] {
      #expect(throws: FeatureSpecificationError.self, "\(formula.prefix(20))") { try value(formula) }
    }
    #expect(try value(String(repeating: "(", count: 31) + "1" + String(repeating: ")", count: 31)) == 1)
  }

  /// Random formulas: the canonical text means the same, and is its own canonical text.
  @Test func canonicalTextMeansTheSame() throws {
    var numbers = SeededNumbers(default: 61)
    func formula(_ depth: Int) -> String {
      switch numbers.next() % (depth > 3 ? 3 : 9) {
      case 0: return "a"
      case 1: return "b"
      case 2: return "\(Double(numbers.next() % 100) / 8)"
      case 3: return "(\(formula(depth + 1)))+\(formula(depth + 1))"
      case 4: return "\(formula(depth + 1))-(\(formula(depth + 1)))"
      case 5: return "(\(formula(depth + 1)))*(\(formula(depth + 1)))"
      case 6: return "\(formula(depth + 1))/(\(formula(depth + 1)))"
      case 7: return "-(\(formula(depth + 1)))"
      default: return "max(\(formula(depth + 1)),(\(formula(depth + 1)))^2)"
      }
    }
    for _ in 0..<200 {
      let text = formula(0)
      let first = try specification(
        inputs: [#"{"name":"a"}"#, #"{"name":"b"}"#],
        features: [feature("expression", #""expression":"\#(text)""#, input: nil)])
      let second = try FeatureSpecification.parse(first.canonical)
      #expect(second == first, "\(text)")
      #expect(rows(first, [[3, -2]])[0][0].bitPattern == rows(second, [[3, -2]])[0][0].bitPattern)
    }
  }
}
