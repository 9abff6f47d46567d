// A bundle, `NAME-VERSION.cdp`: a plugin's folder as one file. A zstd frame (ZstdFrame.swift) around a tar (TarArchive.swift) whose
// first file says what the others are (BundleManifest.swift). The same files, plugin.toml and time of making give the same bytes.
//
// Its signature stands beside it, `NAME-VERSION.cdp.minisig` (MinisignSignature.swift), and is checked before anything in
// the bundle is looked at.
package import Records

package struct PluginBundle: Sendable, Equatable {
  package static let fileExtension = ".cdp"
  package static let signatureExtension = ".minisig"

  package let manifest: BundleManifest
  /// Without manifest.json, in the order of the bundle.
  package let files: [BundleFile]

  /// - Parameter files: in any order; none of them is called manifest.json.
  package init(plugin: PluginManifest, files: [BundleFile], createdNs: Int64) throws(CrossdockError) {
    let sorted = files.sorted { Array($0.path.utf8).lexicographicallyPrecedes(Array($1.path.utf8)) }
    self.files = sorted
    // To the second: the text of the manifest is what counts.
    manifest = BundleManifest(
      plugin: plugin, createdNs: createdNs / 1_000_000_000 * 1_000_000_000,
      files: sorted.map {
        BundleManifest.File(
          path: $0.path, bytes: $0.bytes.count, sha256: Hexadecimal.text(Sodium.sha256($0.bytes)),
          isExecutable: $0.isExecutable)
      })
    if let artefact = plugin.artefact, !files.contains(where: { $0.path == artefact }) {
      throw CrossdockError(
        "pack the plugin", at: artefact, reason: "the artefact is not there",
        hint: "build it first, or say in [build] of plugin.toml how", exitCode: .badInput)
    }
  }

  package func encoded() throws(CrossdockError) -> [UInt8] {
    let bytes = try ZstdFrame.compress(try archive())
    guard bytes.count <= BundleLimits.maxBundleBytes else {
      throw CrossdockError(
        "pack the plugin", at: manifest.plugin.name,
        reason: "the bundle has \(bytes.count) bytes; at most \(BundleLimits.maxBundleBytes) are allowed",
        exitCode: .badInput)
    }
    return bytes
  }

  /// The tar alone.
  package func archive() throws(CrossdockError) -> [UInt8] {
    try TarArchive.encode([BundleFile(path: BundleManifest.fileName, bytes: manifest.encoded())] + files)
  }

  /// Reads a bundle and holds every file against the manifest.
  package init(decoding bytes: [UInt8]) throws(CrossdockError) {
    guard bytes.count <= BundleLimits.maxBundleBytes else {
      throw ObjectReader.failure("the file", "it has more than \(BundleLimits.maxBundleBytes) bytes")
    }
    try self.init(archive: try ZstdFrame.decompress(bytes, limit: BundleLimits.maxArchiveBytes))
  }

  /// The same from the tar.
  package init(archive bytes: [UInt8]) throws(CrossdockError) {
    let archive = try TarArchive.decode(bytes)
    let manifest = try BundleManifest(json: archive[0].bytes)
    let files = Array(archive.dropFirst())
    guard files.count == manifest.files.count else {
      throw ObjectReader.failure(
        BundleManifest.fileName, "it names \(manifest.files.count) files, and there are \(files.count)")
    }
    for (file, said) in zip(files, manifest.files) {
      guard file.path == said.path, file.isExecutable == said.isExecutable, file.bytes.count == said.bytes,
        Hexadecimal.text(Sodium.sha256(file.bytes)) == said.sha256
      else { throw ObjectReader.failure(file.path, "it is not the file that the manifest names") }
    }
    self.manifest = manifest
    self.files = files
  }

  package static func isBundle(_ bytes: [UInt8]) -> Bool { bytes.starts(with: ZstdFrame.magic) }

  /// `cold-chain-watch-1.2.0.cdp`
  package static func fileName(of plugin: PluginManifest) -> String {
    "\(plugin.name)-\(plugin.version)\(fileExtension)"
  }
}
