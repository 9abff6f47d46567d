// A signature file in minisign's format, four lines:
//
//   untrusted comment: anything
//   base64 of "ED" (of the file's BLAKE2b-512) or "Ed" (of the file itself), the key's number, 64 bytes of Ed25519
//   trusted comment: what is signed with it
//   base64 of 64 bytes of Ed25519 over the signature above and the trusted comment
//
// Read strictly: a file that differs anywhere from what minisign writes is refused, so that nothing in it is without meaning but the
// first line.
package import Records

package struct MinisignSignature: Sendable, Equatable {
  static let untrusted = "untrusted comment: "
  static let trusted = "trusted comment: "

  package let number: MinisignKeyNumber
  let isPrehashed: Bool
  let signature: [UInt8]
  package let trustedComment: String
  let globalSignature: [UInt8]

  /// Signs the file's BLAKE2b-512, as minisign does.
  package init(of message: [UInt8], by key: MinisignSecretKey, trustedComment: String) {
    precondition(!trustedComment.utf8.contains { $0 < 0x20 && $0 != 0x09 })
    number = key.number
    isPrehashed = true
    signature = Sodium.sign(Sodium.blake2b(message, count: 64), secretKey: key.key)
    self.trustedComment = trustedComment
    globalSignature = Sodium.sign(signature + Array(trustedComment.utf8), secretKey: key.key)
  }

  package init(file bytes: [UInt8], path: String) throws(CrossdockError) {
    func failure(_ reason: String) -> CrossdockError {
      CrossdockError(
        "read the signature", at: path, reason: reason, hint: "copy it again, or sign the bundle again",
        exitCode: .badInput)
    }
    guard bytes.count <= BundleLimits.maxSignatureBytes, let text = String(validating: bytes, as: UTF8.self) else {
      throw failure("it is no signature in minisign's format")
    }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last == "" { lines.removeLast() }
    guard lines.count == 4, lines[0].hasPrefix(Self.untrusted), lines[2].hasPrefix(Self.trusted),
      let first = Base64.decode(lines[1].utf8), first.count == 2 + MinisignKeyNumber.count + Sodium.signatureBytes,
      let second = Base64.decode(lines[3].utf8), second.count == Sodium.signatureBytes
    else { throw failure("it is no signature in minisign's format") }
    switch Array(first[..<2]) {
    case Array("ED".utf8): isPrehashed = true
    case Array("Ed".utf8): isPrehashed = false
    default: throw failure("its algorithm is not known")
    }
    number = MinisignKeyNumber(first[2..<10])
    signature = Array(first[10...])
    trustedComment = String(lines[2].dropFirst(Self.trusted.count))
    globalSignature = second
  }

  package var fileText: String {
    let first = Array((isPrehashed ? "ED" : "Ed").utf8) + number.bytes + signature
    return """
      \(Self.untrusted)signature from crossdock, key \(number)
      \(String(decoding: Base64.encode(first), as: UTF8.self))
      \(Self.trusted)\(trustedComment)
      \(String(decoding: Base64.encode(globalSignature), as: UTF8.self))

      """
  }

  /// What is wrong with it; nil when this key has signed this message and this trusted comment.
  package func problem(of message: [UInt8], by key: MinisignPublicKey) -> String? {
    guard key.number == number else { return "it was made with key \(number), not with \(key.number)" }
    let signed = isPrehashed ? Sodium.blake2b(message, count: 64) : message
    guard Sodium.isValid(signature, of: signed, publicKey: key.key) else {
      return
        "the signature does not fit: the bundle or the signature was changed, or another key has the number \(number)"
    }
    guard Sodium.isValid(globalSignature, of: signature + Array(trustedComment.utf8), publicKey: key.key) else {
      return "the signature of the trusted comment does not fit: the signature file was changed"
    }
    return nil
  }

  /// `name`, `version`, `file` … of a trusted comment of the form `name:…<TAB>version:…`.
  package func field(_ name: String) -> String? {
    trustedComment.split(separator: "\t").first { $0.hasPrefix(name + ":") }.map {
      String($0.dropFirst(name.count + 1))
    }
  }
}
