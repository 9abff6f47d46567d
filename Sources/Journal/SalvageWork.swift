internal import Platform
internal import Records

/// A salvage under way, written down beside the journal (`journal.db.salvaging`: the damaged file's new name and the reason, a line
/// each), so that a power cut in the middle of it makes the next start do it again: until it is done, the damaged file is the
/// only place where the records are.
struct SalvageWork {
  let path: String
  /// Where the damaged file goes, with its write-ahead log.
  let aside: String
  let reason: String

  var asideName: String { aside.split(separator: "/").last.map(String.init) ?? aside }
  private static func notePath(_ path: String) -> String { "\(path).salvaging" }

  static func unfinished(_ path: String) throws(CrossdockError) -> SalvageWork? {
    guard Files.exists(notePath(path)) else { return nil }
    let lines = String(decoding: try Files.read(notePath(path), limit: 8192), as: UTF8.self)
      .split(separator: "\n", maxSplits: 1)
    guard lines.count == 2 else { return nil }
    return SalvageWork(path: path, aside: "\(Files.folder(of: path))/\(lines[0])", reason: String(lines[1]))
  }

  /// The first free number is taken, nothing is overwritten.
  static func begin(_ path: String, reason: String) throws(CrossdockError) -> SalvageWork {
    var number = 1
    while Files.exists("\(path).damaged-\(number)") { number += 1 }
    let work = SalvageWork(path: path, aside: "\(path).damaged-\(number)", reason: reason)
    try Files.replace(notePath(path), with: Array("\(work.asideName)\n\(reason)".utf8))
    return work
  }

  /// Renames the damaged file; where that is done already, what an earlier try has written of the new one goes.
  func setAside() throws(CrossdockError) {
    guard !Files.exists(aside) else {
      for suffix in ["", "-wal", "-shm"] { Files.remove(path + suffix) }
      return
    }
    // The log first: a database without it would be taken for an older state of itself.
    for suffix in ["-wal", "-shm"] where Files.exists(path + suffix) {
      try Files.rename(path + suffix, to: aside + suffix)
    }
    try Files.rename(path, to: aside)
  }

  /// What was salvaged is on disk. Damaged files do not count for the journal's cap, so only the newest stays.
  /// - Throws: when the note may still be there: the next start would throw the new journal away.
  func finish() throws(CrossdockError) {
    // A removal alone could be undone by a power cut; a rename is synced.
    try Files.rename(Self.notePath(path), to: "\(path).salvaged")
    Files.remove("\(path).salvaged")
    guard let number = Int(aside.split(separator: "-").last ?? ""), number > 1 else { return }
    for suffix in ["-wal", "-shm", ".page1"] { Files.remove("\(path).damaged-\(number - 1)\(suffix)") }
    // The name stays taken.
    try? Files.replace("\(path).damaged-\(number - 1)", with: [])
  }
}
