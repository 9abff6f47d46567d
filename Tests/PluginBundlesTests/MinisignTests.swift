import Fixtures
import Foundation
import Records
import Testing

@testable import PluginBundles

private let minisign = "/usr/bin/minisign"
private let isThere = FileManager.default.isExecutableFile(atPath: minisign)

private func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }

/// Against Debian's minisign, in both directions.
@Suite(.enabled(if: isThere, "minisign is not installed")) struct MinisignTests {
  let folder: TemporaryFolder
  let file: String
  let message: [UInt8]

  init() throws {
    folder = try TemporaryFolder()
    file = "\(folder.path)/a.cdp"
    message = try bundle().encoded()
    try Data(message).write(to: URL(filePath: file))
  }

  private func key(_ name: String = "key", password: String? = nil) throws -> (secret: String, public: String) {
    let secret = "\(folder.path)/\(name)"
    let made = try run(
      minisign, ["-G"] + (password == nil ? ["-W"] : []) + ["-p", secret + ".pub", "-s", secret],
      input: password.map { "\($0)\n\($0)\n" } ?? "")
    #expect(made.code == 0, "\(made.output)")
    return (secret, secret + ".pub")
  }

  @Test func minisignAcceptsOurSignatureWithItsOwnKey() throws {
    let (secret, open) = try key()
    #expect(try !MinisignSecretKey.isSealed(file: try bytes(secret), path: secret))
    let read = try MinisignSecretKey(file: try bytes(secret), path: secret, password: nil)
    #expect(try read.publicKey == MinisignPublicKey(file: try bytes(open), path: open))
    let signature = MinisignSignature(of: message, by: read, trustedComment: "name:watch\tversion:1.0.0")
    try Data(signature.fileText.utf8).write(to: URL(filePath: file + ".minisig"))
    let verified = try run(minisign, ["-V", "-p", open, "-m", file])
    #expect(verified.code == 0, "\(verified.output)")
    #expect(verified.output.contains("name:watch\tversion:1.0.0"))
    #expect(try run(minisign, ["-V", "-H", "-p", open, "-m", file]).code == 0)
  }

  @Test func minisignAcceptsSignatureAndKeyOfOurs() throws {
    let ours = MinisignSecretKey.generate()
    try Data(ours.publicKey.fileText.utf8).write(to: URL(filePath: "\(folder.path)/our.pub"))
    try Data(try ours.fileText(password: nil).utf8).write(to: URL(filePath: "\(folder.path)/our"))
    let signature = MinisignSignature(of: message, by: ours, trustedComment: "x")
    try Data(signature.fileText.utf8).write(to: URL(filePath: file + ".minisig"))
    #expect(try run(minisign, ["-V", "-p", "\(folder.path)/our.pub", "-m", file]).code == 0)
    // And it signs with the secret key file that we wrote.
    #expect(try run(minisign, ["-S", "-s", "\(folder.path)/our", "-m", file]).code == 0)
    #expect(try run(minisign, ["-V", "-p", "\(folder.path)/our.pub", "-m", file]).code == 0)
  }

  @Test func minisignOpensOurSealedKey() throws {
    let ours = MinisignSecretKey.generate()
    try Data(ours.publicKey.fileText.utf8).write(to: URL(filePath: "\(folder.path)/our.pub"))
    try Data(try ours.fileText(password: Array("let me in".utf8)).utf8).write(to: URL(filePath: "\(folder.path)/our"))
    let signed = try run(minisign, ["-S", "-s", "\(folder.path)/our", "-m", file], input: "let me in\n")
    #expect(signed.code == 0, "\(signed.output)")
    #expect(try run(minisign, ["-V", "-p", "\(folder.path)/our.pub", "-m", file]).code == 0)
  }

  @Test(arguments: [[], ["-H"], ["-l"]])
  func weAcceptWhatMinisignMakes(options: [String]) throws {
    let (secret, open) = try key()
    let signed = try run(minisign, ["-S"] + options + ["-s", secret, "-m", file, "-t", "one\ttwo"])
    #expect(signed.code == 0, "\(signed.output)")
    let signature = try MinisignSignature(file: try bytes(file + ".minisig"), path: file)
    let key = try MinisignPublicKey(file: try bytes(open), path: open)
    #expect(signature.problem(of: message, by: key) == nil)
    #expect(signature.trustedComment == "one\ttwo")
    #expect(signature.isPrehashed == (options != ["-l"]))
    #expect(signature.problem(of: message + [0], by: key) != nil)
  }

  @Test func sealedKeyOfMinisignOpensWithItsPasswordOnly() throws {
    let (secret, open) = try key(password: "correct horse")
    #expect(try MinisignSecretKey.isSealed(file: try bytes(secret), path: secret))
    let read = try MinisignSecretKey(file: try bytes(secret), path: secret, password: Array("correct horse".utf8))
    #expect(try read.publicKey == MinisignPublicKey(file: try bytes(open), path: open))
    #expect {
      try MinisignSecretKey(file: try bytes(secret), path: secret, password: Array("battery".utf8))
    } throws: { ($0 as? CrossdockError)?.reason == "wrong password, or the file is damaged" }
    #expect {
      try MinisignSecretKey(file: try bytes(secret), path: secret, password: nil)
    } throws: { ($0 as? CrossdockError)?.reason == "it is protected by a password" }
  }

  /// minisign's own words for a key are ours.
  @Test func keyNumberIsShownAsMinisignShowsIt() throws {
    let (_, open) = try key()
    let text = try String(contentsOfFile: open, encoding: .utf8)
    let number = try MinisignPublicKey(file: Array(text.utf8), path: open).number
    #expect(text.hasPrefix("untrusted comment: minisign public key \(number)\n"))
  }
}

