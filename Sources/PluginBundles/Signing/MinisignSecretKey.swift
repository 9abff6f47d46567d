// A secret key file in minisign's format: a comment line, then base64 of 158 bytes:
//
//   0–1 "Ed"   2–3 "Sc" (scrypt) or two zeros (no password)   4–5 "B2"   6–37 salt   38–45 operations   46–53 memory (little-endian)
//   54–61 the key's number   62–125 the Ed25519 secret key   126–157 BLAKE2b-256 of "Ed", number and secret key; minisign leaves it
//   zero where there is no password
//
// With a password, bytes 54–157 are XORed with scrypt of it. A wrong password is seen by the checksum.
package import Records

package struct MinisignSecretKey: Sendable {
  static let byteCount = 158
  static let sealedBytes = 104
  /// What a key file may ask for: minisign asks for 1 GiB.
  static let maxMemory: UInt64 = 2 << 30
  static let maxOperations: UInt64 = 1 << 28
  /// Of keys made here: a signature on a box with 64 MiB to spare must be possible.
  static let ownMemory: UInt64 = 64 << 20
  static let ownOperations: UInt64 = 8 << 20

  package let number: MinisignKeyNumber
  let key: [UInt8]

  package static func isSealed(file bytes: [UInt8], path: String) throws(CrossdockError) -> Bool {
    try raw(bytes, path)[2] != 0
  }

  /// - Parameter password: nil for a file without one.
  package init(file bytes: [UInt8], path: String, password: [UInt8]?) throws(CrossdockError) {
    let raw = try Self.raw(bytes, path)
    var sealed = Array(raw[54...])
    if raw[2] != 0 {
      guard let password else {
        throw Self.failure(
          path, "it is protected by a password", hint: "give it with --password-file, or on a terminal")
      }
      let operations = Self.number(raw[38..<46])
      let memory = Self.number(raw[46..<54])
      guard operations <= Self.maxOperations, memory <= Self.maxMemory else {
        throw Self.failure(path, "its password asks for more memory or time than is allowed")
      }
      guard
        let stream = Sodium.stretched(
          password, salt: Array(raw[6..<38]), operations: operations, memory: Int(memory), count: Self.sealedBytes)
      else {
        throw Self.failure(path, "this machine has not the \(memory >> 20) MiB of memory that its password asks for")
      }
      for i in sealed.indices { sealed[i] ^= stream[i] }
    }
    let checked = Array("Ed".utf8) + sealed[..<72]
    // minisign leaves the checksum of a key without a password zero: then the key's two halves must fit.
    let isRight =
      raw[2] == 0 && sealed[72...].allSatisfy { $0 == 0 }
      ? Sodium.isPair(Array(sealed[8..<72])) : Sodium.blake2b(checked, count: 32) == Array(sealed[72...])
    guard isRight else {
      throw Self.failure(path, raw[2] != 0 ? "wrong password, or the file is damaged" : "the file is damaged")
    }
    number = MinisignKeyNumber(sealed[..<8])
    key = Array(sealed[8..<72])
  }

  private init(number: MinisignKeyNumber, key: [UInt8]) {
    self.number = number
    self.key = key
  }

  /// A new pair.
  package static func generate() -> MinisignSecretKey {
    MinisignSecretKey(
      number: MinisignKeyNumber(Sodium.random(MinisignKeyNumber.count)), key: Sodium.keyPair().secretKey)
  }

  /// The second half of an Ed25519 secret key is the public one.
  package var publicKey: MinisignPublicKey { MinisignPublicKey(number: number, key: Array(key[32...])) }

  /// The file's text, sealed where there is a password.
  package func fileText(password: [UInt8]?) throws(CrossdockError) -> String {
    var sealed = number.bytes + key
    sealed += Sodium.blake2b(Array("Ed".utf8) + sealed, count: 32)
    let salt = password == nil ? [UInt8](repeating: 0, count: 32) : Sodium.random(32)
    let (operations, memory) = password == nil ? (0, 0) : (Self.ownOperations, Self.ownMemory)
    if let password {
      guard
        let stream = Sodium.stretched(
          password, salt: salt, operations: operations, memory: Int(memory), count: Self.sealedBytes)
      else { throw Self.failure("the new key", "this machine has not the \(memory >> 20) MiB of memory that it takes") }
      for i in sealed.indices { sealed[i] ^= stream[i] }
    }
    let head = Array("Ed".utf8) + (password == nil ? [0, 0] : Array("Sc".utf8)) + Array("B2".utf8) + salt
    let limits = [operations, memory].flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
    let kind = password == nil ? "minisign secret key" : "minisign encrypted secret key"
    return "untrusted comment: \(kind)\n" + String(decoding: Base64.encode(head + limits + sealed), as: UTF8.self)
      + "\n"
  }

  private static func raw(_ bytes: [UInt8], _ path: String) throws(CrossdockError) -> [UInt8] {
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    guard lines.count <= 2, let last = lines.last, let raw = Base64.decode(last.utf8), raw.count == byteCount,
      raw.starts(with: "Ed".utf8), raw[4..<6].elementsEqual("B2".utf8),
      raw[2..<4].elementsEqual("Sc".utf8) || raw[2..<4].elementsEqual([0, 0])
    else {
      throw failure(
        path, "it is no secret key in minisign's format", hint: "crossdock plugin sign --new-key FILE makes one")
    }
    return raw
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func failure(_ path: String, _ reason: String, hint: String = "") -> CrossdockError {
    CrossdockError("read the secret key", at: path, reason: reason, hint: hint, exitCode: .badInput)
  }
}
