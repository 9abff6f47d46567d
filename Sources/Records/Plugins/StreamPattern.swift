/// A stream's name, or a pattern in which each `*` stands for any run of characters.
package enum StreamPattern {
  package static let maxBytes = 64

  /// The letters of a stream's name and `*`.
  package static func isValid(_ pattern: String) -> Bool {
    pattern.utf8.count <= maxBytes
      && StreamDefinition.isValidName(String(pattern.map { $0 == "*" ? "x" : $0 }))
  }

  /// Linear in practice: on a mismatch only the last `*` takes one more character.
  package static func matches(_ pattern: String, _ name: String) -> Bool {
    let pattern = Array(pattern.utf8)
    let name = Array(name.utf8)
    var (p, n) = (0, 0)
    var retry: (pattern: Int, name: Int)?
    while n < name.count {
      if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
        retry = (p, n)
        p += 1
      } else if p < pattern.count, pattern[p] == name[n] {
        p += 1
        n += 1
      } else if let last = retry {
        retry = (last.pattern, last.name + 1)
        p = last.pattern + 1
        n = last.name + 1
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
