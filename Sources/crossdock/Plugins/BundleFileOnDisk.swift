import CommandSyntax
import Configuration
import Platform
import PluginBundles
import Records

/// A .cdp file with its signature beside it, as the commands get it.
struct BundleFileOnDisk {
  let path: String
  let bytes: [UInt8]
  /// Nil: there is none.
  let signature: [UInt8]?

  /// - Throws: with exit code 65 when the file is no bundle at all.
  init(_ path: String) throws(CrossdockError) {
    let bytes = try Files.read(path, limit: BundleLimits.maxBundleBytes)
    guard PluginBundle.isBundle(bytes) else {
      throw CrossdockError(
        "read the bundle", at: path, reason: "it is no bundle", hint: "crossdock plugin pack makes one",
        exitCode: .badInput)
    }
    self.path = path
    self.bytes = bytes
    let place = path + PluginBundle.signatureExtension
    signature = Files.exists(place) ? try Files.read(place, limit: BundleLimits.maxSignatureBytes) : nil
  }

  /// Signature first, contents then, expiry last.
  func checked(_ trust: TrustCheck, nowNs: Int64) throws(CrossdockError) -> (
    bundle: PluginBundle, verdict: TrustCheck.Verdict
  ) {
    let verdict = try trust.verdict(bundle: bytes, path: path, signature: signature)
    let bundle = try decoded()
    try TrustCheck.checkContents(bundle, path: path, verdict: verdict, nowNs: nowNs)
    return (bundle, verdict)
  }

  func decoded() throws(CrossdockError) -> PluginBundle {
    do throws(CrossdockError) {
      let bundle = try PluginBundle(decoding: bytes)
      try Self.checkAgreement(bundle)
      return bundle
    } catch {
      var error = error
      if error.place != path { (error.place, error.reason) = (path, "\(error.place): \(error.reason)") }
      throw error
    }
  }

  /// The bundle's plugin.toml says what its manifest says: what an operator reads there is what holds.
  private static func checkAgreement(_ bundle: PluginBundle) throws(CrossdockError) {
    func failure(_ reason: String) -> CrossdockError {
      CrossdockError("read the bundle", at: PluginManifestFile.fileName, reason: reason, exitCode: .badInput)
    }
    guard let file = bundle.files.first(where: { $0.path == PluginManifestFile.fileName }) else {
      throw failure("it is missing")
    }
    let (manifest, problems) = PluginManifestFile.load(text: Array(file.bytes), path: file.path)
    guard var manifest else { throw failure(problems.first?.message ?? "it has errors") }
    (manifest.buildCommand, manifest.bundleExclude) = ([], [])
    guard manifest == bundle.manifest.plugin else { throw failure("it says something else than manifest.json") }
  }
}
