package import Records

/// Whether a bundle may be installed: who has signed it, and until when.
package struct TrustCheck: Sendable {
  /// A clock before this is not set: a bundle with an expiry cannot be judged then.
  package static let firstTrustedNs: Int64 = 1_767_225_600 * 1_000_000_000  // 2026-01-01

  package enum Verdict: Sendable, Equatable {
    /// With the key's number and the trusted comment.
    case signed(key: String, comment: String)
    case unsigned
  }

  package var keys: [MinisignPublicKey]
  package var allowsUnsigned: Bool
  /// What is installed, as the commands and sections of agent.conf call it.
  package var noun: String

  package init(keys: [MinisignPublicKey], allowsUnsigned: Bool, noun: String = BundleManifest.noun) {
    self.keys = keys
    self.allowsUnsigned = allowsUnsigned
    self.noun = noun
  }

  /// Holds a signature against the keys. Of the bundle, only the bytes are looked at.
  ///
  /// - Parameter signature: the file's bytes; nil: there is none.
  package func verdict(
    bundle: [UInt8], path: String, signature: [UInt8]?
  ) throws(CrossdockError) -> Verdict {
    guard let signature else {
      if allowsUnsigned { return .unsigned }
      throw Self.refusal(
        path, "it has no signature: there is no \(path)\(BundleFormat.signatureExtension)",
        hint: "crossdock \(noun) sign makes one")
    }
    let place = path + BundleFormat.signatureExtension
    let read = try MinisignSignature(file: signature, path: place)
    guard !keys.isEmpty else {
      throw Self.refusal(
        path, "no key is trusted",
        hint: "name the public key of whoever signs in \"trust_keys\" of [\(noun)s], or give --key")
    }
    guard let key = keys.first(where: { $0.number == read.number }) else {
      throw Self.refusal(
        path, "it was signed with key \(read.number), which is not trusted",
        hint: "trusted are: \(keys.map(\.number.description).joined(separator: ", "))")
    }
    if let problem = read.problem(of: bundle, by: key) { throw Self.refusal(path, problem) }
    return .signed(key: key.number.description, comment: read.trustedComment)
  }

  /// What a trusted comment says of name and version holds, and the bundle has not expired.
  package static func checkContents<Manifest: BundleContents>(
    _ bundle: FileBundle<Manifest>, path: String, verdict: Verdict, nowNs: Int64
  ) throws(CrossdockError) {
    let manifest = bundle.manifest
    if case .signed(_, let comment) = verdict {
      let fields = comment.split(separator: "\t")
      for (name, value) in [("name", manifest.name), ("version", manifest.version.text)] {
        if let said = fields.first(where: { $0.hasPrefix(name + ":") })?.dropFirst(name.count + 1), said != value {
          throw refusal(
            path, "its signature is of \(name) \"\(said)\", and it holds \(manifest.name) \(manifest.version)")
        }
      }
    }
    guard let expires = manifest.expires else { return }
    if nowNs < firstTrustedNs {
      throw refusal(
        path, "it expires on \(expires), and the clock of this machine is not set (\(Timestamp.text(nowNs)))",
        hint: "set the clock, then install again")
    }
    if manifest.isExpired(at: nowNs) {
      throw refusal(path, "it expired on \(expires)", hint: "get a newer bundle")
    }
  }

  private static func refusal(_ path: String, _ reason: String, hint: String = "") -> CrossdockError {
    CrossdockError("trust the bundle", at: path, reason: reason, hint: hint)
  }
}
