package import Records

extension ParsedArguments {
  /// The option's whole number; nil when it was not given and has no default.
  package func integer(_ option: String, in range: ClosedRange<Int>) throws(CrossdockError) -> Int? {
    guard let text = value(option) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw wrong(option, "\"\(text)\" is not a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  package func number(_ option: String, in range: ClosedRange<Double>) throws(CrossdockError) -> Double? {
    guard let text = value(option) else { return nil }
    guard let number = Double(text), range.contains(number) else {
      throw wrong(option, "\"\(text)\" is not a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// The option's value, which must be one of the choices.
  package func choice(_ option: String, of choices: [String]) throws(CrossdockError) -> String? {
    guard let text = value(option) else { return nil }
    guard choices.contains(text) else {
      let nearest = Suggestion.nearest(to: text, of: choices).map { "; did you mean \($0)?" } ?? ""
      throw wrong(option, "\"\(text)\" is none of \(choices.joined(separator: ", "))\(nearest)")
    }
    return text
  }

  private func wrong(_ option: String, _ reason: String) -> CrossdockError {
    CrossdockError("read the command line", at: option, reason: reason, exitCode: .wrongUsage)
  }
}