@Suite struct SignatureTests {
  @Test func everyChangedByteIsFoundInBundleAndSignature() throws {
    let secret = MinisignSecretKey.generate()
    let message = try bundle().encoded()
    let trust = TrustCheck(keys: [secret.publicKey], allowsUnsigned: false)
    let signature = Array(
      MinisignSignature(of: message, by: secret, trustedComment: "name:watch\tfile:a").fileText.utf8)
    let right = try trust.verdict(bundle: message, path: "a.cdp", signature: signature)
    #expect(right == .signed(key: secret.number.description, comment: "name:watch\tfile:a"))
    for place in message.indices {
      var bytes = message
      bytes[place] ^= 1
      #expect(throws: CrossdockError.self) { try trust.verdict(bundle: bytes, path: "a.cdp", signature: signature) }
    }
    // The first line is a comment that nobody has signed: the format has it so.
    let signed = try #require(signature.firstIndex(of: 0x0A))
    for place in signature.indices where place < "untrusted comment: ".utf8.count || place >= signed {
      for bit in [1, 0x20, 0x80] as [UInt8] {
        var bytes = signature
        bytes[place] ^= bit
        #expect(throws: CrossdockError.self) { try trust.verdict(bundle: message, path: "a.cdp", signature: bytes) }
      }
    }
    for count in [0, 10, signature.count / 2, signature.count - 2] {
      #expect(throws: CrossdockError.self) {
        try trust.verdict(bundle: message, path: "a.cdp", signature: Array(signature[..<count]))
      }
    }
  }

  @Test func reasonIsSaid() throws {
    let (secret, other) = (MinisignSecretKey.generate(), MinisignSecretKey.generate())
    let message = try bundle().encoded()
    let signature = Array(MinisignSignature(of: message, by: secret, trustedComment: "x").fileText.utf8)
    func reason(_ keys: [MinisignSecretKey], _ signature: [UInt8]?, _ message: [UInt8]) -> String {
      do {
        _ = try TrustCheck(keys: keys.map(\.publicKey), allowsUnsigned: false)
          .verdict(bundle: message, path: "a.cdp", signature: signature)
        return "trusted"
      } catch {
        return error.exitCode == .failure ? error.reason : "exit code \(error.exitCode)"
      }
    }
    #expect(reason([secret], signature, message) == "trusted")
    #expect(reason([other, secret], signature, message) == "trusted")
    #expect(reason([secret], nil, message) == "it has no signature: there is no a.cdp.minisig")
    #expect(reason([], signature, message) == "no key is trusted")
    #expect(reason([other], signature, message) == "it was signed with key \(secret.number), which is not trusted")
    #expect(
      reason([secret], signature, message + [1])
        == """
        the signature does not fit: the bundle or the signature was changed, or another key has the number \(secret.number)
        """)
    for wrong in [Array("hello".utf8), signature.dropLast(20), signature + [UInt8](repeating: 0x61, count: 1 << 20)] {
      #expect(reason([secret], Array(wrong), message) == "exit code \(ExitCode.badInput)")
    }
  }

  @Test func expiryAndClock() throws {
    func reason(_ expires: String?, now: String, comment: String = "") -> String? {
      do {
        try TrustCheck.checkContents(
          try bundle(expires: expires), path: "a.cdp", verdict: .signed(key: "K", comment: comment),
          nowNs: Timestamp.parse(now)!)
        return nil
      } catch { return (error as? CrossdockError)?.reason }
    }
    #expect(reason(nil, now: "1970-01-01T00:00:05Z") == nil)
    #expect(reason("2026-11-25", now: "2026-11-25T23:59:59Z") == nil)
    #expect(reason("2026-11-25", now: "2026-11-26T00:00:00Z") == "it expired on 2026-11-25")
    #expect(
      reason("2026-11-25", now: "1970-01-01T00:00:05Z")
        == "it expires on 2026-11-25, and the clock of this machine is not set (1970-01-01T00:00:05Z)")
    #expect(reason(nil, now: "2026-11-25T00:00:00Z", comment: "name:watch\tversion:1.0.0\tfile:x") == nil)
    #expect(
      reason(nil, now: "2026-11-25T00:00:00Z", comment: "name:other\tversion:1.0.0")
        == "its signature is of name \"other\", and it holds watch 1.0.0")
    #expect(
      reason(nil, now: "2026-11-25T00:00:00Z", comment: "name:watch\tversion:2.0.0")
        == "its signature is of version \"2.0.0\", and it holds watch 1.0.0")
  }

  @Test func keyFilesThatAreNoneAreRefused() throws {
    let text = try MinisignSecretKey.generate().fileText(password: nil)
    #expect(throws: CrossdockError.self) {
      try MinisignSecretKey(file: Array(text.dropLast(8).utf8), path: "k", password: nil)
    }
    var raw = try #require(Base64.decode(text.split(separator: "\n")[1].utf8))
    raw[80] ^= 1
    let damaged = Array("untrusted comment: x\n".utf8) + Base64.encode(raw)
    #expect { try MinisignSecretKey(file: damaged, path: "k", password: nil) } throws: {
      ($0 as? CrossdockError)?.reason == "the file is damaged"
    }
    #expect(throws: CrossdockError.self) { try MinisignPublicKey(file: Array(text.utf8), path: "k") }
  }
}
