import Seeded

extension SeededNumbers {
  /// A JSON object that does not compress well.
  mutating func body(of length: Int, _ name: String = "") -> String {
    var text = "{\"name\":\"\(name)\",\"v\":\""
    while text.utf8.count < length { text += String(next(), radix: 36) }
    return text + "\"}"
  }
}
