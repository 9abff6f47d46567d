import HTTPServer

/// The input is the target of a request line. What is taken apart is put together again, with everything escaped.
enum QueryEntry {
  static func run(_ bytes: UnsafeRawBufferPointer) throws(FuzzFinding) -> Int {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let target = RequestTarget(text) else { return 0 }
    var again = "/" + target.components.map(escaped).joined(separator: "/")
    if !target.query.isEmpty {
      again += "?" + target.query.map { "\(escaped($0.key))=\(escaped($0.value))" }.joined(separator: "&")
    }
    guard let second = RequestTarget(again) else { throw FuzzFinding("\(again) is refused") }
    try require(second.components == target.components && second.query == target.query, "\(text) and \(again)")
    for part in target.components + target.query.map(\.key) + target.query.map(\.value) {
      try require(!part.utf8.contains(0), "a NUL came through")
    }
    return target.components.count + target.query.count
  }

  private static func escaped(_ text: String) -> String {
    text.utf8.map { byte in
      let digits = String(byte, radix: 16)
      return "%" + (digits.utf8.count == 1 ? "0" + digits : digits)
    }.joined()
  }
}
