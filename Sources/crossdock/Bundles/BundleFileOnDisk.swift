import CommandSyntax
import Configuration
import Platform
import PluginBundles
import Records

/// A bundle's manifest that can be held against what the bundle's own files say.
protocol CheckedContents: BundleContents {
  /// What an operator reads in the bundle is what holds.
  static func checkAgreement(_ bundle: FileBundle<Self>) throws(CrossdockError)
}

/// A bundle's file with its signature beside it, as the commands get it.
struct BundleFileOnDisk<Manifest: CheckedContents> {
  let path: String
  let bytes: [UInt8]
  /// Nil: there is none.
  let signature: [UInt8]?

  /// - Throws: with exit code 65 when the file is no bundle at all.
  init(_ path: String) throws(CrossdockError) {
    let bytes = try Self.plainFile(path, limit: BundleLimits.maxBundleBytes)
    guard BundleFormat.isBundle(bytes) else {
      throw CrossdockError(
        "read the bundle", at: path, reason: "it is no bundle", hint: "crossdock \(Manifest.noun) pack makes one",
        exitCode: .badInput)
    }
    self.path = path
    self.bytes = bytes
    let place = path + BundleFormat.signatureExtension
    signature = Files.exists(place) ? try Self.plainFile(place, limit: BundleLimits.maxSignatureBytes) : nil
  }

  /// Who opens a pipe waits until somebody writes into it.
  private static func plainFile(_ path: String, limit: Int) throws(CrossdockError) -> [UInt8] {
    guard !Files.isSpecial(path) else {
      throw CrossdockError(
        "read the bundle", at: path, reason: "it is no plain file", hint: "name the file itself", exitCode: .badInput)
    }
    return try Files.readInput(path, limit: limit)
  }

  /// Signature first, contents then, expiry last.
  func checked(_ trust: TrustCheck, nowNs: Int64) throws(CrossdockError) -> (
    bundle: FileBundle<Manifest>, verdict: TrustCheck.Verdict
  ) {
    let verdict = try trust.verdict(bundle: bytes, path: path, signature: signature)
    let bundle = try decoded()
    try TrustCheck.checkContents(bundle, path: path, verdict: verdict, nowNs: nowNs)
    return (bundle, verdict)
  }

  func decoded() throws(CrossdockError) -> FileBundle<Manifest> {
    do throws(CrossdockError) {
      let bundle = try FileBundle<Manifest>(decoding: bytes)
      try Manifest.checkAgreement(bundle)
      return bundle
    } catch {
      var error = error
      if error.place != path { (error.place, error.reason) = (path, "\(error.place): \(error.reason)") }
      throw error
    }
  }
}

extension BundleManifest: CheckedContents {
  /// The bundle's plugin.toml says what its manifest says.
  static func checkAgreement(_ bundle: FileBundle<BundleManifest>) throws(CrossdockError) {
    func failure(_ reason: String) -> CrossdockError {
      CrossdockError("read the bundle", at: PluginManifestFile.fileName, reason: reason, exitCode: .badInput)
    }
    guard let file = bundle.file(PluginManifestFile.fileName) else { throw failure("it is missing") }
    let (manifest, problems) = PluginManifestFile.load(text: Array(file.bytes), path: file.path)
    guard var manifest else { throw failure(problems.first?.message ?? "it has errors") }
    (manifest.buildCommand, manifest.bundleExclude) = ([], [])
    guard manifest == bundle.manifest.plugin else { throw failure("it says something else than manifest.json") }
  }
}

extension TrustCheck.Verdict {
  /// The number of the key that signed it; nil: nobody did.
  var key: String? {
    if case .signed(let key, _) = self { key } else { nil }
  }

  var words: String { key.map { "signed with key \($0)" } ?? "NOT SIGNED" }
}

extension StoreStanding {
  /// What an install has done.
  var words: String {
    switch self {
    case .new: "installed"
    case .upgrade(let from): "installed over \(from)"
    case .downgrade(let from): "installed over the newer \(from)"
    case .same: "mended"
    }
  }
}
