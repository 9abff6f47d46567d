internal import CLinux
internal import Glibc
package import Records

/// What is in a folder, and its removal with everything beneath. Links are never followed.
package enum FolderListing {
  package enum Kind: Sendable, Equatable {
    case file(isExecutable: Bool)
    case folder
    case link
    case other
  }

  package struct Entry: Sendable, Equatable {
    package var name: String
    package var kind: Kind
    package var bytes: Int64
    package var modifiedNs: Int64
  }

  /// Sorted by the names' bytes. A name that is not UTF-8 is an error: nothing of ours is called so.
  package static func entries(of folder: String) throws(CrossdockError) -> [Entry] {
    guard let stream = opendir(folder) else { throw Files.failure("read the folder", folder) }
    defer { closedir(stream) }
    var entries: [Entry] = []
    while let found = readdir(stream) {
      let name = withUnsafePointer(to: &found.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
      }
      guard let name else {
        throw CrossdockError("read the folder", at: folder, reason: "a name in it is not UTF-8", exitCode: .badInput)
      }
      if name == "." || name == ".." { continue }
      guard let entry = entry(name, in: folder) else { continue }
      entries.append(entry)
    }
    return entries.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
  }

  /// Nil when it went away meanwhile.
  private static func entry(_ name: String, in folder: String) -> Entry? {
    var info = stat()
    guard lstat("\(folder)/\(name)", &info) == 0 else { return nil }
    let kind: Kind =
      switch info.st_mode & S_IFMT {
      case S_IFREG: .file(isExecutable: info.st_mode & S_IXUSR != 0)
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .other
      }
    let modified = Int64(info.st_mtim.tv_sec) * 1_000_000_000 + Int64(info.st_mtim.tv_nsec)
    return Entry(name: name, kind: kind, bytes: Int64(info.st_size), modifiedNs: modified)
  }

  /// The user and group that own a path; nil when there is no such file.
  package static func owner(of path: String) -> (user: UInt32, group: UInt32)? {
    var info = stat()
    return stat(path, &info) == 0 ? (info.st_uid, info.st_gid) : nil
  }
}
