internal import Platform
package import Records

/// A bundle whose files are in the store and durable, and that is not in use yet.
package struct StagedBundle<Manifest: BundleContents>: Sendable {
  package let manifest: Manifest
  package let folder: String
  let key: String?
}

/// What an install would do to what is there.
package enum StoreStanding: Sendable, Equatable {
  case new
  case upgrade(from: SemanticVersion)
  case downgrade(from: SemanticVersion)
  /// The version that others are compared with, with the same contents.
  case same
}

extension BundleStore {
  /// - Throws: when the version is installed with other contents.
  package func standing(of bundle: FileBundle<Manifest>) throws(CrossdockError) -> StoreStanding {
    let new = bundle.manifest
    guard let state = try Self.state(new.name, in: folder) else { return .new }
    if state.version(new.version) != nil {
      let place = "\(folder)/\(new.name)/\(new.version)"
      // One that cannot be read is not one to protect.
      if let there = try? Self.manifest(place, new.name, new.version), !there.hasSameContents(as: new) {
        throw CrossdockError(
          "install the \(Manifest.noun)", at: "\(new.name) \(new.version)",
          reason: "this version is installed with other contents",
          hint: "give what has changed a new version, or remove the installed one first")
      }
    }
    if new.version == state.reference { return .same }
    return new.version.isOlder(than: state.reference)
      ? .downgrade(from: state.reference) : .upgrade(from: state.reference)
  }

  /// Writes a bundle's files beside the installed ones and syncs them. Nothing is in use yet.
  ///
  /// - Parameter key: the number of the key that signed it; nil: nobody did.
  package func stage(_ bundle: FileBundle<Manifest>, key: String?) throws(CrossdockError) -> StagedBundle<Manifest> {
    let place = "\(folder)/\(Self.incomingPrefix)\(Self.randomDigits())"
    try disk.createFolder(place)
    var folders: [String] = [place]
    let manifest = BundleFile(path: BundleManifestFile.name, bytes: bundle.manifest.encoded())
    for file in [manifest] + bundle.files {
      var path = place
      for part in file.path.split(separator: "/").dropLast() {
        path += "/\(part)"
        if folders.contains(path) { continue }
        try disk.createFolder(path)
        folders.append(path)
      }
      let name = "\(place)/\(file.path)"
      try disk.write(name, file.bytes, mode: file.isExecutable ? 0o755 : 0o644)
      try disk.syncFile(name)
    }
    for path in folders.reversed() { try disk.syncFolder(path) }
    return StagedBundle(manifest: bundle.manifest, folder: place, key: key)
  }

  /// Gives a staged bundle its place among the versions; the state that names it is what takes it into use.
  func settle(_ staged: StagedBundle<Manifest>, nowNs: Int64) throws(CrossdockError) -> StoredVersion {
    let new = staged.manifest
    let home = "\(folder)/\(new.name)"
    if !Files.isFolder(home) {
      try disk.createFolder(home)
      try disk.syncFolder(folder)
    }
    let place = "\(home)/\(new.version)"
    if !Files.exists(place) {
      try disk.rename(staged.folder, to: place)
    } else {
      // A version that is kept: `standing` has said that it is the same. What is damaged is mended in one step.
      try disk.exchange(staged.folder, place)
      try disk.syncFolder(home)
      try disk.removeTree(staged.folder)
    }
    try disk.syncFolder(home)
    try disk.syncFolder(folder)
    return StoredVersion(version: new.version, key: staged.key, installedNs: nowNs)
  }

  /// Gives a staged bundle up.
  package func discard(_ staged: StagedBundle<Manifest>) throws(CrossdockError) {
    try disk.removeTree(staged.folder)
  }
}
