/// The secret of `Authorization: Bearer …` (RFC 6750).
package struct BearerToken: Sendable {
  private let bytes: [UInt8]

  /// Nil for an empty token, or one with bytes that a header cannot carry.
  package init?(_ text: some Sequence<UInt8>) {
    bytes = Array(text)
    guard !bytes.isEmpty, bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
  }

  /// Compares every byte whatever the first difference, so that the time taken says nothing about the token's bytes.
  func isCarried(by authorization: String?) -> Bool {
    guard let authorization else { return false }
    let prefix = Array("bearer ".utf8)
    let value = Array(authorization.utf8)
    guard value.count > prefix.count, zip(value, prefix).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) else { return false }
    let sent = value[prefix.count...]
    var difference = sent.count ^ bytes.count
    for index in bytes.indices {
      let other = sent[sent.startIndex + index % sent.count]
      difference |= Int(other ^ bytes[index])
    }
    return difference == 0
  }
}
