package import Records

/// A public key in minisign's format: `Ed`, the key's number, 32 bytes of Ed25519, in base64.
package struct MinisignPublicKey: Sendable, Equatable {
  static let byteCount = 2 + MinisignKeyNumber.count + Sodium.publicKeyBytes

  package let number: MinisignKeyNumber
  let key: [UInt8]

  init(number: MinisignKeyNumber, key: [UInt8]) {
    self.number = number
    self.key = key
  }

  /// The base64 line alone.
  package init?(text: String) {
    guard let bytes = Base64.decode(text.utf8), bytes.count == Self.byteCount, bytes.starts(with: "Ed".utf8) else {
      return nil
    }
    number = MinisignKeyNumber(bytes[2..<10])
    key = Array(bytes[10...])
  }

  /// A `.pub` file: a comment, then the line; or the line alone.
  package init(file bytes: [UInt8], path: String) throws(CrossdockError) {
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    guard lines.count <= 2, let last = lines.last, let key = MinisignPublicKey(text: String(last)) else {
      throw CrossdockError(
        "read the public key", at: path, reason: "it is no public key in minisign's format",
        hint: "it has a comment and a line that begins with RW", exitCode: .badInput)
    }
    self = key
  }

  package var text: String {
    String(decoding: Base64.encode(Array("Ed".utf8) + number.bytes + key), as: UTF8.self)
  }

  package var fileText: String { "untrusted comment: minisign public key \(number)\n\(text)\n" }
}
