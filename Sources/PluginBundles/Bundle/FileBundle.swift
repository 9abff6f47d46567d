// A bundle, `NAME-VERSION.cdp` of a plugin or `NAME-VERSION.cdm` of a trained model: a folder as one file. A zstd frame (ZstdFrame.swift)
// around a tar (TarArchive.swift) whose first file says what the others are (BundleManifest.swift, ModelBundleManifest.swift). The same
// files, description and time of making give the same bytes.
//
// Its signature stands beside it, `NAME-VERSION.cdp.minisig` (MinisignSignature.swift), and is checked before anything in
// the bundle is looked at.
package import Records

package struct FileBundle<Manifest: BundleContents>: Sendable, Equatable {
  package let manifest: Manifest
  /// Without manifest.json, in the order of the bundle.
  package let files: [BundleFile]

  /// - Parameters:
  ///   - files: in any order; none of them is called manifest.json.
  ///   - describe: makes the manifest from the files in the bundle's order and the time, which is to the second: the text of the
  ///     manifest is what counts.
  init(
    files: [BundleFile], createdNs: Int64, describe: (_ files: [BundledFile], _ createdNs: Int64) -> Manifest
  ) {
    let sorted = files.sorted { Array($0.path.utf8).lexicographicallyPrecedes(Array($1.path.utf8)) }
    self.files = sorted
    manifest = describe(sorted.map(BundledFile.init(of:)), createdNs / 1_000_000_000 * 1_000_000_000)
  }

  package func encoded() throws(CrossdockError) -> [UInt8] {
    let bytes = try ZstdFrame.compress(try archive())
    guard bytes.count <= BundleLimits.maxBundleBytes else {
      throw CrossdockError(
        "pack the \(Manifest.noun)", at: manifest.name,
        reason: "the bundle has \(bytes.count) bytes; at most \(BundleLimits.maxBundleBytes) are allowed",
        exitCode: .badInput)
    }
    return bytes
  }

  /// The tar alone.
  package func archive() throws(CrossdockError) -> [UInt8] {
    try TarArchive.encode([BundleFile(path: BundleManifestFile.name, bytes: manifest.encoded())] + files)
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
    let manifest = try Manifest(json: archive[0].bytes, place: BundleManifestFile.name)
    let files = Array(archive.dropFirst())
    guard files.count == manifest.files.count else {
      throw ObjectReader.failure(
        BundleManifestFile.name, "it names \(manifest.files.count) files, and there are \(files.count)")
    }
    for (file, said) in zip(files, manifest.files) where !said.describes(file) {
      throw ObjectReader.failure(file.path, "it is not the file that the manifest names")
    }
    self.manifest = manifest
    self.files = files
  }

  /// `cold-chain-watch-1.2.0.cdp`
  package var fileName: String { "\(manifest.name)-\(manifest.version)\(Manifest.fileExtension)" }

  package func file(_ path: String) -> BundleFile? { files.first { $0.path == path } }
}

/// What all bundles have in common as files on a disk.
package enum BundleFormat {
  package static let signatureExtension = ".minisig"

  package static func isBundle(_ bytes: [UInt8]) -> Bool { bytes.starts(with: ZstdFrame.magic) }
}
