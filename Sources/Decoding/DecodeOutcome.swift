/// What became of one message.
package enum DecodeOutcome: Equatable, Sendable {
  /// This many records were appended to the batch.
  case records(Int)
  /// Nothing was appended.
  case undecodable(DecodeFault)
}

/// Why a message cannot be decoded, and where. Says nothing of the payload's contents.
package struct DecodeFault: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Reason: UInt8, Sendable, CaseIterable {
    case empty, tooLong, invalidUTF8
    case endsEarly, expectedValue, expectedKey, expectedColon, expectedComma, textAfterDocument, tooDeep
    case controlCharacter, unknownEscape, expectedHexDigits, loneSurrogate, unterminatedString
    case expectedLiteral, expectedDigit, leadingZero, numberTooLarge, numberTooLong
    case noRows, tooManyRows, tooManyColumns, columnNameTooLong, duplicateColumn, unequalRows, textAfterQuote
    case unterminatedQuote, expandedTooFar
    case notBase64, partOfASample
  }

  package var reason: Reason
  /// The byte of the payload, from 0.
  package var offset: Int

  package init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  package var description: String { "byte \(offset): \(reason.text)" }
}

extension DecodeFault.Reason {
  package var text: String {
    switch self {
    case .empty: "the payload is empty"
    case .tooLong: "the payload is longer than 2 GiB"
    case .invalidUTF8: "not valid UTF-8"
    case .endsEarly: "the text ends early"
    case .expectedValue: "expected a value"
    case .expectedKey: "expected a key in double quotes"
    case .expectedColon: "expected ':'"
    case .expectedComma: "expected ',' or the closing bracket"
    case .textAfterDocument: "unexpected text after the document"
    case .tooDeep: "nested deeper than \(JSONScanner.maxDepth)"
    case .controlCharacter: "a control character must be escaped"
    case .unknownEscape: "unknown escape"
    case .expectedHexDigits: "expected four hexadecimal digits"
    case .loneSurrogate: "half a surrogate pair"
    case .unterminatedString: "the text ends inside a string"
    case .expectedLiteral: "expected true, false or null"
    case .expectedDigit: "expected a digit"
    case .leadingZero: "a number has no leading zero"
    case .numberTooLarge: "the number is too large"
    case .numberTooLong: "the number has more than \(DecimalNumber.maxBytes) characters"
    case .noRows: "no rows"
    case .tooManyRows: "more rows than the feed allows"
    case .tooManyColumns: "more columns than the feed allows"
    case .columnNameTooLong: "a column's name is too long"
    case .duplicateColumn: "two columns have the same name"
    case .unequalRows: "the row has another number of fields than the columns"
    case .textAfterQuote: "text after the closing quote"
    case .unterminatedQuote: "the text ends inside quotes"
    case .expandedTooFar: "the rows as JSON are larger than the bound"
    case .notBase64: "the samples are not base64"
    case .partOfASample: "the samples' bytes are not a whole number of samples"
    }
  }
}
