internal import JSONText

extension JSONWriter {
  mutating func tree(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let flag): self.value(flag)
    case .number(let number): self.value(number)
    case .string(let text): self.value(text)
    case .array(let elements): array { for element in elements { $0.tree(element) } }
    case .object(let members):
      object { json in
        for member in members {
          json.key(member.key)
          json.tree(member.value)
        }
      }
    }
  }
}
