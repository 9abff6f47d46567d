// Formulas of derived signals:
//
//   sum     = product { ("+" | "-") product }
//   product = unary { ("*" | "/") unary }
//   unary   = "-" unary | power
//   power   = primary [ "^" unary ]            right to left: 2^3^2 = 2^9, -2^2 = -4
//   primary = number | name | function "(" sum { "," sum } ")" | "(" sum ")"

/// Why a text is no formula; the offset is in bytes from its start.
struct ExpressionFault: Error {
  var offset: Int
  var reason: String
}

struct ExpressionParser {
  private let bytes: [UInt8]
  private let resolve: (String) -> Int?
  private var at = 0
  private var nesting = 0
  private var terms: [FeatureExpression.Term] = []
  /// The texts of the operands so far and how tightly they bind.
  private var texts: [(text: String, binding: Binding)] = []

  private enum Binding: Int {
    case sum, product, negation, power, primary
  }

  /// - Parameter resolve: the slot of a name, nil where there is none.
  static func parse(
    _ text: String, resolve: @escaping (String) -> Int?
  ) throws(ExpressionFault) -> FeatureExpression {
    var parser = ExpressionParser(bytes: Array(text.utf8), resolve: resolve)
    guard parser.bytes.count <= FeatureLimits.expressionBytes else {
      throw ExpressionFault(offset: 0, reason: "the formula is longer than \(FeatureLimits.expressionBytes) bytes")
    }
    try parser.sum()
    parser.skipSpace()
    guard parser.at == parser.bytes.count else { throw parser.fault("expected an operator") }
    let canonical = parser.texts[0].text
    guard canonical.utf8.count <= FeatureLimits.expressionBytes, parser.stackDepth <= FeatureLimits.expressionDepth
    else { throw ExpressionFault(offset: 0, reason: "the formula is too large") }
    return FeatureExpression(terms: parser.terms, canonical: canonical)
  }

  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, isLetter(first) else { return false }
    return text.utf8.allSatisfy { isLetter($0) || isDigit($0) }
  }

  private init(bytes: [UInt8], resolve: @escaping (String) -> Int?) {
    self.bytes = bytes
    self.resolve = resolve
  }

  private var stackDepth: Int {
    var depth = 0
    var most = 0
    for term in terms {
      depth += 1 - term.operation.argumentCount
      most = max(most, depth)
    }
    return most
  }

  private func fault(_ reason: String, at offset: Int? = nil) -> ExpressionFault {
    ExpressionFault(offset: offset ?? at, reason: reason)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) || byte == UInt8(ascii: "_")
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  private mutating func skipSpace() {
    while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 || bytes[at] == 0x0A || bytes[at] == 0x0D { at += 1 }
  }

  private mutating func take(_ byte: Character) -> Bool {
    skipSpace()
    guard at < bytes.count, bytes[at] == byte.asciiValue else { return false }
    at += 1
    return true
  }

  // MARK: grammar

  private mutating func sum() throws(ExpressionFault) {
    try product()
    while true {
      if take("+") {
        try product()
        try binary(.add, "+", .sum)
      } else if take("-") {
        try product()
        try binary(.subtract, "-", .sum)
      } else {
        return
      }
    }
  }

  private mutating func product() throws(ExpressionFault) {
    try unary()
    while true {
      if take("*") {
        try unary()
        try binary(.multiply, "*", .product)
      } else if take("/") {
        try unary()
        try binary(.divide, "/", .product)
      } else {
        return
      }
    }
  }

  private mutating func unary() throws(ExpressionFault) {
    guard take("-") else { return try power() }
    nesting += 1
    guard nesting <= FeatureLimits.expressionDepth else { throw fault("nested too deeply") }
    try unary()
    nesting -= 1
    try append(.init(operation: .negate))
    let operand = texts.removeLast()
    texts.append(("-" + bracketed(operand, unless: operand.binding.rawValue >= Binding.negation.rawValue), .negation))
  }

  private mutating func power() throws(ExpressionFault) {
    try primary()
    guard take("^") else { return }
    nesting += 1
    guard nesting <= FeatureLimits.expressionDepth else { throw fault("nested too deeply") }
    try unary()
    nesting -= 1
    try append(.init(operation: .power))
    let right = texts.removeLast()
    let left = texts.removeLast()
    let text =
      bracketed(left, unless: left.binding == .primary) + "^"
      + bracketed(right, unless: right.binding.rawValue >= Binding.negation.rawValue)
    texts.append((text, .power))
  }

  private mutating func primary() throws(ExpressionFault) {
    skipSpace()
    guard at < bytes.count else { throw fault("the formula ends where a value should be") }
    if bytes[at] == UInt8(ascii: "(") {
      try group()
    } else if Self.isLetter(bytes[at]) {
      try nameOrFunction()
    } else if Self.isDigit(bytes[at]) || bytes[at] == UInt8(ascii: ".") {
      try number()
    } else {
      throw fault("expected a number, a name or a parenthesis")
    }
  }

  private mutating func group() throws(ExpressionFault) {
    let start = at
    at += 1
    nesting += 1
    guard nesting <= FeatureLimits.expressionDepth else { throw fault("nested too deeply", at: start) }
    try sum()
    guard take(")") else { throw fault("expected )") }
    nesting -= 1
  }

  private mutating func number() throws(ExpressionFault) {
    let start = at
    while at < bytes.count, Self.isDigit(bytes[at]) || bytes[at] == UInt8(ascii: ".") { at += 1 }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
      while at < bytes.count, Self.isDigit(bytes[at]) { at += 1 }
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    guard let number = Double(text), number.isFinite else { throw fault("\"\(text)\" is no number", at: start) }
    try append(.init(operation: .number, number: number))
    texts.append((number.description, .primary))
  }

  private mutating func nameOrFunction() throws(ExpressionFault) {
    let start = at
    while at < bytes.count, Self.isLetter(bytes[at]) || Self.isDigit(bytes[at]) { at += 1 }
    let name = String(decoding: bytes[start..<at], as: UTF8.self)
    guard take("(") else {
      guard let slot = resolve(name) else { throw fault("there is no value \"\(name)\" here", at: start) }
      try append(.init(operation: .variable, slot: Int32(slot)))
      texts.append((name, .primary))
      return
    }
    guard let function = FeatureExpression.Operation.allCases.first(where: { $0.word == name }) else {
      let list = FeatureExpression.Operation.words.joined(separator: ", ")
      throw fault("there is no function \"\(name)\"; there are \(list)", at: start)
    }
    nesting += 1
    guard nesting <= FeatureLimits.expressionDepth else { throw fault("nested too deeply", at: start) }
    for i in 0..<function.argumentCount {
      if i > 0, !take(",") { throw fault("\(name) has \(function.argumentCount) arguments: expected ,") }
      try sum()
    }
    guard take(")") else { throw fault("expected )") }
    nesting -= 1
    try append(.init(operation: function))
    let arguments = texts.suffix(function.argumentCount).map(\.text)
    texts.removeLast(function.argumentCount)
    texts.append(("\(name)(\(arguments.joined(separator: ",")))", .primary))
  }

  // MARK: output

  private mutating func append(_ term: FeatureExpression.Term) throws(ExpressionFault) {
    guard terms.count < FeatureLimits.expressionTerms else {
      throw fault("more than \(FeatureLimits.expressionTerms) numbers, names and operations")
    }
    terms.append(term)
  }

  private mutating func binary(
    _ operation: FeatureExpression.Operation, _ sign: String, _ binding: Binding
  ) throws(ExpressionFault) {
    try append(.init(operation: operation))
    let right = texts.removeLast()
    let left = texts.removeLast()
    let text =
      bracketed(left, unless: left.binding.rawValue >= binding.rawValue) + sign
      + bracketed(right, unless: right.binding.rawValue > binding.rawValue)
    texts.append((text, binding))
  }

  private func bracketed(_ operand: (text: String, binding: Binding), unless isTight: Bool) -> String {
    isTight ? operand.text : "(\(operand.text))"
  }
}
