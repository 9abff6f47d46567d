import PluginBundles

/// Byte 0: 0 a signature file; 1 a public key's; otherwise a secret key's without a password.
enum SignatureEntry {
  private static let message = Array("a bundle".utf8)

  static func run(_ bytes: UnsafeRawBufferPointer) throws(FuzzFinding) -> Int {
    var input = FuzzInput(bytes)
    let choice = input.byte()
    let rest = Array(input.rest)
    switch choice {
    case 0:
      guard let signature = try? MinisignSignature(file: rest, path: "s") else { return 0 }
      let again = try? MinisignSignature(file: Array(signature.fileText.utf8), path: "s")
      try require(again == signature, "another signature when it is written again")
      // A key that nobody has signed with.
      let verdict = try? TrustCheck(keys: [key], allowsUnsigned: false)
        .verdict(bundle: message, path: "b", signature: rest)
      try require(verdict == nil, "a signature by nobody is accepted")
      return signature.trustedComment.utf8.count + 1
    case 1:
      guard let key = try? MinisignPublicKey(file: rest, path: "p") else { return 0 }
      try require(MinisignPublicKey(text: key.text) == key, "another key when it is written again")
      return 1
    default:
      guard (try? MinisignSecretKey.isSealed(file: rest, path: "k")) == false,
        let key = try? MinisignSecretKey(file: rest, path: "k", password: nil)
      else { return 0 }
      let signature = MinisignSignature(of: message, by: key, trustedComment: "")
      _ = signature.problem(of: message, by: key.publicKey)
      return 1
    }
  }

  private static let key: MinisignPublicKey = {
    guard let key = MinisignPublicKey(text: "RWQfR4lcIVbN4xYsav7C3+kcTFHiRTtpPdtEbS7Nv9FCLTFk5K3KQZk2") else {
      preconditionFailure("a public key")
    }
    return key
  }()
}
