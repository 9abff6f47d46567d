import CSodium

/// libsodium, ready to be used, and the few calls of it that a bundle needs.
enum Sodium {
  static let publicKeyBytes = 32
  static let secretKeyBytes = 64
  static let signatureBytes = 64

  /// Done once, by the first call.
  private static let isReady: Bool = sodium_init() >= 0

  static func prepare() { precondition(isReady, "libsodium cannot be used on this machine") }

  static func sha256(_ bytes: some Collection<UInt8>) -> [UInt8] {
    prepare()
    var hash = [UInt8](repeating: 0, count: 32)
    let bytes = bytes as? [UInt8] ?? Array(bytes)
    crypto_hash_sha256(&hash, bytes, UInt64(bytes.count))
    return hash
  }

  static func blake2b(_ bytes: [UInt8], count: Int) -> [UInt8] {
    prepare()
    var hash = [UInt8](repeating: 0, count: count)
    crypto_generichash(&hash, count, bytes, UInt64(bytes.count), nil, 0)
    return hash
  }

  static func sign(_ message: [UInt8], secretKey: [UInt8]) -> [UInt8] {
    prepare()
    precondition(secretKey.count == secretKeyBytes)
    var signature = [UInt8](repeating: 0, count: signatureBytes)
    crypto_sign_detached(&signature, nil, message, UInt64(message.count), secretKey)
    return signature
  }

  static func isValid(_ signature: [UInt8], of message: [UInt8], publicKey: [UInt8]) -> Bool {
    prepare()
    guard signature.count == signatureBytes, publicKey.count == publicKeyBytes else { return false }
    return crypto_sign_verify_detached(signature, message, UInt64(message.count), publicKey) == 0
  }

  static func keyPair() -> (publicKey: [UInt8], secretKey: [UInt8]) {
    prepare()
    var publicKey = [UInt8](repeating: 0, count: publicKeyBytes)
    var secretKey = [UInt8](repeating: 0, count: secretKeyBytes)
    crypto_sign_keypair(&publicKey, &secretKey)
    return (publicKey, secretKey)
  }

  /// Whether the second half of a secret key is the public key of the first.
  static func isPair(_ secretKey: [UInt8]) -> Bool {
    prepare()
    var publicKey = [UInt8](repeating: 0, count: publicKeyBytes)
    var again = [UInt8](repeating: 0, count: secretKeyBytes)
    crypto_sign_seed_keypair(&publicKey, &again, Array(secretKey[..<32]))
    return again == secretKey
  }

  static func random(_ count: Int) -> [UInt8] {
    prepare()
    var bytes = [UInt8](repeating: 0, count: count)
    randombytes_buf(&bytes, count)
    return bytes
  }

  /// scrypt; nil when memory does not suffice.
  static func stretched(_ password: [UInt8], salt: [UInt8], operations: UInt64, memory: Int, count: Int) -> [UInt8]? {
    prepare()
    var out = [UInt8](repeating: 0, count: count)
    // One byte more than counts, so that there is an address for no password, too.
    let text = (password + [0]).map(CChar.init(bitPattern:))
    let done = crypto_pwhash_scryptsalsa208sha256(
      &out, UInt64(count), text, UInt64(password.count), salt, operations, memory)
    return done == 0 ? out : nil
  }
}
