extension SectionReader {
  /// A number of the row's kind, in bytes, milliseconds or seconds where it has a unit.
  func number(_ row: OptionRow) -> Int? {
    guard let node = node(row) else { return nil }
    switch row.kind {
    case .integer(let range): return integer(row, node, range)
    case .size(let range): return size(row, node, range)
    case .milliseconds(let range): return duration(row, node, range, unitMs: 1, unit: "ms")
    case .seconds(let range): return duration(row, node, range, unitMs: 1000, unit: "s")
    default: preconditionFailure("\(row.key) is not a number")
    }
  }

  private func integer(_ row: OptionRow, _ node: TOMLNode, _ range: ClosedRange<Int>) -> Int? {
    guard case .integer(let value) = node.value else {
      var hint = ""
      if case .string(let text) = node.value, Int(text) != nil { hint = "write \(text) without quotes" }
      wrongType(row, node, expected: "an integer", hint: hint)
      return nil
    }
    guard range.contains(Int(value)) else {
      context.error(
        node.position, "\"\(row.key)\" is \(value); it must be between \(range.lowerBound) and \(range.upperBound)")
      return nil
    }
    return Int(value)
  }

  private func size(_ row: OptionRow, _ node: TOMLNode, _ range: ClosedRange<Int>) -> Int? {
    let bytes: Int
    switch node.value {
    case .integer(let value): bytes = Int(value)
    case .string(let text):
      guard let text = context.substituted(text, at: node.position) else { return nil }
      guard let value = Quantity.bytes(text) else {
        context.error(
          node.position, "\"\(row.key)\" is \"\(printable(text))\", which is not a size",
          hint: "write for example \"512MiB\", \"2 GB\" or a number of bytes")
        return nil
      }
      bytes = value
    default:
      wrongType(row, node, expected: "a size such as \"512MiB\"")
      return nil
    }
    guard range.contains(bytes) else {
      context.error(
        node.position,
        """
        "\(row.key)" is \(Quantity.text(bytes: bytes)); it must be between \(Quantity.text(bytes: range.lowerBound)) and \
        \(Quantity.text(bytes: range.upperBound))
        """)
      return nil
    }
    return bytes
  }

  private func duration(_ row: OptionRow, _ node: TOMLNode, _ range: ClosedRange<Int>, unitMs: Int, unit: String)
    -> Int?
  {
    let value: Int
    switch node.value {
    case .integer(let number): value = Int(number)
    case .string(let text):
      guard let text = context.substituted(text, at: node.position) else { return nil }
      guard let ms = Quantity.milliseconds(text), ms % unitMs == 0 else {
        context.error(
          node.position, "\"\(row.key)\" is \"\(printable(text))\", which is not a whole number of \(unit)",
          hint: "write for example \"30s\", \"5m\" or a number of \(unit)")
        return nil
      }
      value = ms / unitMs
    default:
      wrongType(row, node, expected: "a duration such as \"30s\"")
      return nil
    }
    guard range.contains(value) else {
      context.error(
        node.position,
        "\"\(row.key)\" is \(value) \(unit); it must be between \(range.lowerBound) and \(range.upperBound) \(unit)")
      return nil
    }
    return value
  }
}
